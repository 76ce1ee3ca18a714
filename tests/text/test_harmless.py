"""What needs no sanitiser comes out as bleach makes it, to the letter, whatever is put out of place in it."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.text.harmless import harmless
from comments.text.imported import imported_to_html
from comments.text.limits import TooComplex, check_pieces
from comments.text.rendering import from_imported
from comments.text.sanitise import readable, sanitised_by_bleach
from tests.corpus import attacks
from tests.support.html_oracle import faults, nh3_changes

FILES = Path(os.environ.get("COMMENTS_TEST_IMPORTS", "../shared/data"))
CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)

BLOCKS = ("p", "blockquote", "ul", "ol", "li", "pre", "h3", "h4", "h5", "h6")
INLINES = ("a", "em", "strong", "i", "b", "s", "u", "del", "code", "sup", "sub", "kbd")
SPANS = ('span class="k"', 'span class="nb"', 'span class="k nb"', 'span class="x"', "span")
ADDRESSES = (
    "https://a.example", "http://a.example/b?c=1&amp;d=2#e", "https://a.example/&amp;lt;",
    "http://a_b.example", "https://a.example:80/%22(x)", "HTTPS://a.example", "http://", "http://..",
    "javascript:alert(1)", "//a.example", "https://a.example/'", "https://a.example/ b",
    "https://a.example/é", "mailto:a@b.example", "https://[::1]/", "https://a.example\\b",
    "https://a.example&copy;", "https://u:p@a.example/", "https://xn--.example", "#a", "java&#115;cript:x",
    "https://a.example/?q=javascript:x", "http://a.example/&amp;amp;#x22;", "https:a.example",
)  # fmt: skip
REST_OF_LINKS = (
    "", ' rel="nofollow noopener"', ' title="a"', ' title="a &amp; &quot;b&quot; &#x27;c&lt;"',
    ' rel="x" title="é"', ' title=""', " title='a'", ' title="a" rel="x"', ' onclick="x"',
    ' title="&amp;copy; &amp;amp;"', ' title="\t"', ' class="k"', ' target="_blank"', ' title="a',
    ' title="a>b"', ' title="a\nb"', ' title=" "', ' title="`"',
)  # fmt: skip
WORDS = (
    "a", "b c", " ", "\n", "\t", "&amp;", "&lt;", "&gt;", "&quot;", "&#x27;", "&nbsp;", "&copy;",
    "&eacute;", "copy;", "&shy;", "&rlm;", "#60;", "&amp;lt;", '"', "'", "`", "<br>", "<hr>", "漢", "\u00a0",
    "\u2028", "=", "/", "://", "https://a.example", "&lang;", "&sup2;", "&bull;", "é",
)  # fmt: skip
MARKS = (
    *WORDS, "<", ">", "&", ";", "</", "/>", "<!--", "-->", "<![CDATA[", "<?", "\x00", "\ufffd", "&#60;",
    "&#x3c;", "&lt", "&copy", "&bogus;", "&colon;", "&NewLine;", "&Tab;", "<br/>", "<br />", "</br>",
    "<p >", "<P>", "</p>", "<p>", "<b>", "</b>", "</a>", "</span>", '<span class="k">',
    "<a>", "<a href=", '<a href="https://a.example">',
    "<span>", "<table>", "<tr>", "<td>", "<svg>", "<math>", "<style>", "<script>", "<title>", "<textarea>",
    "<select>", "<option>", "<noscript>", "<xmp>", "<template>", "<form>", "<input>", "<button>", "<body>",
    "<html>", "<frameset>", "<plaintext>", "<nobr>", "<dd>", "<image>", "<isindex>", "<mtext>", "<mglyph>",
    "<foreignObject>", "<desc>", "<annotation-xml>", "\u202e", "\ud800", "<h1>", "<div>", "<font>",
    "<strike>", "<listing>", "<pre>\n", "<ol start=\"7\">", "<li>", "</li>", "<ul>", "</ul>", "class=",
    "style=", "href=", "on", "javascript:", "\x0c", "\r", "\x1b",
)  # fmt: skip


def links(words: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    begins = st.tuples(st.sampled_from(ADDRESSES), st.sampled_from(REST_OF_LINKS))
    return st.tuples(begins, words).map(lambda link: f'<a href="{link[0][0]}"{link[0][1]}>{link[1]}</a>')


def held(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    tags = st.sampled_from((*BLOCKS, *INLINES[1:], *SPANS))
    within = st.tuples(tags, inside).map(lambda one: f"<{one[0]}>{one[1]}</{one[0].partition(' ')[0]}>")
    return st.lists(within | links(inside), max_size=4).map("".join)


well_formed = st.recursive(st.lists(st.sampled_from(WORDS), max_size=4).map("".join), held, max_leaves=10)
"""Each tag is closed where it was opened; most, but not all, are where they may be."""
as_disqus_writes = st.lists(
    st.lists(st.sampled_from(WORDS[:14]) | links(st.just("a.example...")), max_size=5).map(
        lambda words: f"<p>{''.join(words)}</p>"
    ),
    max_size=4,
).map("".join)
anywhere = st.lists(
    st.sampled_from(
        [*MARKS, *(f"<{end}{tag}>" for end in ("", "/") for tag in (*BLOCKS, *INLINES))]
    ) | links(st.just("a")),
    max_size=10,
).map("".join)  # fmt: skip


@st.composite
def spoilt(draw: st.DrawFn) -> str:
    """What is well formed, with a piece taken out, put in or put elsewhere."""
    html = draw(well_formed | as_disqus_writes)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(html)))
        end = draw(st.integers(start, min(len(html), start + 6)))
        html = html[:start] + draw(st.sampled_from(MARKS) | st.just("") | st.text(max_size=2)) + html[end:]
    return html


written = st.one_of(well_formed, as_disqus_writes, anywhere, spoilt()).map(readable)


def check(html: str) -> bool:
    """Say whether `html` was taken for harmless; if so, it is what bleach makes of it."""
    coloured = harmless(html, classes=True)
    assert coloured is None or coloured == sanitised_by_bleach(html, classes=True)
    found = harmless(html)
    if found is None:
        return False
    for classes in (True, False):
        assert found == sanitised_by_bleach(html, classes=classes)
    assert faults(found.html) == []
    assert nh3_changes(found.html) == []
    return True


@given(written)
def test_what_is_harmless_is_what_bleach_makes_of_it(html: str) -> None:
    check(html)


@given(written)
def test_what_stands_as_it_is_need_not_be_rewritten(source: str) -> None:
    try:
        html = imported_to_html(source)
        check_pieces(html)
    except TooComplex:
        with pytest.raises(TooComplex):
            from_imported(source)
    else:
        assert from_imported(source) == sanitised_by_bleach(readable(html), classes=False)


def test_no_attack_is_taken_for_what_it_is_not() -> None:
    for attack in attacks("html", "markdown"):
        check(readable(attack.text))
        check(readable(f"<p>{attack.text}</p>"))


def test_texts_of_other_systems_come_out_as_bleach_makes_them() -> None:
    if not FILES.exists():
        pytest.skip(f"{FILES} is not here; COMMENTS_TEST_IMPORTS names the folder with import files")
    for path in sorted(FILES.glob("*/*.*")):
        file = readable(path.read_text())
        for text in (*file.splitlines(), *CDATA.findall(file)):
            assert from_imported(text) == sanitised_by_bleach(readable(imported_to_html(text)), classes=False)


@pytest.mark.parametrize(
    "html",
    [
        "<p>One <em>and <strong>two</strong></em><br>\n&lt;3 &amp; &quot;it&#x27;s&quot;&nbsp;&eacute;</p>",
        "<ul>\n<li>one</li>\n<li><p>two</p></li>\n</ul>\n<blockquote>\n<p>said</p>\n</blockquote>",
        "<h3>one</h3><hr><pre><code>two\n\n  three</code></pre>",
        '<p><b>a</b> <a href="https://a.example/?b=1&amp;c=2" rel="nofollow" title="&quot;b&quot;">c</a></p>',
        '<p>on <a href="http://a.example">http://a.example</a></p>',
    ],
)
def test_plain_html_needs_no_parser(html: str) -> None:
    assert check(html)


def test_coloured_code_is_harmless_only_where_classes_may_stay() -> None:
    html = '<pre><code><span class="k">if</span> x &lt; <span class="s">&#x27;1&#x27;</span>\n</code></pre>'

    assert harmless(html, classes=True) == sanitised_by_bleach(html, classes=True)
    assert harmless(html) is None


@pytest.mark.parametrize(
    "html",
    [
        "<p><a>one</a></p>",
        '<p><a href="https://a.example"></a></p>',
        '<p><a href="https://a.example"><a href="https://b.example">one</a></a></p>',
        '<p><a href="javascript:one">one</a></p>',
        '<p><a href="https://..">one</a></p>',
        "<p><a href='https://a.example'>one</a></p>",
        '<p><a href="https://a.example" onclick="x">one</a></p>',
        "<p class=x>one</p>",
        "<p >one</p>",
        "<P>one</P>",
        "<p>one",
        "one</p>",
        "<p><em>one</p></em>",
        "<p><ul></ul></p>",
        "<p>one<p>two</p></p>",
        "<p>one<hr></p>",
        "<pre>\none</pre>",
        "<p>1 > 2</p>",
        "<p>&#60; & co</p>",
        "<p>&copy</p>",
        "<script>one</script>",
        "<blockquote>" * 6 + "</blockquote>" * 6,
    ],
)
def test_all_else_is_left_to_the_sanitiser(html: str) -> None:
    assert harmless(html) is None
