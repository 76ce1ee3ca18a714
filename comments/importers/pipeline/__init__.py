"""From a file to rows: read, plan, build drafts, write."""
