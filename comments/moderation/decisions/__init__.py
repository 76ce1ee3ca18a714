"""Decisions about comments: one or five hundred, and taking them back."""
