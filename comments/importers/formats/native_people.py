"""What our own export has besides discussions: the site's settings, its team, all who have an identity."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.identity.accounts.address_actions import end_unproved_ways
from comments.identity.models import Account, Author, GuestToken, Membership
from comments.ids import new_id
from comments.importers.formats.native_rows import (
    AUTHORS_BELONGINGS,
    Plain,
    author_from_exact,
    ban_from_exact,
    row_from_exact,
)
from comments.policy.models import Ban
from comments.sites.events import SiteChanged
from comments.sites.models import Site
from comments.sites.urls.origins import parse_origins
from comments.storage import announce, insert_ignoring
from comments.threads.models import Thread


def is_unused(session: Session, site_id: UUID) -> bool:
    """Whether nobody has written or voted on the site yet."""
    for table in (Thread, Author):
        if session.execute(select(table.id).where(table.site_id == site_id).limit(1)).first():
            return False
    return True


def merged_origins(own: Sequence[str], of_export: Sequence[str]) -> list[str]:
    """Return the export's origins, then those that only the site has."""
    known = parse_origins(of_export)
    return [*of_export, *(origin for origin in own if origin not in known and origin not in of_export)]


def adopt_site(session: Session, site_id: UUID, exact: Plain) -> bool:
    """Give a site that nobody has used yet the origins and settings of the export; return if it was one."""
    if not is_unused(session, site_id):
        return False
    site = session.get_one(Site, site_id)
    site.origins = json.dumps(
        merged_origins(json.loads(site.origins), json.loads(exact["origins"])), ensure_ascii=False
    )
    row = row_from_exact(Site, exact, frozenset({"id", "version", "name", "origins"}))
    site.settings, site.created_at = row["settings"], row["created_at"]
    site.version += 1
    announce(session, SiteChanged(site.id, site.name))
    return True


def join_team(session: Session, site_id: UUID, accounts: Sequence[Plain]) -> dict[str, UUID]:
    """Give the team of the export their parts in this site; return their accounts here, by id in the export.

    Somebody who has an account here already, by e-mail, keeps it, and keeps the part they have.
    """
    found: dict[str, UUID] = {}
    for exact in accounts:
        given = row_from_exact(
            Account, {name: exact[name] for name in exact if name != "membership"}, frozenset()
        )
        here = session.scalar(select(Account).where(Account.email == given["email"]))
        if here is not None:
            end_unproved_ways(session, here)
            account_id = here.id
        else:
            account_id = given["id"]
            if session.get(Account, account_id) is not None:
                account_id = new_id(given["created_at"])
            insert_ignoring(session, Account, [{**given, "id": account_id}])
        membership = row_from_exact(Membership, exact["membership"], frozenset({"account_id", "site_id"}))
        insert_ignoring(session, Membership, [{**membership, "account_id": account_id, "site_id": site_id}])
        found[exact["id"]] = account_id
    return found


def known_in_team(session: Session, site_id: UUID, accounts: Sequence[Plain]) -> dict[str, UUID]:
    """Return those accounts of the export that are in the site's team, by their id in the export.

    Nobody else becomes somebody here: whoever sends a file may write any address into it.
    """
    members = select(Account.email, Account.id).join(Membership, Membership.account_id == Account.id)
    rows = session.execute(members.where(Membership.site_id == site_id)).all()
    by_email = {row.email: row.id for row in rows}
    return {exact["id"]: by_email[exact["email"]] for exact in accounts if exact["email"] in by_email}


def write_authors(
    session: Session, site_id: UUID, authors: Mapping[int, Plain], account_ids: Mapping[str, UUID]
) -> dict[int, UUID]:
    """Write authors with their tokens, those who are here already excepted; return the ids they have here."""
    rows = {}
    for number, exact in authors.items():
        row = author_from_exact({name: exact[name] for name in exact if name not in AUTHORS_BELONGINGS})
        row["account_id"] = account_ids.get(exact["account_id"]) if exact["account_id"] else None
        rows[number] = {**row, "site_id": site_id}
    insert_ignoring(session, Author, list(rows.values()))
    here = set(session.scalars(select(Author.id).where(Author.id.in_([row["id"] for row in rows.values()]))))
    found = {
        number: row["id"] if row["id"] in here else _same_person(session, row) for number, row in rows.items()
    }
    tokens = [
        {
            **row_from_exact(GuestToken, token, frozenset({"site_id", "author_id"})),
            "site_id": site_id,
            "author_id": author,
        }
        for number, author in found.items()
        for token in authors[number]["tokens"]
    ]
    insert_ignoring(session, GuestToken, tokens)
    bans = [
        {**_ban_row(site_id, ban, account_ids), "author_id": author, "subject": str(author)}
        for number, author in found.items()
        for ban in authors[number].get("bans", ())
    ]
    insert_ignoring(session, Ban, bans)
    return found


def write_bans(
    session: Session, site_id: UUID, bans: Sequence[Plain], account_ids: Mapping[str, UUID]
) -> None:
    """Write the bans on addresses, networks and domains, those that are here already excepted."""
    rows = [{**_ban_row(site_id, ban, account_ids), "author_id": None} for ban in bans]
    insert_ignoring(session, Ban, rows)


def _ban_row(site_id: UUID, ban: Plain, account_ids: Mapping[str, UUID]) -> dict[str, Any]:
    account = account_ids.get(ban["account_id"]) if ban["account_id"] else None
    return {**ban_from_exact(ban), "site_id": site_id, "account_id": account}


def _same_person(session: Session, row: Mapping[str, Any]) -> UUID:
    """Return the author who has what only one may have: the account, or the id in the old system."""
    same = select(Author.id).where(Author.site_id == row["site_id"])
    if row["account_id"] is not None:
        same = same.where(Author.account_id == row["account_id"])
    else:
        same = same.where(Author.source_system == row["source_system"], Author.source_id == row["source_id"])
    return session.execute(same).scalar_one()
