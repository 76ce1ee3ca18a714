"""Rules about how a comment was sent."""
