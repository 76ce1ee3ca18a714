"""Decisions and rules applied to many comments in the background."""
