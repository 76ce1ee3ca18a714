"""Pages to sign in, and the account page."""
