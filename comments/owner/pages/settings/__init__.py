"""The sections of the owner's pages that are one form of settings."""
