"""Trying other settings on decisions of the past."""
