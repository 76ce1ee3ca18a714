"""Browser sessions of accounts."""
