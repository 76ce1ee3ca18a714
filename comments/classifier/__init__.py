"""What a site's moderators have decided, learned: how much a text is like what they called spam, and why."""
