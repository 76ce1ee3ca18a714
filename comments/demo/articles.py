"""The demo's site and its articles."""

SITE = "demo"
PAGES = {"night-train": "/", "timetable": "/timetable"}
"""The articles' paths by the identifiers their tags carry."""
