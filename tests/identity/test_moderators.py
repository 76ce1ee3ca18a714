"""Who moderates a site, their tokens, their sign-in links and sessions."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.clock import FixedClock
from comments.identity.accounts import (
    actions,
    queries,
    team_actions,
    team_queries,
    token_actions,
    token_queries,
)
from comments.identity.emails import folded_email
from comments.identity.errors import AccountUnknown, EmailRefused, LinkUsedUp, NameRefused, RoleRefused
from comments.identity.models import Account, ApiToken, BrowserSession, SignInLink
from comments.identity.sessions import actions as sessions_actions
from comments.identity.sessions import queries as sessions_queries
from comments.identity.sign_in import email_link_actions
from comments.identity.sign_in import queries as sign_in_queries
from comments.keys import Keyring
from comments.sites.actions import add_site
from comments.storage import Database

pytestmark = pytest.mark.anyio

KEYS = Keyring("a key for tests, never used elsewhere")
ANA = "Ana@Mail.Example"


@pytest.fixture
async def site_id(db: Database, clock: FixedClock) -> UUID:
    return (await db.write(add_site, "blog", ["https://blog.example"], at=clock.now())).id


@pytest.fixture
async def other_site_id(db: Database, clock: FixedClock) -> UUID:
    return (await db.write(add_site, "other", ["https://other.example"], at=clock.now())).id


async def added(db: Database, clock: FixedClock, site_id: UUID, email: str = ANA, **more: Any) -> Account:
    more = {"role": "moderator", **more}
    return await db.write(actions.add_moderator, site_id, email, at=clock.now(), **more)


def rows(session: Session, model: type[Any]) -> list[Any]:
    return list(session.scalars(select(model)))


async def test_a_moderator_is_found_by_address_in_any_case(
    db: Database, clock: FixedClock, site_id: UUID
) -> None:
    account = await added(db, clock, site_id)

    found = await db.read(queries.moderator_by_email, site_id, " ANA@mail.example")

    assert found == queries.Moderator(account.id, site_id, "Moderator", "moderator")
    assert account.email == "ana@mail.example"


@pytest.mark.parametrize(
    ("role", "name", "badge"), [("owner", "Owner", "author"), ("moderator", "Moderator", "moderator")]
)
async def test_who_gives_no_name_is_called_by_the_role_never_by_the_address(
    db: Database, clock: FixedClock, site_id: UUID, role: str, name: str, badge: str
) -> None:
    await added(db, clock, site_id, role=role)

    found = await db.read(queries.moderator_by_email, site_id, ANA)

    assert (found.name, found.role, found.badge) == (name, role, badge)


async def test_adding_again_changes_role_and_name_and_makes_nobody_twice(
    db: Database, clock: FixedClock, site_id: UUID
) -> None:
    first = await added(db, clock, site_id)
    second = await added(db, clock, site_id, role="owner", name=" Ana  Petrović ")

    await added(db, clock, site_id, role=None)

    assert first.id == second.id
    assert [(one.account.name, one.role) for one in await db.read(team_queries.team, site_id)] == [
        ("Ana Petrović", "owner")
    ]


async def test_one_account_can_moderate_several_sites(
    db: Database, clock: FixedClock, site_id: UUID, other_site_id: UUID
) -> None:
    account = await added(db, clock, site_id)
    await added(db, clock, other_site_id, role="owner")

    found = await db.read(queries.sites_of, account.id)

    assert [(site.name, role) for site, role in found] == [("blog", "moderator"), ("other", "owner")]


@pytest.mark.parametrize(
    "email", ["", "ana", "a@b@c", "a b@c.example", "a@", "@b", "a\x00@b.example", "x" * 250 + "@b.de"]
)
async def test_what_is_no_address_is_refused(
    db: Database, clock: FixedClock, site_id: UUID, email: str
) -> None:
    with pytest.raises(EmailRefused) as caught:
        await added(db, clock, site_id, email=email)
    assert caught.value.code == "email-refused"


@pytest.mark.parametrize("name", ["", " ", "a" * 81, "a\u202eb", "a\x07"])
async def test_a_name_nobody_can_read_is_refused(
    db: Database, clock: FixedClock, site_id: UUID, name: str
) -> None:
    with pytest.raises(NameRefused) as caught:
        await added(db, clock, site_id, name=name)
    assert caught.value.code == "name-refused"


async def test_a_role_that_is_none_is_refused(db: Database, clock: FixedClock, site_id: UUID) -> None:
    with pytest.raises(RoleRefused) as caught:
        await added(db, clock, site_id, role="king")
    assert caught.value.code == "role-refused"


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("A@B.example", "a@b.example"),
        ("ＡＮＡ@mail.example", "ana@mail.example"),
        ("Straße@x.de", "strasse@x.de"),
    ],
)
def test_addresses_are_compared_folded(written: str, folded: str) -> None:
    assert folded_email(written) == folded == folded_email(folded)


async def test_the_teams_names_are_known_for_each_site(
    db: Database, clock: FixedClock, site_id: UUID, other_site_id: UUID
) -> None:
    await added(db, clock, site_id, email="b@mail.example", name="Mia")
    await added(db, clock, site_id, email="a@mail.example", name="Ana", role="owner")

    assert await db.read(team_queries.team_names, site_id) == ("Ana", "Mia")
    assert await db.read(team_queries.team_names, other_site_id) == ()


async def test_a_removed_moderator_has_no_part_no_token_and_no_session(
    db: Database, clock: FixedClock, site_id: UUID
) -> None:
    account = await added(db, clock, site_id)
    await db.write(token_actions.make_api_token, KEYS, site_id, account.id, at=clock.now())
    secret = await db.write(email_link_actions.make_sign_in_link, KEYS, account.id, at=clock.now())
    await db.write(email_link_actions.sign_in, KEYS, secret, at=clock.now())

    await db.write(team_actions.remove_member, site_id, account.id)

    for model in (Account, ApiToken, BrowserSession, SignInLink):
        assert await db.read(rows, model) == []
    with pytest.raises(AccountUnknown) as caught:
        await db.read(queries.moderator_by_email, site_id, ANA)
    assert caught.value.code == "account-unknown"


async def test_a_moderator_of_two_sites_is_removed_from_one(
    db: Database, clock: FixedClock, site_id: UUID, other_site_id: UUID
) -> None:
    account = await added(db, clock, site_id)
    await added(db, clock, other_site_id)
    token = await db.write(token_actions.make_api_token, KEYS, other_site_id, account.id, at=clock.now())

    await db.write(team_actions.remove_member, site_id, account.id)

    with pytest.raises(AccountUnknown):
        await db.read(queries.moderator_by_email, site_id, ANA)
    assert await db.read(token_queries.moderator_by_token, other_site_id, KEYS.token_hashes(token))


async def test_an_api_token_is_good_for_its_site_alone_and_stored_as_a_hash(
    db: Database, clock: FixedClock, site_id: UUID, other_site_id: UUID
) -> None:
    account = await added(db, clock, site_id, name="Mia")
    await added(db, clock, other_site_id)
    token = await db.write(token_actions.make_api_token, KEYS, site_id, account.id, at=clock.now())

    assert token.startswith("m_")
    found = await db.read(token_queries.moderator_by_token, site_id, KEYS.token_hashes(token))
    assert found == queries.Moderator(account.id, site_id, "Mia", "moderator")
    assert await db.read(token_queries.moderator_by_token, other_site_id, KEYS.token_hashes(token)) is None
    assert await db.read(token_queries.moderator_by_token, site_id, KEYS.token_hashes("m_other")) is None
    assert [row.token_hash for row in await db.read(rows, ApiToken)] == [KEYS.token_hash(token)]


async def test_a_sign_in_link_is_good_once(db: Database, clock: FixedClock, site_id: UUID) -> None:
    account = await added(db, clock, site_id)
    secret = await db.write(email_link_actions.make_sign_in_link, KEYS, account.id, at=clock.now())
    invited = await db.read(sign_in_queries.link_account, KEYS.token_hashes(secret), clock.now())

    signed_in = await db.write(email_link_actions.sign_in, KEYS, secret, at=clock.now())

    assert invited is not None
    assert signed_in.account.id == invited.id == account.id
    assert await db.read(sign_in_queries.link_account, KEYS.token_hashes(secret), clock.now()) is None
    with pytest.raises(LinkUsedUp) as caught:
        await db.write(email_link_actions.sign_in, KEYS, secret, at=clock.now())
    assert caught.value.code == "link-used-up"
    assert len(await db.read(rows, BrowserSession)) == 1


async def test_a_sign_in_link_ends_after_24_hours(db: Database, clock: FixedClock, site_id: UUID) -> None:
    account = await added(db, clock, site_id)
    secret = await db.write(email_link_actions.make_sign_in_link, KEYS, account.id, at=clock.now())

    clock.advance(timedelta(hours=24))

    assert await db.read(sign_in_queries.link_account, KEYS.token_hashes(secret), clock.now()) is None
    with pytest.raises(LinkUsedUp):
        await db.write(email_link_actions.sign_in, KEYS, secret, at=clock.now())


async def test_a_session_lasts_30_days(db: Database, clock: FixedClock, site_id: UUID) -> None:
    account = await added(db, clock, site_id)
    secret = await db.write(email_link_actions.make_sign_in_link, KEYS, account.id, at=clock.now())
    cookie = (await db.write(email_link_actions.sign_in, KEYS, secret, at=clock.now())).cookie
    hashes = KEYS.token_hashes(cookie)

    found = await db.read(sessions_queries.session_account, hashes, clock.now())
    assert found is not None
    assert found[0].id == account.id
    assert await db.read(sessions_queries.session_account, KEYS.token_hashes("s_other"), clock.now()) is None
    clock.advance(timedelta(days=30))
    assert await db.read(sessions_queries.session_account, hashes, clock.now()) is None


async def test_signing_in_ends_the_browsers_old_session(
    db: Database, clock: FixedClock, site_id: UUID
) -> None:
    account = await added(db, clock, site_id)
    secrets = [
        await db.write(email_link_actions.make_sign_in_link, KEYS, account.id, at=clock.now())
        for _ in range(2)
    ]
    old = (await db.write(email_link_actions.sign_in, KEYS, secrets[0], at=clock.now())).cookie

    new = (
        await db.write(email_link_actions.sign_in, KEYS, secrets[1], at=clock.now(), old_cookie=old)
    ).cookie

    assert new != old
    assert [row.token_hash for row in await db.read(rows, BrowserSession)] == [KEYS.token_hash(new)]


async def test_signing_out_ends_the_session(db: Database, clock: FixedClock, site_id: UUID) -> None:
    account = await added(db, clock, site_id)
    secret = await db.write(email_link_actions.make_sign_in_link, KEYS, account.id, at=clock.now())
    cookie = (await db.write(email_link_actions.sign_in, KEYS, secret, at=clock.now())).cookie

    await db.write(sessions_actions.sign_out, KEYS, cookie)

    assert await db.read(sessions_queries.session_account, KEYS.token_hashes(cookie), clock.now()) is None
