"""What all our templates can say."""

from comments.web.templating import hue


def test_an_author_has_the_hue_that_the_widget_gives_them() -> None:
    # embed/test/small.test.ts has the same two.
    assert hue("01a20810-0f80-714a-ab8b-398a3dde5a24") == 6
    assert hue("abc") == 0
