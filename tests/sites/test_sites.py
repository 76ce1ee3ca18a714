"""Sites, their origins and settings, and the key the database belongs to."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from comments.clock import FixedClock
from comments.keys import Keyring
from comments.sites import actions, queries
from comments.sites.errors import SettingRefused, SiteExists, SiteNameRefused, SiteUnknown, WrongKey
from comments.sites.events import SiteChanged
from comments.sites.settings import (
    READERS,
    SiteSettings,
    changed_settings,
    parsed_settings,
    settings_in_words,
)
from comments.storage import Database

pytestmark = pytest.mark.anyio

SETTINGS_PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
BLOG = ["https://blog.example"]


async def test_a_site_is_found_by_its_name_with_its_origins_and_settings(
    db: Database, clock: FixedClock
) -> None:
    origins = [*BLOG, "https://*.preview.example"]
    added = await db.write(actions.add_site, "blog", origins, at=clock.now())

    found = await db.read(queries.site_by_name, "blog")

    assert found.id == added.id
    assert queries.origins_of(found) == tuple(origins)
    assert queries.settings_of(found) == SiteSettings()
    assert found.created_at == clock.now()


async def test_an_unknown_site_is_named(db: Database) -> None:
    with pytest.raises(SiteUnknown, match="'blog'") as caught:
        await db.read(queries.site_by_name, "blog")
    assert caught.value.code == "site-unknown"


async def test_sites_are_listed_by_name(db: Database, clock: FixedClock) -> None:
    for name in ("b", "a", "c"):
        await db.write(actions.add_site, name, BLOG, at=clock.now())

    assert [site.name for site in await db.read(queries.sites)] == ["a", "b", "c"]


async def test_a_name_is_taken_once(db: Database, clock: FixedClock) -> None:
    await db.write(actions.add_site, "blog", BLOG, at=clock.now())

    with pytest.raises(SiteExists) as caught:
        await db.write(actions.add_site, "blog", BLOG, at=clock.now())
    assert caught.value.code == "site-exists"
    assert len(await db.read(queries.sites)) == 1


@pytest.mark.parametrize("name", ["", "Blog", "-a", "a b", "a/b", "ä", "..", "a" * 64, "a\n"])
async def test_a_name_that_cannot_stand_in_an_address_is_refused(
    db: Database, clock: FixedClock, name: str
) -> None:
    with pytest.raises(SiteNameRefused) as caught:
        await db.write(actions.add_site, name, BLOG, at=clock.now())
    assert caught.value.code == "site-name-refused"
    assert "name" in caught.value.errors


async def test_origins_can_be_replaced(db: Database, clock: FixedClock) -> None:
    await db.write(actions.add_site, "blog", BLOG, at=clock.now())

    await db.write(actions.set_origins, "blog", ["https://new.example"])

    found = await db.read(queries.site_by_name, "blog")
    assert queries.origins_of(found) == ("https://new.example",)
    assert found.version == 2


async def test_settings_are_changed_one_by_one(db: Database, clock: FixedClock) -> None:
    await db.write(actions.add_site, "blog", BLOG, at=clock.now())

    await db.write(actions.set_settings, "blog", {"hold_words": "casino, replica watch ,casino"})
    await db.write(actions.set_settings, "blog", {"hold_all": "yes", "edit_window_seconds": "60"})

    settings = queries.settings_of(await db.read(queries.site_by_name, "blog"))
    assert settings == SiteSettings(
        edit_window_seconds=60, hold_all=True, hold_words=("casino", "replica watch")
    )
    assert settings.edit_window.total_seconds() == 60


async def test_changes_are_announced(db: Database, clock: FixedClock) -> None:
    heard: list[object] = []
    db.subscribe(heard.extend)

    site = await db.write(actions.add_site, "blog", BLOG, at=clock.now())
    await db.write(actions.set_settings, "blog", {"closed": "yes"})
    await db.write(actions.remove_site, "blog")

    assert heard == [SiteChanged(site.id, "blog")] * 3


async def test_a_removed_site_is_gone(db: Database, clock: FixedClock) -> None:
    await db.write(actions.add_site, "blog", BLOG, at=clock.now())

    await db.write(actions.remove_site, "blog")

    assert await db.read(queries.sites) == []
    with pytest.raises(SiteUnknown):
        await db.write(actions.remove_site, "blog")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hold_everything": "yes"}, "there are edit_window_seconds"),
        ({"hold_word": "casino"}, "did you mean hold_words?"),
        ({"edit_window_seconds": "15m"}, "not a whole number from 0 to 2592000"),
        ({"edit_window_seconds": "9999999999"}, "not a whole number"),
        ({"first_comments_held": "-1"}, "not a whole number"),
        ({"hold_all": "maybe"}, "neither yes nor no"),
        ({"sort": "random"}, "best, newest, oldest"),
        ({"hold_words": "casino\nok, " + "x" * 101}, "line 2, “xxx"),
        ({"hold_words": ",".join(map(str, range(1_001)))}, "1001 words are too many"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_in_words(changes: Mapping[str, str], words: str) -> None:
    with pytest.raises(SettingRefused) as caught:
        changed_settings("{}", changes)

    assert caught.value.code == "setting-refused"
    assert caught.value.errors.keys() == changes.keys()
    assert words in caught.value.detail


def test_all_wrong_settings_are_named_together() -> None:
    with pytest.raises(SettingRefused) as caught:
        changed_settings("{}", {"sort": "x", "closed": "x", "hold_all": "yes"})
    assert caught.value.errors.keys() == {"sort", "closed"}


def test_a_list_can_be_emptied() -> None:
    stored = changed_settings("{}", {"spam_words": "pills"})

    assert parsed_settings(changed_settings(stored, {"spam_words": ""})).spam_words == ()


def test_what_another_release_has_set_is_kept() -> None:
    stored = changed_settings('{"of_a_newer_release": [1]}', {"closed": "on"})

    assert '"of_a_newer_release": [1]' in stored
    assert parsed_settings(stored).closed is True


def test_settings_in_words_can_be_given_back() -> None:
    settings = SiteSettings(hold_all=True, refuse_words=("a", "b c"), sort="oldest", links_before_hold=3)

    assert parsed_settings(changed_settings("{}", settings_in_words(settings))) == settings


def test_the_settings_page_explains_every_setting_of_a_site() -> None:
    explained = re.findall(r"^\| `([a-z_]+)` \|", SETTINGS_PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert explained == ["origins", *READERS]


async def test_a_database_belongs_to_the_key_it_was_first_used_with(db: Database) -> None:
    keys = Keyring("the key of this database, long enough")
    await db.write(actions.check_fingerprint, keys)
    await db.write(actions.check_fingerprint, keys)

    with pytest.raises(WrongKey) as caught:
        await db.write(actions.check_fingerprint, Keyring("some other key that is long enough too"))
    assert caught.value.code == "wrong-key"


async def test_a_key_is_changed_by_giving_the_old_one_beside_the_new(db: Database) -> None:
    await db.write(actions.check_fingerprint, Keyring("the old key of this database, long enough"))
    changed = Keyring(
        "the new key of this database, long enough", "the old key of this database, long enough"
    )

    await db.write(actions.check_fingerprint, changed)

    await db.write(actions.check_fingerprint, Keyring("the new key of this database, long enough"))
    with pytest.raises(WrongKey):
        await db.write(actions.check_fingerprint, Keyring("the old key of this database, long enough"))


async def test_a_lost_key_can_be_given_up(db: Database) -> None:
    await db.write(actions.check_fingerprint, Keyring("a key that was lost, as keys are sometimes"))
    keys = Keyring("a new key, and all tokens of the old one end")

    await db.write(actions.accept_key, keys)

    await db.write(actions.check_fingerprint, keys)


def test_what_was_made_with_the_old_key_is_known_while_the_key_is_changed() -> None:
    old, new = "the old key of this database, long enough", "the new key of this database, long enough"
    changing = Keyring(new, old)

    assert changing.token_hashes("g_x") == (Keyring(new).token_hash("g_x"), Keyring(old).token_hash("g_x"))
    assert changing.matches("form", b"x", Keyring(old).mac("form", b"x"))
    assert changing.matches("form", b"x", changing.mac("form", b"x"))
    assert not Keyring(new).matches("form", b"x", Keyring(old).mac("form", b"x"))
    assert not changing.matches("form", b"x", b"")
