"""Comments, a self-hosted comment service; only the version lives here."""

__version__ = "1.0.0"
