"""Bringing discussions in: one file per format and one registry line."""
