"""The house rules that a program can check: the way imports go, sizes, and names."""
