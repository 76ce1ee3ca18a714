"""Erasing a reader: nothing of them is left, others' things are as they were, and it can be proved."""

import json
import os
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.background.maintenance import make_searchable
from comments.classifier.models import LearnedFeature, Learning
from comments.identity.models import Author
from comments.ids import new_id
from comments.importers.jobs.models import ImportJob
from comments.importers.jobs.uploads import new_upload, upload_path
from comments.moderation.audit.verify import checked as checked_log
from comments.privacy.actions import ErasureWish, ask_erasure, take_step
from comments.privacy.erase import erase, replay
from comments.privacy.errors import ReaderUnknown, ReceiptRefused
from comments.privacy.models import Erasure
from comments.privacy.receipts import checked
from comments.sites.backup_actions import note_backup
from comments.sites.queries import Backup, site_by_name
from comments.storage.urls import parsed, sqlite_path
from comments.threads.models import Comment
from tests.privacy.persons import ADDRESS, MARK, TEXTS_OF_READERS, found_in, person_with_everything
from tests.support.site import PAGE, Guest, SiteUnderTest
from tests.support.streams import listening


async def wish_for(site: SiteUnderTest, author_id: UUID, scope: str = "everything") -> ErasureWish:
    found = await site.service.db.read(site_by_name, "blog")
    return ErasureWish(found.id, author_id, scope, "operator")


async def erased(site: SiteUnderTest, author_id: UUID, scope: str = "everything") -> Erasure:
    svc = site.service
    asked = await svc.db.write(
        ask_erasure, await wish_for(site, author_id, scope), svc.keys, at=site.clock.now()
    )
    return await erase(svc.db, svc.keys, site.clock, asked, svc.settings.data_dir)


async def test_nothing_is_left_of_a_reader_who_was_erased_also_if_it_was_stopped(
    site: SiteUnderTest, database_url: str
) -> None:
    svc = site.service
    person = await person_with_everything(site)
    await make_searchable(svc.db)
    held = {name.partition(".")[0] for name in await svc.db.scan(found_in, MARK)}
    # Who adds a table that hangs on readers or comments lets the person here leave a row in it.
    assert TEXTS_OF_READERS | {"log_links", "outbox"} <= held
    assert _has_mark(database_url, otherwise=True)
    wish = await wish_for(site, person.author_id)
    asked = await svc.db.write(ask_erasure, wish, svc.keys, at=site.clock.now())
    async with listening(site, PAGE["url"]) as open_page:
        await open_page.event()
        assert await svc.db.write(take_step, asked.id, svc.keys, [], at=site.clock.now())
        told = (await open_page.event()).data

    again = await svc.db.write(ask_erasure, wish, svc.keys, at=site.clock.now())
    done = await erase(svc.db, svc.keys, site.clock, again, svc.settings.data_dir)

    assert (again.id, done.state) == (asked.id, "done")
    assert not await svc.db.write(take_step, asked.id, svc.keys, [], at=site.clock.now())
    assert await svc.db.scan(found_in, MARK) == []
    assert not _has_mark(database_url, otherwise=False)
    # Somebody has answered there: the place stays, empty, also on pages that were open.
    for shown in (told, await site.thread()):
        assert MARK not in json.dumps(shown).casefold()
        assert [one["state"] for one in shown["comments"] if one["id"] == person.answered] == ["deleted"]
    assert await svc.db.read(_left_of, person) == {"votes": 0, "report_count": 0, "signs": 0, "bad": 0}
    # Their token is good for nothing; they are somebody new if they write again.
    refused = await site.post("Me again", guest=person.guest)
    assert refused.json()["code"] == "token-unknown"
    await _is_proved(site, done)
    with pytest.raises(ReaderUnknown):
        await erased(site, person.author_id)


async def _is_proved(site: SiteUnderTest, done: Erasure) -> None:
    keys = site.service.keys
    log = await site.service.db.scan(checked_log, keys, done.site_id, None)
    assert log.faults == []
    receipt = checked(keys, json.loads(done.receipt or ""))
    assert receipt["log"] == {"number": log.head.number, "mac": log.head.mac.hex()}
    kinds = {"comments_emptied", "comments_removed", "check_answers", "webhook_answers", "outbox", "learned"}
    assert all(receipt["erased"][kind] >= 1 for kind in kinds)
    with pytest.raises(ReceiptRefused):
        checked(keys, {**receipt, "done_at": receipt["asked_at"] + "0"})


def _has_mark(database_url: str, *, otherwise: bool) -> bool:
    """Whether SQLite's files have the mark; PostgreSQL's are its own: docs/how-to/privacy.md tells."""
    if not database_url.startswith("sqlite"):
        return otherwise
    path = sqlite_path(parsed(database_url))
    files = [path, path.with_name(f"{path.name}-wal")]
    return any(MARK.encode() in file.read_bytes().lower() for file in files if file.exists())


def _left_of(session: Session, person: Any) -> dict[str, int]:
    voted = session.get_one(Comment, UUID(person.voted))
    learning = session.scalars(select(Learning)).one()
    signs = session.scalars(select(LearnedFeature).where(LearnedFeature.bad > 0)).all()
    return {
        "votes": voted.upvotes,
        "report_count": voted.report_count,
        "signs": len(signs),
        "bad": learning.bad,
    }


async def test_the_texts_stay_without_their_author_if_that_is_wanted(site: SiteUnderTest) -> None:
    person = await person_with_everything(site)
    await site.service.db.write(_give_text, UUID(person.answered), "Plain words")

    await erased(site, person.author_id, "name")

    [shown] = [one for one in (await site.thread())["comments"] if one["id"] == person.answered]
    assert (shown["state"], shown["author"]["name"]) == ("approved", "Anonymous")
    assert shown["author"]["id"] != str(person.author_id)
    left = await site.service.db.scan(found_in, MARK)
    assert set(left) <= {"comments.source", "comments.html", "revisions.source", "revisions.html"}


def _give_text(session: Session, comment_id: UUID, words: str) -> None:
    comment = session.get_one(Comment, comment_id)
    comment.source = comment.html = words


async def test_a_receipt_names_the_copies_and_the_import_that_waits(site: SiteUnderTest) -> None:
    svc, at = site.service, site.clock.now()
    said = await site.posted("Erase me", guest=Guest())
    blog = await svc.db.read(site_by_name, "blog")
    made = {"db": "comments-before-0027.db", "zip": "by-hand.zip", "text": "notes.txt"}
    for name in made.values():
        (svc.settings.data_dir / name).write_text("")
        os.utime(svc.settings.data_dir / name, (at.timestamp() - 60,) * 2)
    await svc.db.write(note_backup, Backup(at - timedelta(days=1), "/mnt/backups/nightly.zip", True))
    job = ImportJob(id=new_id(at), site_id=blog.id, state="tried", file_name="x", file_bytes=1, format="auto")
    job.created_at = at
    new_upload(svc.settings.data_dir, job.id)
    os.utime(upload_path(svc.settings.data_dir, job.id), (at.timestamp() - 30,) * 2)
    await svc.db.write(lambda session: session.add(job))

    done = await erased(site, UUID(said["author"]["id"]))

    names = [one["name"] for one in json.loads(done.receipt or "")["backups"]]
    assert names == ["nightly.zip", "by-hand.zip", "comments-before-0027.db", f"{job.id}.upload"]


async def test_whom_a_backup_brings_back_is_erased_again(site: SiteUnderTest) -> None:
    svc = site.service
    said = await site.posted("Erase me", guest=Guest(), author={"name": "Ana", "email": ADDRESS})
    await erased(site, UUID(said["author"]["id"]))
    wish = await wish_for(site, UUID(said["author"]["id"]))
    await svc.db.write(_bring_back, wish, site.clock.now())

    count = await replay(svc.db, svc.keys, site.clock, wish.site_id, svc.settings.data_dir, {})

    assert count == 1
    assert await svc.db.scan(found_in, ADDRESS) == []


def _bring_back(session: Session, wish: ErasureWish, at: Any) -> None:
    session.add(
        Author(
            id=wish.author_id, site_id=wish.site_id, kind="guest", name="Ana", email=ADDRESS, created_at=at
        )
    )
