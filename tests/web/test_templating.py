"""What all our templates can say."""

import re
from pathlib import Path

from comments.web.html.templating import hue

ROOT = Path(__file__).parent.parent.parent


def test_an_author_has_the_hue_that_the_widget_gives_them() -> None:
    # embed/test/small.test.ts has the same two.
    assert hue("01a20810-0f80-714a-ab8b-398a3dde5a24") == 6
    assert hue("abc") == 0


def test_drawings_of_one_name_are_the_widget_s() -> None:
    ours = re.findall(r'"(\w+)": "(M[^"]+)"', (ROOT / "comments/web/templates/icons.html").read_text())
    theirs = dict(re.findall(r'export const (\w+) =\s+"([^"]+)"', (ROOT / "embed/src/icons.ts").read_text()))
    shared = {name: drawing for name, drawing in ours if name.upper() in theirs}

    assert {"dots", "down", "lock", "reply", "shield", "up"} <= shared.keys()
    assert shared == {name: theirs[name.upper()] for name in shared}
