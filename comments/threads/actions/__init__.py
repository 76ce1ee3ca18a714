"""Every write that readers cause in a thread."""
