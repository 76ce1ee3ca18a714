"""The generated discussions, always the same: what the comments say, and which of them answer which."""

import random
from collections.abc import Sequence

from comments.text import render
from tests.support.seeding import Text

WORDS = (
    "river garden window letter morning answer market season coffee number island winter paper bridge candle "
    "station corner village engine question summer forest kitchen mirror history language weather evening "
    "reader article people thing point idea reason part place world quite rather often never almost perhaps "
    "again still because though while after before about under over between and the of to in with for on is "
    "was has this that which every some many few other same new old long short good plain careful quiet"
).split()
TOP_LEVEL_SHARE = 0.4
DEEPEST = 3


def texts(count: int, *, seed: int = 1) -> list[Text]:
    """Return texts of about 300 characters of Markdown, one in ten with a link, and their HTML."""
    luck = random.Random(seed)
    sources = [_source(luck) for _ in range(count)]
    return [Text(source, render(source, format="markdown").html) for source in sources]


def parents(comments: int, *, seed: int = 1) -> list[int | None]:
    """Return whom each comment answers: 40 % nobody, the others an earlier one, at most three deep."""
    luck = random.Random(seed)
    found: list[int | None] = []
    depths: list[int] = []
    for number in range(comments):
        above = None
        if number and luck.random() >= TOP_LEVEL_SHARE:
            above = luck.randrange(number)
            while depths[above] == DEEPEST:
                above = luck.randrange(number)
        found.append(above)
        depths.append(0 if above is None else depths[above] + 1)
    return found


def roots_of(parents: Sequence[int | None]) -> list[int | None]:
    """Return for each comment the top-level one it stands under: all the nesting that some systems have."""
    roots: list[int | None] = []
    for parent in parents:
        roots.append(None if parent is None else parent if roots[parent] is None else roots[parent])
    return roots


def _source(luck: random.Random) -> str:
    paragraphs = [_sentences(luck, 165), _sentences(luck, 95)]
    kind = luck.random()
    if kind < 0.1:
        paragraphs.insert(0, "> " + _sentences(luck, 40))
    elif kind < 0.2:
        paragraphs[0] += f" See https://news.example/{luck.randrange(10_000)}/{luck.choice(WORDS)}."
    elif kind < 0.3:
        paragraphs.append(
            f"```python\n{luck.choice(WORDS)} = {luck.choice(WORDS)}({luck.randrange(99)})\n```"
        )
    elif kind < 0.4:
        paragraphs.append("\n".join(f"- {luck.choice(WORDS)} {luck.choice(WORDS)}" for _ in range(3)))
    return "\n\n".join(paragraphs)


def _sentences(luck: random.Random, length: int) -> str:
    words: list[str] = []
    size = 0
    while size < length:
        word = luck.choice(WORDS)
        if luck.random() < 0.03:
            word = luck.choice(("*{}*", "**{}**", "`{}`")).format(word)
        words.append(word)
        size += len(word) + 1
    return " ".join(words).capitalize() + "."
