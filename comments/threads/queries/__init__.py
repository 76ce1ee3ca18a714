"""Every question that is asked about threads and their comments."""
