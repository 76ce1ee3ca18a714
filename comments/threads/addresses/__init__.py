"""What leads to a page's thread: identifiers and normalised URLs."""
