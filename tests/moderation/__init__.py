"""Tests of moderation: deciding, queues, the log, and the pages moderators work on."""
