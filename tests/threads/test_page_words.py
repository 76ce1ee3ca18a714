"""The languages of the plain pages: their sentences, and which of them a page speaks."""

import re
from pathlib import Path

import pytest

from comments.sites.languages import LANGUAGES
from comments.threads.pages.messages import FOLDER
from comments.web.api_docs.catalogue import words_for
from tests.support.plain import OURS, PlainBrowser
from tests.support.sentences import careless, sentences_of, unlike_english, wrong_plurals
from tests.support.site import ORIGIN, PAGE, Guest, SiteUnderTest
from tests.threads.plain_forms import HERE, WRITE

pytestmark = pytest.mark.anyio

PAGES = Path(__file__).parents[2] / "comments" / "threads"
ENGLISH = sentences_of(FOLDER, "en")
SAME_AS_ENGLISH = {"fault"}
"""The same as in English, and right: somebody has looked."""


def test_the_pages_speak_every_language_of_the_widget_and_no_other() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_sentence_and_every_plural(language: str) -> None:
    found = sentences_of(FOLDER, language)

    assert unlike_english(found, ENGLISH) == []
    assert wrong_plurals(language, found) == []
    if language != "en":
        assert careless(found, ENGLISH, SAME_AS_ENGLISH) == []


def test_the_pages_have_no_sentence_of_the_widget_and_none_that_nobody_says() -> None:
    sources = [*PAGES.glob("templates/*.html"), *PAGES.glob("pages/*.py")]
    said = set(re.findall(r'"(\w+)"', "".join(source.read_text() for source in sources)))

    assert set(ENGLISH) & set(words_for("en").phrases) == set()
    assert set(ENGLISH) - said == set()


async def test_a_page_speaks_the_language_asked_for_and_leads_on_in_it(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    await site.approved("Hello", guest=Guest("Ann"))

    page = await reader.open(f"{HERE}&lang=de")

    assert '<html lang="de">' in page.source
    assert "1 Kommentar" in page.text
    assert "24. November 2026, 12:00" in page.text
    ours = [link for link in re.findall(r'href="(/d/[^"]+)"', page.source) if "/feed" not in link]
    assert len(ours) > 6
    assert [link for link in ours if "lang=de" not in link] == []
    assert f'<link rel="canonical" href="{OURS}{HERE}">' in page.source
    await reader.follow("Antworten")
    await site.set(refuse_words="casino")
    refused = await reader.press("Antwort senden", body="Casino", name="Jonas")
    assert "Noch nicht gesendet. Das kann hier nicht gesendet werden. Dein Text steht" in refused.text
    refused = await reader.press("Antwort senden", body=" ", name="Admin")
    assert refused.links("Kommentar: Schreib zuerst etwas.") == ["#body"]
    assert refused.links("Name: Dieser Name gehört hier zum Autor der Seite.") == ["#name"]
    page = await reader.press("Antwort senden", body="Hallo", name="Jonas")
    assert (
        "Danke, Jonas. Dein Kommentar wartet auf die Moderation, weil es dein erster hier ist." in page.text
    )
    assert "lang=de" in page.url
    await reader.follow("Bearbeiten")
    assert "Gespeichert." in (await reader.press("Speichern", body="Hallo zusammen")).text
    assert "Gelöscht." in (await reader.press("Löschen")).text
    assert "Er ist wieder da." in (await reader.press("Rückgängig")).text


async def test_without_one_it_speaks_the_site_s_and_each_is_kept_for_itself(site: SiteUnderTest) -> None:
    await site.approved("Hello")
    await site.set(language="ar")

    async def spoken(rest: str = "") -> str:
        source = (await site.client.get(f"{HERE}{rest}")).text
        return source.partition("<html ")[2].partition(">")[0]

    assert await spoken() == 'lang="ar" dir="rtl"'
    assert await spoken("&lang=fr-CA") == 'lang="fr-CA"'
    assert await spoken("&lang=tlh") == 'lang="ar" dir="rtl"'
    assert await spoken("&lang=fr-CA") == 'lang="fr-CA"'
    assert "24 نوفمبر 2026، 12:00 م" in (await site.client.get(HERE)).text
    await site.set(language="pl")
    assert await spoken() == 'lang="pl"'


async def test_what_cannot_be_shown_is_said_in_the_language_too(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    gone = await reader.open("/d/blog/comments/nowhere?lang=ja")
    assert (gone.status, '<html lang="ja">' in gone.source) == (404, True)
    assert "ここには何もありません このコメントはもうありません。" in gone.text
    elsewhere = await reader.open("/d/blog?url=https://evil.example/a&lang=he")
    assert '<html lang="he" dir="rtl">' in elsewhere.source
    assert "evil" not in elsewhere.text
    assert '<html lang="sv">' in (await reader.open("/d/nowhere?url=https://blog.example/a&lang=sv")).source
    which = await reader.open("/d/blog?lang=uk")
    assert "Яка сторінка?" in which.text
    assert which.forms[0].fields == {"lang": "uk", "url": ""}
    led = await reader.client.get(
        "/d/blog/write?lang=uk", headers={"referer": PAGE["url"]}, follow_redirects=False
    )
    assert led.headers["location"] == f"{WRITE}&lang=uk"
    assert ORIGIN in PAGE["url"]
