"""Python shares its time otherwise while something is imported, and as before afterwards."""

import gc
import sys

from comments.importers.pipeline.garbage_collection import (
    MADE_BETWEEN,
    TURN_SECONDS,
    collecting_seldom,
    taking_short_turns,
)


def test_an_import_leaves_the_collector_as_it_was() -> None:
    before = gc.get_threshold()
    with collecting_seldom():
        meanwhile = gc.get_threshold()

    assert meanwhile == (MADE_BETWEEN, *before[1:])
    assert gc.get_threshold() == before


def test_an_import_leaves_the_turns_of_threads_as_they_were() -> None:
    before = sys.getswitchinterval()
    with taking_short_turns():
        meanwhile = sys.getswitchinterval()

    assert (meanwhile, sys.getswitchinterval()) == (TURN_SECONDS, before)
