"""Mails to moderators about what waits."""
