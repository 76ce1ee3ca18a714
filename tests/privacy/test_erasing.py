"""Erasing a reader: nothing of them is left, others' things are as they were, and it can be proved."""

import json
import os
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.identity.models import Author
from comments.ids import new_id
from comments.importers.job_models import ImportJob
from comments.importers.uploads import new_upload, upload_path
from comments.learning.models import LearnedSign, Learning
from comments.moderation.queries.checking import checked as checked_log
from comments.privacy.actions import ErasureWish, ask_erasure, take_step
from comments.privacy.erasing import erase, replay
from comments.privacy.errors import ReaderUnknown, ReceiptRefused
from comments.privacy.models import Erasure
from comments.privacy.receipts import checked
from comments.sites.backup_actions import note_backup
from comments.sites.queries import Backup, site_by_name
from comments.storage.urls import parsed, sqlite_path
from comments.threads.models import Comment
from comments.upkeep import make_searchable
from tests.privacy.persons import ADDRESS, MARK, TEXTS_OF_READERS, found_in, person_with_everything
from tests.support.site import Guest, SiteUnderTest


async def wish_for(site: SiteUnderTest, author_id: UUID, scope: str = "everything") -> ErasureWish:
    found = await site.service.db.read(site_by_name, "blog")
    return ErasureWish(found.id, author_id, scope, "operator")


async def erased(site: SiteUnderTest, author_id: UUID, scope: str = "everything") -> Erasure:
    svc = site.service
    asked = await svc.db.write(
        ask_erasure, await wish_for(site, author_id, scope), svc.keys, at=site.clock.now()
    )
    return await erase(svc.db, svc.keys, site.clock, asked, svc.settings.data_dir)


async def test_nothing_is_left_of_a_reader_who_was_erased(site: SiteUnderTest) -> None:
    svc = site.service
    person = await person_with_everything(site)
    held = {name.partition(".")[0] for name in await svc.db.scan(found_in, MARK)}
    # Who adds a table that hangs on readers or comments lets the person here leave a row in it.
    assert TEXTS_OF_READERS | {"log_links", "outbox"} <= held
    await site.thread()

    done = await erased(site, person.author_id)

    assert await svc.db.scan(found_in, MARK) == []
    shown = await site.thread()
    assert MARK not in json.dumps(shown).casefold()
    # Somebody has answered there: the place stays, empty.
    assert [one["state"] for one in shown["comments"] if one["id"] == person.answered] == ["deleted"]
    assert await svc.db.read(_left_of, person) == {"votes": 0, "report_count": 0, "signs": 0, "bad": 0}
    log = await svc.db.scan(checked_log, svc.keys, done.site_id, None)
    assert log.faults == []
    receipt = checked(svc.keys, json.loads(done.receipt or ""))
    assert receipt["log"] == {"number": log.head.number, "mac": log.head.mac.hex()}
    assert receipt["erased"]["comments_emptied"] >= 1
    assert receipt["erased"]["comments_removed"] >= 1
    with pytest.raises(ReceiptRefused):
        checked(svc.keys, {**receipt, "done_at": receipt["asked_at"] + "0"})
    with pytest.raises(ReaderUnknown):
        await erased(site, person.author_id)


def _left_of(session: Session, person: Any) -> dict[str, int]:
    voted = session.get_one(Comment, UUID(person.voted))
    learning = session.scalars(select(Learning)).one()
    signs = session.scalars(select(LearnedSign).where(LearnedSign.bad > 0)).all()
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


async def test_no_byte_is_left_in_the_files(site: SiteUnderTest, database_url: str) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL's files are its own: docs/privacy.md says what VACUUM does")
    person = await person_with_everything(site)
    await make_searchable(site.service.db)
    path = sqlite_path(parsed(database_url))
    files = [path, path.with_name(f"{path.name}-wal")]
    assert any(MARK.encode() in file.read_bytes() for file in files)

    await erased(site, person.author_id)

    assert [file.name for file in files if file.exists() and MARK.encode() in file.read_bytes().lower()] == []


async def test_what_was_stopped_in_the_middle_goes_on(site: SiteUnderTest) -> None:
    svc = site.service
    person = await person_with_everything(site)
    wish = await wish_for(site, person.author_id)
    asked = await svc.db.write(ask_erasure, wish, svc.keys, at=site.clock.now())
    assert await svc.db.write(take_step, asked.id, svc.keys, [], at=site.clock.now())

    again = await svc.db.write(ask_erasure, wish, svc.keys, at=site.clock.now())
    done = await erase(svc.db, svc.keys, site.clock, again, svc.settings.data_dir)

    assert (again.id, done.state) == (asked.id, "done")
    assert await svc.db.scan(found_in, MARK) == []
    assert not await svc.db.write(take_step, asked.id, svc.keys, [], at=site.clock.now())
    # Their token is good for nothing; they are somebody new if they write again.
    refused = await site.post("Me again", guest=person.guest)
    assert refused.json()["code"] == "token-unknown"


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
    person = await person_with_everything(site)
    await erased(site, person.author_id)
    wish = await wish_for(site, person.author_id)
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
