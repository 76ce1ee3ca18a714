"""The HTTP API of threads."""
