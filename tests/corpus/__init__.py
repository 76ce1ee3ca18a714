"""Attack strings, each with the field it goes into; `tests.support.html_oracle` judges what comes of them."""

from typing import NamedTuple

from tests.corpus.fields import NAMES, TITLES, URLS, WEBSITES
from tests.corpus.html import HTML
from tests.corpus.markdown import MARKDOWN


class Attack(NamedTuple):
    field: str
    name: str
    text: str


TABLES = {
    "html": HTML,
    "markdown": MARKDOWN,
    "name": NAMES,
    "title": TITLES,
    "website": WEBSITES,
    "url": URLS,
}

ATTACKS = tuple(Attack(field, name, text) for field, table in TABLES.items() for name, text in table.items())


def attacks(*fields: str) -> list[Attack]:
    return [attack for attack in ATTACKS if attack.field in fields]
