"""The guides under docs/how-to/guides, followed with the real tools: their own lines are built and opened."""
