"""Commands that take data in and give it out."""
