"""The sentences of mails in every language. What is a test here is a rule of docs/how-to/translate.md."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from comments.notifications.catalogue import FOLDER, Catalogue
from comments.notifications.digests.mail import digest_letter
from comments.notifications.digests.queries import Digest, DigestReader, Waiting
from comments.notifications.mail_content import Letter, MailEntry, plain_text
from comments.notifications.messages import Mail, Post
from comments.notifications.replies import reply_letter
from comments.notifications.reply_queries import Reply, WatchedPage
from comments.outside.external_checks.actions import SAID
from comments.policy.check_effects import NO_ANSWER, UNANSWERED
from comments.rules import Banned, Outcome, Policy, Reason
from comments.rules.author.banned import banned
from comments.sites.languages import LANGUAGES
from comments.web.html.template_engine import all_templates
from tests.notifications.delivering import TALK, texts
from tests.rules.examples import NEWCOMER, a_draft
from tests.support.sentences import careless, sentences_of, unlike_english, wrong_plurals

WIDGET = Path(__file__).parents[2] / "embed" / "src" / "i18n"
NOT_LANGUAGES = {"english", "keys", "languages", "words"}
OTHERS = sorted(set(LANGUAGES) - {"en"})
FROM_RIGHT = ("ar", "fa", "he")
AT = datetime(2026, 11, 27, 21, 5, tzinfo=UTC)
ID = UUID(int=1)

SAME_AS_ENGLISH = {
    ("it", "link"),
    ("nl", "link"),
    ("pt-br", "link"),
    ("de", "link"),
    ("fr", "minutes"),
    ("de", "minutes"),
    ("de", "reason_links"),
    ("pt-br", "reason_links"),
}
"""The same word as in English, and right: somebody has looked."""

ENGLISH = sentences_of(FOLDER, "en")


def test_mails_speak_every_language_of_the_widget_and_no_other() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == set(LANGUAGES)
    assert {file.stem for file in WIDGET.glob("*.ts")} - NOT_LANGUAGES == set(LANGUAGES)


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_every_sentence_with_the_same_braces_and_is_set_with_care(language: str) -> None:
    found = sentences_of(FOLDER, language)

    assert unlike_english(found, ENGLISH) == []
    assert careless(found, ENGLISH, {key for name, key in SAME_AS_ENGLISH if name == language}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_plural_that_it_knows_and_leaves_out_only_a_number_that_is_sure(
    language: str,
) -> None:
    assert wrong_plurals(language, sentences_of(FOLDER, language)) == []


READER = DigestReader(ID, "mia@blog.example", "hourly", None, (), "blog", "Slow Lines", "en")


def digest(language: str, count: int) -> Letter:
    waiting = Waiting(
        "Jonas",
        3,
        "<p>Hello.</p>",
        "/a",
        [
            Reason("first-comment", "First comment"),
            Reason("words", "Words: casino, pills"),
            Reason("links", "2 links", 2),
            Reason("", "Imported"),
        ],
    )
    found = Digest(count, AT - timedelta(hours=3), 0, [waiting])
    return digest_letter(replace(READER, lang=language), found, None, AT, base_url=TALK, ticket="t")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", {1: "1 comment waits", 2: "2 comments wait", 1001: "more than 1,000 comments wait"}),
        (
            "pl",
            {
                1: "1 komentarz czeka",
                2: "2 komentarze czekają",
                5: "5 komentarzy czeka",
                12: "12 komentarzy czeka",
                22: "22 komentarze czekają",
                25: "25 komentarzy czeka",
                1001: "ponad 1\u00a0000 komentarzy czeka",
            },
        ),
        (
            "ru",
            {1: "1 комментарий ждёт", 21: "21 комментарий ждёт", 1001: "больше 1\u00a0000 комментариев ждут"},
        ),
        (
            "ar",
            {
                0: "لا تعليقات في الانتظار",
                1: "تعليق واحد في الانتظار",
                2: "تعليقان في الانتظار",
                3: "3 تعليقات في الانتظار",
                11: "11 تعليقًا في الانتظار",
                100: "100 تعليق في الانتظار",
                1001: "أكثر من 1,000 تعليق في الانتظار",
            },
        ),
        ("ja", {1: "承認待ちのコメント：1件", 1001: "承認待ちのコメント：1,000+件"}),
    ],
)
def test_a_digest_says_how_many_wait_as_the_language_counts(language: str, said: dict[int, str]) -> None:
    assert {count: digest(language, count).heading for count in said} == said


def test_a_digest_of_more_than_were_counted_says_of_what_is_alike_how_many_there_are_at_least() -> None:
    flood = Waiting("Jonas", 0, "<p>Cheap watches</p>", "/a", [], times=995)
    found = Digest(1001, AT, 0, [flood, Waiting("Mia", 0, "<p>Hello.</p>", "/a", [])])

    def plain(digest: Digest) -> str:
        return plain_text(digest_letter(READER, digest, None, AT, base_url=TALK, ticket="t"))

    assert "* Jonas × 995+ (nothing approved yet)" in plain(found)
    assert "* Mia (nothing approved yet)" in plain(found)
    assert "and more than 4 more." in plain(found)
    assert "more." not in plain(replace(found, newest=[replace(flood, times=1001)]))


def answer(language: str, name: str) -> Reply:
    to = WatchedPage(
        comment_id=ID,
        email="tomasz@mail.example",
        state="confirmed",
        is_public=True,
        asked_at=AT,
        thread_id=ID,
        url="https://blog.example/a",
        page="Night trains",
        origins=("https://blog.example",),
        site_title="Slow Lines",
        lang=language,
        note="Ask us: 1–2.",
    )
    return Reply(name, None, "<p>Yes.</p>", AT, "<p>Is it so?</p>", to)


@pytest.mark.parametrize("language", FROM_RIGHT)
def test_a_mail_from_right_to_left_says_so_and_keeps_other_names_in_their_place(language: str) -> None:
    letter = reply_letter(answer(language, "Mia"), link="https://blog.example/a", stop=f"{TALK}/mail/x")
    post = Post("comments@talk.example", all_templates())
    mail = post.message(Mail("a@b.example", "Slow Lines", letter, "1"), AT)

    plain, html = texts(mail)
    assert "\u2068Mia\u2069" in str(mail["Subject"])
    assert "\u2068Mia\u2069" in plain
    assert "\u2068Night trains\u2069" in plain
    assert "\u2068Ask us: 1–2.\u2069" in plain
    assert html.count(f'lang="{language}" dir="rtl"') == 2
    assert "* \u2068Jonas\u2069 (" in plain_text(digest(language, 2))


def test_a_name_from_right_to_left_keeps_its_place_in_other_mails_too() -> None:
    turned = reply_letter(answer("de", "ليلى"), link=TALK, stop=TALK)
    usual = reply_letter(answer("de", "Mia"), link=TALK, stop=TALK)

    assert turned.heading == "\u2068ليلى\u2069 hat dir geantwortet"
    assert usual.heading == "Mia hat dir geantwortet"


def test_a_digest_says_why_something_waits_in_its_language_and_what_it_does_not_know_as_it_is() -> None:
    (entry,) = [part for part in digest("de", 2).parts if isinstance(part, MailEntry)]

    waits = "Wartet: erster Kommentar · aus deinen Listen: casino, pills · Links: 2 · Imported"
    assert entry.facts == [waits, "Auf: /a"]


def test_a_digest_says_in_its_language_what_a_ban_and_an_outside_check_have_against_a_comment() -> None:
    against = [Banned(kind, Outcome.SILENT) for kind in ("author", "address", "network", "domain")]
    verdicts = [banned(a_draft(), replace(NEWCOMER, bans=(ban,)), Policy()) for ban in against]
    reasons = [
        *(Reason(verdict.rule, verdict.reason) for verdict in verdicts if verdict),
        UNANSWERED,
        NO_ANSWER,
        *(Reason(SAID, f"check.example: {said}") for said in ("hold", "spam", "blatant spam", "Sells shoes")),
    ]
    found = Digest(1, AT, 0, [Waiting("Jonas", 0, "<p>Hello.</p>", "/a", reasons)])
    letter = digest_letter(replace(READER, lang="de"), found, None, AT, base_url=TALK, ticket="t")

    (entry,) = [part for part in letter.parts if isinstance(part, MailEntry)]
    assert entry.facts[0].removeprefix("Wartet: ").split(" · ") == [
        "gesperrter Autor",
        "gesperrte Adresse",
        "gesperrtes Netz",
        "gesperrte Maildomain",
        "eine Prüfung von außen hat noch nicht geantwortet",
        "eine Prüfung von außen gab keine Antwort",
        "check.example möchte, dass ihn jemand liest",
        "check.example hält ihn für Spam",
        "check.example hält ihn für eindeutigen Spam",
        "check.example: Sells shoes",
    ]


def test_times_and_numbers_are_written_as_the_language_writes_them() -> None:
    said = {language: Catalogue(language).time(AT) for language in ("en", "de", "fa", "ja")}

    assert said == {"en": "9:05\u202fPM", "de": "21:05", "fa": "۲۱:۰۵", "ja": "21:05"}
    assert "3 Stunden" in plain_text(digest("de", 1))
    assert "۳ ساعت" in plain_text(digest("fa", 1))
