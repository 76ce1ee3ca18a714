"""Searching the queues by words and operators."""
