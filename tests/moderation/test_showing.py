"""A comment's text on the desk: what readers see, links as text, and nothing that was not in the list."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.moderation.queue.comments import RenderedText
from comments.moderation.queue.safe_text import EXCERPT_LENGTH, excerpt, without_links
from comments.text import render
from comments.text.html.allow_list import CLASSES, TAGS
from comments.threads.views.schemas import safe_html
from tests.corpus.html import HTML


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        (
            '<p>see <a href="https://a.example/x?y=1&amp;z=2" rel="nofollow">here</a>.</p>',
            '<p>see here (<span class="url" dir="ltr">a.example/x?y=1&amp;z=2</span>).</p>',
        ),
        (
            '<p><a href="https://a.example/">https://a.example/</a></p>',
            '<p><span class="url" dir="ltr">a.example</span></p>',
        ),
        (
            '<p><a href="mailto:a@b.example">a@b.example</a></p>',
            '<p><span class="url" dir="ltr">a@b.example</span></p>',
        ),
        ('<p><a title="x">no address</a></p>', "<p>no address</p>"),
        ("<p>a<br>b</p><hr>", "<p>a<br>b</p><hr>"),
        (
            '<pre><code class="x"><span class="k">if</span></code></pre>',
            '<pre tabindex="0"><code><span class="k">if</span></code></pre>',
        ),
        ("<p>5 &lt; 6 &amp;amp; &#39;q&#39;</p>", "<p>5 &lt; 6 &amp;amp; &#x27;q&#x27;</p>"),
    ],
)
def test_links_become_text(html: str, shown: str) -> None:
    assert without_links(html) == shown


@pytest.mark.parametrize("attack", HTML.values(), ids=HTML.keys())
def test_stored_html_that_is_hostile_comes_out_harmless(attack: str) -> None:
    """As if the sanitiser had let it through: only tags of its list and our attributes reach the desk."""
    judge = Judge()
    judge.feed(str(without_links(attack)))
    judge.close()

    assert judge.seen <= {(tag, None) for tag in TAGS} | {
        ("span", 'class="url" dir="ltr"'),
        ("pre", 'tabindex="0"'),
        *(("span", f'class="{name}"') for name in CLASSES),
    }
    excerpt(attack)


class Judge(HTMLParser):
    """Notes every tag with its attributes, as they are written."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[tuple[str, str | None]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add((tag, " ".join(f'{name}="{value}"' for name, value in attrs) or None))

    def handle_comment(self, data: str) -> None:
        self.seen.add(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.seen.add(("declaration", decl))


@given(st.text(alphabet="<>/&;ab \"'=ahref:sc", max_size=200))
def test_whatever_is_stored_every_tag_is_closed(html: str) -> None:
    shown = str(without_links(html))

    opened = [tag for tag in shown.split("<")[1:] if not tag.startswith(("/", "br>", "hr>"))]
    closed = [tag for tag in shown.split("<")[1:] if tag.startswith("/")]
    assert len(opened) == len(closed)


def test_an_excerpt_is_one_line_that_ends_at_a_word() -> None:
    html = render("> quoted\n\n" + "Some words of it. " * 50, format="markdown").html

    first_words = excerpt(html)

    assert first_words.startswith("quoted Some words of it.")
    assert first_words.endswith(("it…", "Some…", "words…", "of…"))
    assert len(first_words) <= EXCERPT_LENGTH + 1
    assert excerpt("<p>short &amp; sweet</p>") == "short & sweet"


def test_what_an_unsafe_renderer_made_is_rendered_again() -> None:
    old = RenderedText("Hello *you*", "markdown", "<script>alert(1)</script>", renderer=0)

    assert safe_html(old) == "<p>Hello <em>you</em></p>"
