"""Garbage is looked for seldom while something is imported, and as before afterwards."""

import gc

import pytest

from comments.importers.collecting import MADE_BETWEEN, collecting_seldom


def test_an_import_that_fails_leaves_the_collector_as_it_was() -> None:
    before = gc.get_threshold()

    with pytest.raises(ValueError, match="broken"), collecting_seldom():
        assert gc.get_threshold() == (MADE_BETWEEN, *before[1:])
        raise ValueError("broken")

    assert gc.get_threshold() == before
