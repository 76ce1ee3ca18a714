"""The guides under docs/guides, followed with the real tools: their own lines are built and opened."""
