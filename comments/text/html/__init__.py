"""Markdown and HTML become safe HTML."""
