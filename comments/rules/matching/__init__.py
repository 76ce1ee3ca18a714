"""Finding words, phrases and hosts in a text."""
