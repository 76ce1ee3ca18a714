"""An attack by people who are paid for it: real forms, solved proofs of work, patience, many addresses."""

import time
from dataclasses import dataclass
from typing import Any

import pytest

from tests.defence.stronghold import (
    ADVERTS,
    GOT_THROUGH,
    PROSE,
    SPAM,
    Passed,
    Person,
    Site,
    Stronghold,
    wait_for,
)
from tests.support.proofs import solved

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 3.1
"""Longer than the three seconds within which nobody can have read and written."""

VARIED = [
    f"I found this {PROSE} last year and it has changed how my {who} and I spend the evenings here at home."
    for who in ("wife", "brother", "mother", "husband", "neighbour")
]
"""One text, each time another word in it."""

SPUN = [
    f"I {found} this {PROSE} {when} and it has changed how my {who} and I spend the evenings here at home."
    for found, when, who in (
        ("bought", "in March", "wife"),
        ("got", "at the fair", "mother"),
        ("saw", "by chance", "husband"),
        ("ordered", "in autumn", "neighbour"),
    )
]
"""The same in other words, at three places in twenty."""

LINKED = [
    f"The arch reminds me of my years in Porto, where I took many pictures: https://{SPAM}.example/porto",
    f"Does anybody know who the architect was? There is something about him at www.{SPAM}.com.",
    f"I disagree with the second paragraph, see [my notes](https://{SPAM}.example/notes) on the river.",
    f"We walked there with the children on Sunday. They still talk about the ducks! {SPAM}.net",
    f"Thank you for this. The old postcards on <https://{SPAM}.example/cards> show it before the war.",
]
"""Nothing in common but where they lead to."""

PLAIN = ADVERTS[:4]


@dataclass
class Worker:
    """One of the farm, at an address of their own, with the form and the proof for one page."""

    who: Person
    page: int
    form_token: str
    altcha: str

    def posts(self, site: Site, text: str) -> dict[str, Any]:
        brought = {"form_token": self.form_token, "altcha": self.altcha}
        return site.posted(self.who, text, on=self.page, **brought)


def begin_to_write(site: Site, page: int, name: str) -> Worker:
    """Do what the widget does when somebody begins to write, with as much work."""
    who = site.somebody(name)
    answer = site.send("POST", "challenge", {"page": {"url": site.page(page)}}, who)
    assert answer.status_code == 200, answer.text
    asked = answer.json()
    return Worker(who, page, asked["form_token"], solved(asked["altcha"]))


@pytest.mark.parametrize("held", ["1", "0"])
def test_a_captcha_farm(hold: Stronghold, record_property: Passed, held: str) -> None:
    """Also on a site that holds no first comments, where it is told what passes."""
    site = hold.site(first_comments_held=held)
    texts = [*VARIED, *SPUN, *PLAIN, *LINKED]
    reader = site.regular()
    farm = [begin_to_write(site, page, f"Guest {page}") for page in range(len(texts))]
    newcomer = begin_to_write(site, 1, "Lena")
    written = time.monotonic()
    wait_for(lambda: time.monotonic() > written + PATIENCE_SECONDS)

    with site.watched(pages=len(texts)) as watch:
        for worker, text in zip(farm[:-1], texts[:-1], strict=True):
            worker.posts(site, text)
        genuine = newcomer.posts(site, "My grandfather told me how they carried the stones across.")
        known = site.posted(reader, "It was built in 1890, says the plaque.", on=1)
        farm[-1].posts(site, texts[-1])
        # One solution sold to somebody else.
        farm[0].who = site.somebody("Guest")
        sold = farm[0].posts(site, "What a lovely bridge.")

    assert watch.saw_no_spam
    waiting = {one["id"]: str(one["reasons"]) for one in site.queue("pending")}
    # Nothing is held for how it was sent: the farm's forms and proofs are as good as anybody's.
    assert "proof" in waiting.pop(sold["id"])
    assert not [reasons for reasons in waiting.values() if "proof-of-work" in reasons or "form" in reasons]
    assert site.state_of(known["id"]) == "approved"
    assert site.state_of(genuine["id"]) == ("pending" if held == "1" else "approved")
    assert site.mails_in_the_end() == 1
    passed = [site.advertised(range(start, stop)) for start, stop in ((0, 5), (5, 9), (9, 13))]
    where = "" if held == "1" else ", where first comments are not held"
    varied = f"{passed[0]} of {len(VARIED)} times one text with another word in it"
    record_property(GOT_THROUGH, f"{varied}{where}")
    record_property(GOT_THROUGH, f"{passed[1]} of {len(SPUN)} times one text in other words{where}")
    record_property(GOT_THROUGH, f"{passed[2]} of {len(PLAIN)} texts in plain prose by strangers{where}")
    assert sum(passed) == 0 if held == "1" else passed[0] <= 1
