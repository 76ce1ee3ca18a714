"""An export loses nothing: imported elsewhere it is the same, row by row, and exports to the same bytes."""

import gzip
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.classifier.models import LearnedComment, LearnedFeature, Learning
from comments.clock import FixedClock
from comments.exporters.files import export_to_file
from comments.exporters.native import LEFT_OUT
from comments.identity.models import (
    Account,
    ApiToken,
    BrowserSession,
    Credential,
    Invitation,
    Passkey,
    PasskeyQuestion,
    RecoveryCode,
    SignInLink,
)
from comments.importers.errors import ImportRefused
from comments.importers.jobs.models import ImportJob
from comments.importers.pipeline.report import ImportReport
from comments.importers.pipeline.run import ImportOrder, run_import
from comments.moderation.models import LogHead, LogLink
from comments.moderation.search.models import CommentTerms, TermsDue
from comments.moderation.sweeps.models import Sweep
from comments.moderation.threads.merge_models import Merge
from comments.outbox.models import Outbox
from comments.outside.models import CheckCall, WebhookCall
from comments.policy.models import SpentProof, TextFingerprint
from comments.privacy.models import Erasure
from comments.schema import metadata
from comments.sites.actions import add_site
from comments.sites.models import InstallationFact, OutsideCheck, SeenOrigin, Site, Webhook
from comments.storage import Database
from comments.threads.models import Comment, Thread
from tests.exporters.full_site import FullSite
from tests.importers.blog import KEYS, everything, wrong_counters

pytestmark = pytest.mark.anyio

NOT_OF_ONE_SITE = {
    table.__tablename__
    for table in (
        *(InstallationFact, ApiToken, SignInLink, BrowserSession, Credential, Invitation, RecoveryCode),
        *(Passkey, PasskeyQuestion),
        *(LogHead, LogLink, Outbox, SpentProof, TextFingerprint, Webhook, WebhookCall),
        *(OutsideCheck, CheckCall, Erasure, Sweep, Merge, ImportJob, SeenOrigin),
    )
}
MADE_ANEW = {
    table.__tablename__ for table in (CommentTerms, TermsDue, Learning, LearnedFeature, LearnedComment)
}


async def brought_to(
    db: Database, path: Path, clock: FixedClock, site: str = "blog", **order: Any
) -> ImportReport:
    return await run_import(db, ImportOrder(path, site, **order), keys=KEYS, clock=clock)


def comparable(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Return rows without what belongs to one installation: ids of sites, when things changed, sign-ins."""
    own = {
        "sites": {"id", "version"},
        "threads": {"updated_at", "recorded_from"},
        "comments": {"changed_version", "content_version"},
    }
    return {
        table: [
            {
                name: value
                for name, value in row.items()
                if name != "site_id" and name not in own.get(table, ())
            }
            for row in found
        ]
        for table, found in rows.items()
        if table not in NOT_OF_ONE_SITE | MADE_ANEW
    }


async def test_every_table_is_exported_or_known_not_to_be() -> None:
    assert {table.__tablename__ for table in LEFT_OUT} | NOT_OF_ONE_SITE | MADE_ANEW == set(metadata.tables)


async def test_nothing_is_lost_on_and_between_both_databases(
    db: Database, other_db: Database, site: FullSite, clock: FixedClock, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    done = await export_to_file(db, site.name, first)

    report = await brought_to(other_db, first, clock, format="comments", helpers=2)
    await export_to_file(other_db, site.name, second)

    assert report.read == report.imported == done.comments == len(site.rows[Comment])
    assert (report.skipped, report.orphans, report.merged_threads) == ({}, 0, 0)
    assert comparable(await other_db.read(everything)) == comparable(await db.read(everything))
    assert second.read_bytes() == first.read_bytes()
    assert await other_db.read(wrong_counters) == []


async def test_what_is_brought_along_counts_as_changed_at_the_version_it_had(
    db: Database, twin_db: Database, site: FullSite, clock: FixedClock, tmp_path: Path
) -> None:
    """So a reader from before the move is told of all of it, or to ask again."""
    path = tmp_path / "export.jsonl"
    await export_to_file(db, site.name, path)
    await brought_to(twin_db, path, clock)
    rows = await twin_db.read(everything)

    versions = {row["id"]: row["version"] for row in rows["threads"]}
    assert {row["recorded_from"] - row["version"] for row in rows["threads"]} == {-1}
    for row in rows["comments"]:
        shown = versions[row["thread_id"]] if row["listed"] else 0
        assert (row["changed_version"], row["content_version"]) == (shown, shown)


async def test_a_second_import_changes_nothing(
    db: Database, twin_db: Database, site: FullSite, clock: FixedClock, tmp_path: Path
) -> None:
    path = tmp_path / "export.jsonl.gz"
    await export_to_file(db, site.name, path)
    await brought_to(twin_db, path, clock)
    rows = await twin_db.read(everything)

    again = await brought_to(twin_db, path, clock)
    at_home = await brought_to(db, path, clock)

    assert again.imported == at_home.imported == 0
    assert again.skipped == {"it is already imported": again.read}
    assert await twin_db.read(everything) == rows


async def test_a_dry_run_changes_nothing_and_makes_no_site(
    db: Database, twin_db: Database, site: FullSite, clock: FixedClock, tmp_path: Path
) -> None:
    path = tmp_path / "export.jsonl"
    await export_to_file(db, site.name, path)
    before = await twin_db.read(everything)

    trial = await brought_to(twin_db, path, clock, dry_run=True)
    assert await twin_db.read(everything) == before

    done = await brought_to(twin_db, path, clock)
    assert trial.as_json() == {**done.as_json(), "dry_run": True}


async def test_the_same_site_gives_the_same_bytes_packed_or_not(
    db: Database, site: FullSite, tmp_path: Path
) -> None:
    paths = [tmp_path / name for name in ("a.jsonl", "b.jsonl", "a.gz", "b.gz")]
    for path in paths:
        await export_to_file(db, site.name, path)
    plain, same, packed, packed_too = (path.read_bytes() for path in paths)

    assert plain == same == gzip.decompress(packed)
    assert packed == packed_too
    assert all(path.stat().st_mode & 0o077 == 0 for path in paths)


async def test_an_export_lets_nobody_in(db: Database, site: FullSite, tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    await export_to_file(db, site.name, path)
    written = path.read_text()

    for table in (ApiToken, SignInLink, BrowserSession):
        for row in site.rows[table]:
            assert row["token_hash"].hex() not in written
    assert "site_id" not in written


async def test_a_stranger_who_once_decided_is_kept_by_name_only(
    db: Database, twin_db: Database, site: FullSite, clock: FixedClock, tmp_path: Path
) -> None:
    stranger = FullSite("elsewhere")
    stranger.decide(
        {"comment_id": site.rows[Comment][0]["id"], "site_id": site.site_id}, stranger.owner, None
    )
    await db.write(stranger.store)
    path = tmp_path / "export.jsonl"
    await export_to_file(db, site.name, path)

    assert str(stranger.owner) not in path.read_text()
    assert (await brought_to(twin_db, path, clock)).skipped == {}


async def test_an_existing_site_keeps_what_it_has_and_gets_what_it_lacks(
    db: Database, twin_db: Database, site: FullSite, clock: FixedClock, tmp_path: Path
) -> None:
    path = tmp_path / "export.jsonl"
    await export_to_file(db, site.name, path)
    await twin_db.write(add_site, "blog", ["https://new.example"], at=clock.now())
    await brought_to(twin_db, path, clock)

    def origins(session: Session) -> str:
        return session.scalars(select(Site.origins)).one()

    assert await twin_db.read(origins) == (
        '["https://blog.example", "https://*.préview.example", "https://new.example"]'
    )


async def test_a_page_that_is_here_takes_the_comments_of_the_export(
    db: Database, twin_db: Database, site: FullSite, clock: FixedClock, tmp_path: Path
) -> None:
    path = tmp_path / "export.jsonl"
    await export_to_file(db, site.name, path)
    here = FullSite("here")
    here.rows = {Site: here.rows[Site]}
    thread_id = here.thread("http://blog.example/old/", None, "Here before")
    await twin_db.write(here.store_frame)

    report = await brought_to(twin_db, path, clock, site="here")

    assert report.imported == report.read
    assert await twin_db.read(wrong_counters) == []

    def threads(session: Session) -> dict[Any, Thread]:
        return {one.id: one for one in session.scalars(select(Thread))}

    found = await twin_db.read(threads)
    assert len(found) == 3
    assert found[thread_id].comment_count > 0
    assert found[thread_id].title == "Here before"


async def test_another_sites_export_is_refused(
    db: Database, site: FullSite, clock: FixedClock, tmp_path: Path
) -> None:
    path = tmp_path / "export.jsonl"
    await export_to_file(db, site.name, path)
    before = await db.read(everything)

    with pytest.raises(ImportRefused, match="in this database already, as site 'blog'"):
        await brought_to(db, path, clock, site="copy")
    assert await db.read(everything) == before


async def test_a_person_with_an_account_here_keeps_it(
    db: Database, twin_db: Database, site: FullSite, clock: FixedClock, tmp_path: Path
) -> None:
    path = tmp_path / "export.jsonl"
    await export_to_file(db, site.name, path)
    mine = FullSite("mine")
    mine.rows = {Site: mine.rows[Site]}
    account_id = mine.account("Me", "owner")
    mine.rows[Account][0]["email"] = site.rows[Account][0]["email"]
    await twin_db.write(mine.store_frame)

    await brought_to(twin_db, path, clock)

    def accounts(session: Session) -> dict[Any, str]:
        return {one.id: one.name for one in session.scalars(select(Account))}

    found = await twin_db.read(accounts)
    assert found[account_id] == "Me"
    assert len(found) == 2


async def test_all_times_can_be_moved(
    db: Database, twin_db: Database, site: FullSite, clock: FixedClock, tmp_path: Path
) -> None:
    path = tmp_path / "export.jsonl"
    await export_to_file(db, site.name, path)
    shift = timedelta(days=100, microseconds=3)
    await brought_to(twin_db, path, clock, shift=shift)

    def times(session: Session) -> list[Any]:
        rows = session.execute(
            select(Comment.id, Comment.created_at, Comment.edited_at, Comment.deleted_at).order_by(Comment.id)
        )
        return [tuple(row) for row in rows]

    assert await twin_db.read(times) == [
        (one[0], *(None if at is None else at + shift for at in one[1:])) for one in await db.read(times)
    ]
    assert await twin_db.read(wrong_counters) == []
