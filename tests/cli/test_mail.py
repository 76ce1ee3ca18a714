"""`comments mail`, and what `comments doctor` says of the mail server."""

import asyncio
from uuid import uuid4

import pytest

from comments.outbox import enqueue
from comments.outbox.actions import note_dead, take_up
from comments.storage import open_database
from tests.conftest import NOON
from tests.outbox.tasks import LIMIT
from tests.support.in_process import InThisProcess
from tests.support.live import Installation
from tests.support.mail_server import mail_server
from tests.support.ports import free_port

TALK = {"COMMENTS_BASE_URL": "https://talk.example"}


def with_server(here: Installation, url: str, **settings: str) -> Installation:
    return InThisProcess(here.data_folder, here.database_url, {"COMMENTS_SMTP_URL": url, **TALK, **settings})


def test_a_test_mail_arrives_and_the_servers_answer_is_said(fresh: Installation) -> None:
    with mail_server() as server:
        said = with_server(fresh, server.url()).run("mail", "test", "mia@blog.example")

    (got,) = server.box.mails
    assert (str(got["From"]), str(got["To"])) == ("Comments <comments@talk.example>", "mia@blog.example")
    assert "https://talk.example/moderate" in got.as_string()
    assert said == (
        f"Sent to mia@blog.example from comments@talk.example. 127.0.0.1 port {server.port} says: Noted\n"
    )


@pytest.mark.parametrize(
    ("address", "words"),
    [("gone@blog.example", "says: 550 5.1.1 No such user"), ("nobody", "is none")],
)
def test_a_test_mail_that_is_refused_says_why(fresh: Installation, address: str, words: str) -> None:
    with mail_server() as server:
        server.box.refused = {"gone@blog.example": "550 5.1.1 No such user"}
        done = with_server(fresh, server.url()).attempt("mail", "test", address)

    assert done.returncode == 1
    assert words in done.stderr


def test_without_a_server_it_says_what_to_set(fresh: Installation) -> None:
    done = fresh.attempt("mail", "test", "mia@blog.example")

    assert (done.returncode, "COMMENTS_SMTP_URL" in done.stderr) == (1, True)


def test_the_doctor_asks_the_mail_server(fresh: Installation) -> None:
    with mail_server() as server:
        well = with_server(fresh, server.url(), COMMENTS_PORT=str(free_port())).run("doctor")
    ill = with_server(fresh, server.url(), COMMENTS_BASE_URL="http://127.0.0.1:8080").attempt("doctor")

    assert f"ok     mail server 127.0.0.1 port {server.port} lets us in" in well
    assert "ok     mails come from comments@talk.example" in well
    assert f"WRONG  mail server 127.0.0.1 port {server.port}: does not let us in" in ill.stdout
    assert "set COMMENTS_MAIL_FROM" in ill.stdout
    assert ill.returncode == 1


def test_what_was_given_up_is_listed_and_tried_again(here: Installation) -> None:
    here.run("site", "add", "blog", "--origin", "https://a.example")
    asyncio.run(give_one_up(str(here.database_url)))

    listed = here.run("mail", "failed")
    again = here.run("mail", "again")

    assert "reply  given up  1 attempt  550 No such user" in listed
    assert again == "1 waits for another attempt.\n"
    assert here.run("mail", "failed", "--site", "blog") == "Nothing failed.\n"


async def give_one_up(database_url: str) -> None:
    db = await open_database(database_url)
    try:
        await db.write(enqueue, "reply", None, {}, due=NOON)
        (task,) = await db.write(take_up, {"reply": LIMIT}, 1, by=uuid4(), at=NOON)
        await db.write(note_dead, task, "550 No such user", at=NOON)
    finally:
        await db.close()
