"""The demo: a site with an article and a living discussion, to try the service on."""
