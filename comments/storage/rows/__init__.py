"""Rows: many at once, page after page, as plain values."""
