"""Bans as moderators make and lift them."""
