"""What moderators do with whole threads: close, rename, merge, move, undo."""
