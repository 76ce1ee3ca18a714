"""A reader's own data: what a site holds about somebody, given out and erased, with proof."""
