"""Feeds: what was said, for programs that tell their readers of it."""
