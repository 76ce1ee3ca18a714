"""Says whether a piece of HTML is harmless, by parsers that had no part in making it.

`faults` walks the tree a parser builds (html5lib, as a browser would, without bleach's tokeniser) and names
all that is not promised. `nh3_changes` asks a second sanitiser whether it takes anything away. The lists are
the contract's, written out once more: an oracle that reads the code's own list believes all it says.
"""

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import nh3
from bleach._vendor import html5lib

TAGS = frozenset(
    "p br strong em b i u s del code pre blockquote a ul ol li hr h3 h4 h5 h6 span sup sub kbd".split()
)
ATTRIBUTES = {"a": {"href", "rel", "title"}, "code": {"class"}, "span": {"class"}, "ol": {"start"}}
CLASSES = frozenset("c k s m o nb nf nc nt na nv nd gi gd gh".split())
REL = "nofollow ugc noopener noreferrer"
SCHEMES = {"http", "https", "mailto"}

HTML_NAMESPACE = "http://www.w3.org/1999/xhtml"
BLANKS_OF_URLS = re.compile(r"[\t\n\r]")
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff]")
TAG_START = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)[ >]")


def faults(html: str) -> list[str]:
    """Return what is wrong with `html` as the text of a comment, wherever it stands; [] if nothing."""
    found = [f"character {hit[0]!r}" for hit in UNWANTED.finditer(html)]
    found += [f"stray < before {html[at : at + 20]!r}" for at in stray_brackets(html)]
    for tree in trees(html):
        found += [fault for element in elements(tree) for fault in element_faults(element)]
    return list(dict.fromkeys(found))


def nh3_changes(html: str) -> list[str]:
    """Return what nh3 (html5ever, ammonia), held to the same list, would take out of `html`; [] if nothing.

    Compared are the parsed trees: the two quote and escape differently.
    """
    cleaned = nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=set(),
        attributes={tag: names - {"rel"} for tag, names in ATTRIBUTES.items()},
        url_schemes=SCHEMES,
        link_rel=REL,
    )
    pairs = zip_longest(outline(html), outline(cleaned), fillvalue=("nothing", ""))
    return [
        f"{one!r} became {two!r}" for one, two in pairs if one != two and not differs_by_an_odd_host(one, two)
    ]


def differs_by_an_odd_host(ours: tuple[str, str], theirs: tuple[str, str]) -> bool:
    """Whether nh3 only dropped an http link whose host cannot be a name, as with a stray accent."""
    odd = re.fullmatch(r"a \[\('href', '(?i:https?)://([^/?#]*).*?'\), (.*)", ours[1])
    return bool(odd and (not odd[1].isascii() or "xn--" in odd[1]) and theirs[1] == f"a [{odd[2]}")


def text_of(html: str) -> str:
    """Return the words a reader sees, blanks as they are."""
    return "".join(text for kind, text in walk(parsed(html, scripting=False)) if kind == "text")


def words_of(html: str) -> str:
    """Return the characters a reader sees, without any blanks: what must never be lost."""
    return re.sub(r"\s+", "", text_of(html))


def links_of(html: str) -> list[str]:
    return [
        element.attrib["href"]
        for element in elements(parsed(html, scripting=False))
        if local_name(element) == "a" and "href" in element.attrib
    ]


def parsed(html: str, *, scripting: bool) -> Any:
    return html5lib.HTMLParser(namespaceHTMLElements=True).parseFragment(
        html, container="div", scripting=scripting
    )


def trees(html: str) -> Iterator[Any]:
    """Parse `html` as browsers do: assigned to an element, as a part of a page, and once more."""
    assigned = parsed(html, scripting=True)
    yield assigned
    yield page_body(html, scripting=True)
    if "<noscript" in html:
        yield parsed(html, scripting=False)
    # What a parser writes can be read otherwise the next time (mutation XSS).
    again = serialised(assigned)
    if again != html:
        yield parsed(again, scripting=True)


def page_body(html: str, *, scripting: bool) -> Any:
    page = f'<!doctype html><title>x</title><div class="oracle">{html}</div><p class="after">after</p>'
    root = html5lib.HTMLParser(namespaceHTMLElements=True).parse(page, scripting=scripting)
    inside = [element for element in elements(root) if element.attrib.get("class") == "oracle"]
    after = [element for element in elements(root) if element.attrib.get("class") == "after"]
    if len(inside) != 1 or len(after) != 1 or after[0] in list(elements(inside[0])):
        raise AssertionError(f"the text breaks out of its place in the page: {html!r}")
    return inside[0]


def serialised(tree: Any) -> str:
    walker = html5lib.getTreeWalker("etree")
    serializer = html5lib.serializer.HTMLSerializer(omit_optional_tags=False, quote_attr_values="always")
    return "".join(serializer.serialize(walker(tree)))


def elements(tree: Any) -> Iterator[Any]:
    """Yield everything below `tree` that is not text, comments too."""
    yield from (element for element in tree.iter() if element is not tree)


def local_name(element: Any) -> str:
    return str(element.tag).removeprefix("{" + HTML_NAMESPACE + "}")


def element_faults(element: Any) -> Iterator[str]:
    if not isinstance(element.tag, str):
        yield "comment or instruction"
        return
    tag = local_name(element)
    if tag not in TAGS:
        yield f"<{tag}>"
    for name, value in element.attrib.items():
        if name not in ATTRIBUTES.get(tag, ()):
            yield f"<{tag} {name}>"
        elif name == "class" and value not in CLASSES:
            yield f"class {value!r}"
        elif name == "start" and not re.fullmatch("[0-9]{1,9}", value):
            yield f"start {value!r}"
        elif name == "href" and not leads_to_a_page(value):
            yield f"href {value!r}"
    if tag == "a" and ("href" not in element.attrib or element.attrib.get("rel") != REL):
        yield f"<a> with {dict(element.attrib)!r}"


def leads_to_a_page(href: str) -> bool:
    """Whether a browser would read the scheme we promise, and no address relative to the page.

    Source: WHATWG URL, "basic URL parser": controls and blanks around it, tabs and breaks in it are dropped.
    """
    url = BLANKS_OF_URLS.sub("", href.strip("".join(map(chr, range(0x21)))))
    scheme, colon, rest = url.partition(":")
    if not colon or scheme.lower() not in SCHEMES or url != href:
        return False
    return bool(rest) and (scheme.lower() == "mailto" or re.match(r"//[^/\\?#]", rest) is not None)


def stray_brackets(html: str) -> Iterator[int]:
    """Yield where a `<` stands that does not begin a tag we promise: our own output escapes each."""
    for hit in re.finditer("<", html):
        tag = TAG_START.match(html, hit.start())
        if not tag or tag[1] not in TAGS:
            yield hit.start()


def walk(tree: Any) -> Iterator[tuple[str, str]]:
    """Yield ("start", tag), ("text", words) and ("end", tag) in reading order."""
    if tree.text:
        yield "text", tree.text
    for child in tree:
        if isinstance(child.tag, str):
            attributes = sorted((str(name), value) for name, value in child.attrib.items())
            yield "start", f"{local_name(child)} {attributes}"
            yield from walk(child)
            yield "end", local_name(child)
        if child.tail:
            yield "text", child.tail


def outline(html: str) -> list[tuple[str, str]]:
    """Return the tree of `html` as a list, neighbouring texts joined."""
    joined: list[tuple[str, str]] = []
    for kind, text in walk(parsed(html, scripting=False)):
        if kind == "text" and joined and joined[-1][0] == "text":
            joined[-1] = ("text", joined[-1][1] + text)
        else:
            joined.append((kind, text))
    return joined
