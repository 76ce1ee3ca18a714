"""Pages: templates, and what they load."""
