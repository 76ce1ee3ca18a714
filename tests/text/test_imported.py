"""HTML of other systems: what it is shown as, and that none of its words are lost."""

import pytest

from comments.text import render
from tests.support.html_oracle import faults

REL = 'rel="nofollow ugc noopener noreferrer"'


def shown(source: str) -> str:
    html = render(source, format="html").html
    assert faults(html) == []
    return html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<p>a</p><p>b<br>c</p>", "<p>a</p><p>b<br>c</p>"),
        ("a\nb\n\nc", "<p>a<br>b</p>\n<p>c</p>"),
        ("a\r\nb", "<p>a<br>b</p>"),
        ("<p>a\nb</p>", "<p>a\nb</p>"),
        ("a\n<pre>b\n\nc</pre>\nd", "<p>a</p>\n<pre>b\n\nc</pre>\n<p>d</p>"),
        ("<div>a</div><div>b</div>", "<p>a</p>\n<p>b</p>"),
        ("<h1>a</h1><h6>b</h6>", "<h3>a</h3><h6>b</h6>"),
        ("<p><strike>a</strike><ins>b</ins><tt>c</tt></p>", "<p><s>a</s><u>b</u><code>c</code></p>"),
        ("<p>a<font color=red>b</font>c</p>", "<p>abc</p>"),
        ("<p>List<String> a <b", "<p>List&lt;String&gt; a &lt;b</p>"),
        ("<p>1 < 2 & 3 > 2; &copy; &#8212; &bogus;</p>", "<p>1 &lt; 2 &amp; 3 &gt; 2; © — &amp;bogus;</p>"),
        ("<p>a<!-- b -->c</p>", "<p>ac</p>"),
        ("<p>a<script>b()</script><STYLE>c {}</style >d</p>", "<p>ad</p>"),
        ("<p>a<script>b", "<p>ab</p>"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "<p>a b</p>\n<p>c</p>"),
        ("<p>a<i>b", "<p>a<i>b</i></p>"),
        ("<span class=k>a</span> <code class=admin>b</code>", "<p><span>a</span> <code>b</code></p>"),
        ("<ol start=7 type=i onclick=x><li>a", '<ol start="7"><li>a</li></ol>'),
    ],
)
def test_tags_are_kept_turned_or_dropped_and_words_stay(source: str, html: str) -> None:
    assert shown(source) == html


def test_links_keep_address_and_title_only() -> None:
    source = (
        '<p><a href="http://a.example/?b=1&amp;c=2" title="d &quot;e&quot;" rel="x" target="_blank">f</a></p>'
    )

    assert shown(source) == (
        f'<p><a href="http://a.example/?b=1&amp;c=2" title="d &quot;e&quot;" {REL}>f</a></p>'
    )


def test_a_link_that_leads_nowhere_we_allow_keeps_its_words() -> None:
    assert shown("<p>a <a href='javascript:x'>b</a> <a>c</a> <a href='/d'>e</a></p>") == "<p>a b c e</p>"


def test_a_picture_becomes_a_link_to_it() -> None:
    assert shown("<p><img src='https://a.example/b.png' alt='c &amp; d'></p>") == (
        f'<p><a href="https://a.example/b.png" {REL}>c &amp; d</a></p>'
    )
    assert shown("<p><img src='https://a.example/b.png'></p>") == (
        f'<p><a href="https://a.example/b.png" {REL}>https://a.example/b.png</a></p>'
    )
    assert shown("<p><img src='data:x' alt='c'></p>") == "<p>c</p>"


def test_a_bare_address_becomes_a_link_as_it_was_where_it_comes_from() -> None:
    assert shown("(see https://a.example/b?c=1&amp;d=2).") == (
        f'<p>(see <a href="https://a.example/b?c=1&amp;d=2" {REL}>https://a.example/b?c=1&amp;d=2</a>).</p>'
    )


def test_an_address_in_code_or_in_a_link_stays_what_it_is() -> None:
    assert shown("<code>http://a.example</code>") == "<p><code>http://a.example</code></p>"
    assert shown("<a href='http://b.example'>http://a.example</a>") == (
        f'<p><a href="http://b.example" {REL}>http://a.example</a></p>'
    )


def test_numbers_for_controls_and_overrides_are_left_out() -> None:
    assert shown("<p>a&#x202e;b&#7;c&#0;d&#xD800;e&#1114112;f</p>") == "<p>abc\ufffdd\ufffde\ufffdf</p>"


@pytest.mark.parametrize(
    "source",
    ["<b>" * 21 + "a", "<p>a</p>" * 3_000, "a " * 40_000, "&amp;" * 6_000, "<blockquote>" * 30],
    ids=["nested", "tags", "long", "entities", "quotes"],
)
def test_what_is_over_a_limit_is_shown_as_plain_text(source: str) -> None:
    rendered = render(source, format="html")

    assert rendered.is_plain
    assert rendered.text == source.strip()
    assert faults(rendered.html) == []


def test_plain_text_keeps_paragraphs_and_lines() -> None:
    assert render("<b>" * 21 + "\na\n\nb", format="html").html == f"<p>{'&lt;b&gt;' * 21}<br>a</p><p>b</p>"


def test_many_lines_of_plain_text_are_kept_as_they_stand() -> None:
    source = "a\n" * 40_000

    assert render(source, format="html").html == f"<pre>{source.strip()}</pre>"
