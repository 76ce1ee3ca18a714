"""The order of comments: paths, ranks, cursors."""
