"""Addresses of sites: which origins are theirs, and how they are compared."""
