"""Guests: readers who are known by a token that only their browser holds."""
