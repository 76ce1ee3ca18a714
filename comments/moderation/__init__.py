"""The queue, decisions and their log, as an API and as pages for moderators."""
