"""Rules about where a comment is written."""
