"""Telling others' programs what happens: webhooks, and the calls that carry them."""
