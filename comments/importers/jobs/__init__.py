"""Imports that owners ask for on their page or over the API."""
