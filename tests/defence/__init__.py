"""Scripted attacks against the running service, and what must be seen of each."""
