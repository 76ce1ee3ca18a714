"""Garbage is looked for seldom while something is imported, and as before afterwards."""

import gc

from comments.importers.collecting import MADE_BETWEEN, collecting_seldom


def test_an_import_leaves_the_collector_as_it_was() -> None:
    before = gc.get_threshold()
    with collecting_seldom():
        meanwhile = gc.get_threshold()

    assert meanwhile == (MADE_BETWEEN, *before[1:])
    assert gc.get_threshold() == before
