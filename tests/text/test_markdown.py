"""What people write, and what they see of it."""

import pytest

from comments.text import render, render_post
from tests.support.html_oracle import faults

REL = 'rel="nofollow ugc noopener noreferrer"'


def shown(source: str) -> str:
    html = render(source, format="markdown").html
    assert faults(html) == []
    return html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("Hello", "<p>Hello</p>"),
        ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("one\r\ntwo\rthree", "<p>one<br>\ntwo<br>\nthree</p>"),
        ("> q", "<blockquote>\n<p>q</p>\n</blockquote>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
        ("***", "<hr>"),
        ("a < b && c", "<p>a &lt; b &amp;&amp; c</p>"),
        ("&copy; &amp;lt;", "<p>© &amp;lt;</p>"),
        ("    code", "<pre><code>code\n</code></pre>"),
        ("```\n\n  x\n```", "<pre><code>\n  x\n</code></pre>"),
    ],
)
def test_common_marks_are_shown(source: str, html: str) -> None:
    assert shown(source) == html


def test_headings_start_at_h3_so_that_no_comment_outranks_its_page() -> None:
    assert shown("# a\n## b\n### c\n#### d\n##### e\n###### f\n\ng\n===").replace("\n", "") == (
        "<h3>a</h3><h4>b</h4><h5>c</h5><h6>d</h6><h6>e</h6><h6>f</h6><h3>g</h3>"
    )


def test_html_is_shown_as_it_was_typed() -> None:
    assert shown("<b>x</b> <!-- y -->") == "<p>&lt;b&gt;x&lt;/b&gt; &lt;!-- y --&gt;</p>"


def test_links_carry_rel_and_their_title() -> None:
    assert shown('[a](https://b.example/?c=1&d=2 "say \\"e\\" & f")') == (
        f'<p><a href="https://b.example/?c=1&amp;d=2" title="say &quot;e&quot; &amp; f" {REL}>a</a></p>'
    )


def test_a_bare_address_is_a_link_and_a_file_name_is_not() -> None:
    assert shown("See https://a.example/b. And foo.md, www.a.example, a@b.example") == (
        f'<p>See <a href="https://a.example/b" {REL}>https://a.example/b</a>. '
        "And foo.md, www.a.example, a@b.example</p>"
    )


@pytest.mark.parametrize(
    "link",
    ["[a](/b)", "[a](//b.example)", "[a](#b)", "[a](ftp://b.example)", "[a](http:b)", "[a](javascript:b)"],
)
def test_a_link_that_leads_nowhere_we_allow_is_shown_as_it_was_typed(link: str) -> None:
    assert shown(link) == f"<p>{link}</p>"


def test_a_link_without_words_shows_where_it_leads() -> None:
    assert shown("[](https://a.example)") == f'<p><a href="https://a.example" {REL}>https://a.example</a></p>'


def test_a_picture_is_a_link_to_it() -> None:
    assert (
        shown("![cat](https://a.example/cat.png)")
        == f'<p>!<a href="https://a.example/cat.png" {REL}>cat</a></p>'
    )


def test_a_table_stays_text() -> None:
    assert "<table" not in shown("| a | b |\n|---|---|\n| c | d |")


def test_a_fence_in_a_language_we_know_is_highlighted() -> None:
    assert shown("```py\ndef f(x):\n    return 'a<b'  # c\n```") == (
        '<pre><code><span class="k">def</span> <span class="nf">f</span>(x):\n'
        '    <span class="k">return</span> <span class="s">\'a&lt;b\'</span>  <span class="c"># c</span>\n'
        "</code></pre>"
    )


@pytest.mark.parametrize("language", ["", "unknown", "python3.99", "guess", "text", "../python"])
def test_a_fence_in_another_language_is_plain(language: str) -> None:
    assert shown(f"```{language}\ndef f(): pass\n```") == "<pre><code>def f(): pass\n</code></pre>"


def test_a_block_that_is_long_or_unreadable_is_not_highlighted() -> None:
    assert "<span" in shown("```py\n" + "x = 1\n" * 100 + "```")
    assert "<span" not in shown("```py\n" + "x = 1\n" * 900 + "```")
    assert "<span" not in shown("```py\n" + "x = 1; " * 50 + "\n```")


def test_direction_overrides_and_controls_are_left_out() -> None:
    assert shown("a\u202eb\x07c &#x202e;d") == "<p>abc d</p>"


def test_words_for_excerpts_have_no_markup() -> None:
    rendered = render_post("# A\n\nb **c**\nd [e](https://f.example)\n\n- g\n- h `<i>`")

    assert rendered.text == "A\nb c\nd e\ng\nh <i>"
    assert rendered.links == ("https://f.example",)


def test_links_and_hosts_are_reported_in_order() -> None:
    rendered = render_post(
        "https://A.example/x http://b.example:8080 [c](https://a.example/) <mailto:d@e.example>"
    )

    assert rendered.links == (
        "https://A.example/x",
        "http://b.example:8080",
        "https://a.example/",
        "mailto:d@e.example",
    )
    assert rendered.hosts == ("a.example", "b.example")
