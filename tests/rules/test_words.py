"""Words, phrases and hosts of a site's lists: what is found however it is disguised, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.rules import Draft, Outcome, Policy, Verdict
from comments.rules.content.words import MOST_REASONS, words
from comments.rules.matching.text import plain_words, readable, words_in
from tests.rules.examples import KNOWN, a_draft, reasons

FOUND = [
    # a word, as a whole word
    ("casino", "casino"),
    ("casino", "The CASINO!"),
    ("Casino", "my casino, yours"),
    ("casino", "play_casino_now"),
    ("casino", "online-casino"),
    ("casino", "https://best-casino.example/"),
    ("STRASSE", "die Straße"),
    ("cialis", "cıalis"),
    ("don't", "Don’t!"),
    ("हिन्दी", "यह हिन्दी है"),
    # in disguise
    ("casino", "ｃａｓｉｎｏ"),
    ("casino", "𝐜𝐚𝐬𝐢𝐧𝐨"),
    ("casino", "саsinо"),  # Cyrillic с, а, о
    ("casino", "cásíñó"),
    ("casino", "c̷a̷s̷i̷n̷o̷"),
    ("casino", "ca\u200bsi\u00adno"),
    ("casino", "c a s i n o"),
    ("casino", "go c.a.s.i.n.o go"),
    ("casino", "c-a-s-i-n-o"),
    ("casino", "cas.ino"),
    ("casino", "(cas*ino)"),
    ("casino", "ca🎰sino"),
    # numbers and signs for letters
    ("casino", "c4s1n0"),
    ("casino", "c@$!n0!!"),
    ("viagra", "v1agra, v!4gr@"),
    ("viagra", "v 1 4 g r a"),
    ("viagra", "best-v1agr4-online"),
    ("best casino", "the b3st cas1no"),
    # any part of a word
    ("casin*", "the casinos"),
    ("*casino", "megacasino"),
    ("v*gra", "VIAGRA"),
    ("v*gra", "v1aaagra"),
    ("buy * now", "buy this, now!"),
    ("*赌场*", "最好的赌场网站"),
    # a phrase, whatever is between its words
    ("buy now", "Buy now!"),
    ("buy now", "buy\n\n  now"),
    ("buy now", "buy, now"),
    ("buy now", "buy-now"),
    ("buy – now", "buy now"),
    ("buy now", "you buy. Now I"),
    ("Привет мир", "привет, мир!"),
    # scripts without blanks between words, or with endings joined to them
    ("赌场", "最好的赌场网站"),
    ("赌场", "最好的赌 场网站。赌.场"),
    ("カジノ", "オンラインカジノへ"),
    ("카지노", "카지노를"),
    ("คาสิโน", "เล่นคาสิโนออนไลน์"),
    # signs
    ("🎰", "win🎰win"),
    ("$$$", "make $$$ fast"),
    # hosts, and all below them
    ("spam.example", "see spam.example"),
    ("spam.example", "https://spam.example/a?b"),
    ("spam.example", "HTTPS://SPAM.example:8080"),
    ("spam.example", "http://a.b.spam.example."),
    ("spam.example", "ann@spam.example"),
    ("https://spam.example/", "spam.example"),
    ("host:spam.example", "https://a.spam.example/b"),
    ("host:zip", "https://invoice.zip/"),
    ("host:.zip", "see invoice.zip"),
    ("*.spam.example", "www.spam.example"),
    ("t.me", "https://t.me/ann"),
    ("münchen.example", "https://xn--mnchen-3ya.example/"),
    ("xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example/"),
    ("münchen.example", "at MÜNCHEN.example"),
]

NOT_FOUND = [
    ("casino", ""),
    ("casino", "casinos"),
    ("casino", "occasino"),
    ("casino", "cas ino"),
    ("casino", "cas\nino"),
    ("host:zip", "a zip file"),
    ("casin*", "occasin"),
    ("v*gra", "via gra"),
    ("*", "anything"),
    ("a*", "anything"),
    ("* * *", "one two three"),
    ("baba", "8484"),
    ("hell", "he'll"),
    ("hell", "he’ll say hello to the shell"),
    ("as", "a s"),
    ("buy now", "now buy"),
    ("buy now", "buy it now"),
    ("buy now", "buy nowadays"),
    ("plan b", "a plan because"),
    ("spam.example", "notspam.example"),
    ("spam.example", "not-spam.example"),
    ("spam.example", "spam.example.org"),
    ("spam.example", "no spam. Example:"),
    ("spam.example", "example"),
    ("t.me", "don't me"),
    ("赌场", "赌博场"),
    ("🎰", "win win"),
]


@pytest.mark.parametrize(("entry", "text"), FOUND)
def test_an_entry_is_found(entry: str, text: str) -> None:
    assert reasons(words, a_draft(text), policy=Policy(hold_words=(entry,))) == [f"Word: {entry}"]


@pytest.mark.parametrize(("entry", "text"), NOT_FOUND)
def test_what_only_resembles_an_entry_is_not_found(entry: str, text: str) -> None:
    assert reasons(words, a_draft(text), policy=Policy(hold_words=(entry,))) == []


@pytest.mark.parametrize("entry", ["casino", "casino.example"])
@pytest.mark.parametrize(
    "draft",
    [
        a_draft("https://casino.example"),
        a_draft(name="casino.example"),
        a_draft(website="https://casino.example/"),
        a_draft("here", "https://casino.example/"),
        a_draft("here", "https://c%61sino.example/"),
        a_draft("here", "https://a.example/", "mailto:ann@casino.example"),
    ],
)
def test_the_whole_comment_is_looked_at(entry: str, draft: Draft) -> None:
    assert reasons(words, draft, policy=Policy(spam_words=(entry,))) == [f"Word: {entry}"]


def test_a_phrase_does_not_reach_from_the_text_into_the_name() -> None:
    draft = a_draft("what to buy", name="now")

    assert reasons(words, draft, policy=Policy(hold_words=("buy now",))) == []


LISTS = Policy(hold_words=("one",), spam_words=("two",), silent_words=("three",), refuse_words=("four",))


@pytest.mark.parametrize(
    ("text", "outcome", "reason"),
    [
        ("one", Outcome.HOLD, "Word: one"),
        ("one two", Outcome.SPAM, "Words: two, one"),
        ("one two three", Outcome.SILENT, "Words: three, two, one"),
        ("one two three four", Outcome.REFUSE, "Words: four, three, two"),
    ],
)
def test_each_list_has_its_outcome_and_the_strongest_counts(text: str, outcome: Outcome, reason: str) -> None:
    assert words(a_draft(text), KNOWN, LISTS) == Verdict(outcome, "words", reason)


def test_the_first_few_entries_are_named_in_the_lists_order() -> None:
    entries = ("e", "d", "c", "b", "a", "c.example")

    said = reasons(words, a_draft("a b c d e c.example"), policy=Policy(hold_words=entries))

    assert said == ["Words: e, d, c"]
    assert MOST_REASONS == 3


@pytest.mark.parametrize("entry", ["", " ", "\u200b", "."])
def test_an_entry_with_nothing_in_it_holds_nothing(entry: str) -> None:
    assert reasons(words, a_draft("a text"), policy=Policy(hold_words=(entry,))) == []


@pytest.mark.parametrize("entry", ["(", "[a-", "a{9999999}", ".*", "\\", "%s", "^(a+)+$"])
def test_an_entry_is_never_a_pattern(entry: str) -> None:
    assert (
        reasons(words, a_draft("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"), policy=Policy(hold_words=(entry,))) == []
    )


@given(st.text(max_size=30) | st.text("abl 10.'@-$!_(\tZé", max_size=30))
def test_plain_words_are_those_on_the_first_line(text: str) -> None:
    read = readable(text)

    assert plain_words(read) == words_in(read).partition("\n")[0].split()
