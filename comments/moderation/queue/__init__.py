"""What waits for moderators, and all that is needed to judge it."""
