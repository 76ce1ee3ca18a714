"""SQLite: one file, one writer thread, reads on the spot."""
