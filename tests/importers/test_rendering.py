"""The processes that sanitise: they answer as this one does, in order, and end with it."""

import os
import signal

import pytest

from comments.importers.rendering import Crew, HelperStopped, Text
from tests.importers.helpers import helpers_of

pytestmark = pytest.mark.anyio

TEXTS = [Text(f"<p>{number}</p><script>x</script>", "html") for number in range(50)]


async def test_helpers_answer_as_this_process_does() -> None:
    async with Crew(0) as alone, Crew(2) as crew:
        expected = [await alone.show(TEXTS[start : start + 10]) for start in range(0, 50, 10)]
        answers = [await crew.show(TEXTS[start : start + 10]) for start in range(0, 50, 10)]

    assert answers == expected
    assert answers[0][3].html == "<p>3</p>"


async def test_a_helper_that_ends_by_itself_is_an_expected_failure() -> None:
    async with Crew(1) as crew:
        await crew.show(TEXTS)
        for pid in helpers_of(os.getpid()):
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(HelperStopped, match="Run the import again"):
            await crew.show(TEXTS)
