"""A page's discussion: finding its thread, reading it, and everything readers do in it."""
