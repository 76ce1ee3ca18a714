"""Rules about what a comment says."""
