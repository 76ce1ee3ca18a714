"""Rules about who writes."""
