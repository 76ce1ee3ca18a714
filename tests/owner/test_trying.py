"""An owner tries what a form says on the last decisions, and sees how good guesses are; nothing is saved."""

import re
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from comments.background.outbox_handlers import delivery
from comments.classifier.models import LearnedComment, Learning
from comments.identity.accounts.queries import moderator_by_email
from comments.moderation.decisions.decide import decide
from comments.moderation.decisions.requests import Choice, CommentChoice, DecisionOrder
from comments.sites.queries import site_by_name
from tests.identity.visiting import OURS, Visitor
from tests.moderation.seeding import Seed
from tests.owner.test_settings import AT, fields_of, sent

DECIDED: list[tuple[str, Choice]] = [
    ("Cheap <casino>", "spam"),
    ("No casino here", "approve"),
    ("A good word", "approve"),
    ("Another bad one", "remove"),
]


def moderate(ana: Visitor) -> None:
    """Let Ana decide about four comments that the rules would have published."""
    seed = Seed(name="unused", now=ana.service.clock.now())
    seed.rows.clear()
    seed.site_id = ana.site.id
    thread, author = seed.thread(), seed.author()
    me = ana.read(moderator_by_email, ana.site.id, "ana@mail.example")
    wanted = [(seed.comment(thread, author, text=text, reasons="[]"), choice) for text, choice in DECIDED]
    ana.write(lambda session, at: seed.store(session))
    for comment_id, choice in wanted:
        ana.write(decide, DecisionOrder(me, choice, [CommentChoice(comment_id)]), ana.service.keys)
    assert ana.client.portal is not None
    ana.client.portal.call(delivery(ana.service).deliver_due)


def tried(ana: Visitor, **changes: str) -> Any:
    fields = fields_of(ana.client.get(f"{AT}/moderation").text) | changes
    return ana.client.post(f"{AT}/moderation/trial", data=fields, headers=OURS, follow_redirects=False)


def cells(page: str) -> list[list[str]]:
    """Return what stands in the rows of the page's first table of rates."""
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in table.split("</tr>")]
    return [[" ".join(re.sub("<[^>]*>", "", cell).split()) for cell in row] for row in rows if row]


def test_a_form_is_tried_on_the_last_decisions_and_keeps_what_was_written(ana: Visitor) -> None:
    assert "Try on past decisions" in ana.client.get(f"{AT}/moderation").text
    assert "decided about nothing yet" in tried(ana).text
    moderate(ana)
    before = ana.read(site_by_name, "blog")

    changes = {"spam_words": "casino", "choice": "doubtful", "similar_days": "9"}
    page = tried(ana, **changes)

    assert page.status_code == 200
    assert "Of the last 4 comments that your moderators decided about, 2 would have been" in page.text
    rules = {row[0]: row[1:] for row in cells(page.text)}
    assert rules == {"All rules": ["– → 50%", "0% → 50%"], "Words": ["– → 50%", "0% → 50%"]}
    assert "<bdi>Cheap &lt;casino&gt;</bdi>" in page.text
    assert "Word: casino · your moderators took it down" in page.text
    assert "Past comments say nothing about: Days for which a text is known again." in page.text
    kept = fields_of(page.text)
    assert changes.items() <= kept.items()
    assert (ana.read(site_by_name, "blog").settings, kept["version"]) == (
        before.settings,
        str(before.version),
    )
    assert sent(ana, "moderation", **changes).status_code == 303

    wrong = tried(ana, similar_days="31", choice="everyone")
    assert (wrong.status_code, "Tried, not saved" in wrong.text) == (422, False)
    assert fields_of(wrong.text)["choice"] == "everyone"


def test_the_page_says_how_good_guesses_were_and_from_when_on(ana: Visitor) -> None:
    moderate(ana)
    page = ana.client.get(f"{AT}/moderation").text
    assert "1 spam, 2 other. Guessing begins at 50 of each, so nothing is guessed yet." in page
    assert "Precision" not in page

    def guess(session: Session, at: Any) -> None:
        session.execute(update(Learning).values(good=1_060, bad=57))
        session.execute(update(LearnedComment).where(LearnedComment.is_spam).values(share=0.96))
        session.execute(update(LearnedComment).where(~LearnedComment.is_spam).values(share=0.8))

    ana.write(guess)
    page = ana.client.get(f"{AT}/moderation").text

    assert "57 spam, 1,060 other. Guessing begins at 50 of each.<" in page
    assert cells(page) == [
        ["From 0.70 on, it waits", "33% 1 of 3", "100% 1 of 1"],
        ["From 0.95 on, it is clear", "100% 1 of 1", "100% 1 of 1"],
    ]
