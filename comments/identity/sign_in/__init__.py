"""The ways to sign in, one file each, and what changes them."""
