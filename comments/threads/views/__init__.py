"""The public shapes of threads and comments, and what answers are made of."""
