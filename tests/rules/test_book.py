"""The page about the rules says what they do, in their order."""

from inspect import getdoc

from comments.rules import RULES
from tests.rules.book import PAGE, page


def test_the_page_is_what_the_rules_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: make rules"


def test_every_rule_says_what_it_does() -> None:
    assert [rule for rule in RULES if not getdoc(rule)] == []
