"""How a mail leaves the house, one file a way."""
