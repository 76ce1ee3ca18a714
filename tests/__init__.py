"""The specification of Comments, as tests; the folders mirror those of `comments`."""
