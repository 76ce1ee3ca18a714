"""Handing mails to a server: a real one, that is sound, refuses, is slow, or wants TLS and a password."""

import asyncio
from email.policy import default
from pathlib import Path

import pytest

from comments.clock import FixedClock
from comments.notifications.mail_content import Letter, MailEntry, MailLink, Paragraph, Quote, plain_text
from comments.notifications.messages import Mail, Post
from comments.notifications.senders.factory import Mailer
from comments.notifications.senders.smtp import MailFailed, MailServer
from comments.outbox import Undeliverable
from comments.web.html.template_engine import all_templates
from tests.support.mail_server import NOT_THIS_MACHINES_NAME, certificate, mail_server
from tests.support.ports import free_port

pytestmark = pytest.mark.anyio

LETTER = Letter(
    subject="Ana replied to you",
    lang="en",
    heading="Ana replied to you",
    parts=[
        Paragraph("She wrote:"),
        Quote("A & B <b>", loud=True),
        MailEntry("ليلى", "new", "مرحبا", ["Waits"]),
    ],
    button=MailLink("Read", "https://blog.example/a#comment-1"),
    foot=[["You asked. ", MailLink("Stop", "https://talk.example/mail/stop/x")]],
)
LOGIN = "mia:p%40ss%3Aword@"


def sender(url: str, clock: FixedClock, mail_from: str = "Comments <comments@talk.example>") -> Mailer:
    return Mailer(MailServer.at(url), Post(mail_from, all_templates()), clock)


def mail(to: str = "tomasz@mail.example", **more: str) -> Mail:
    return Mail(to, more.pop("sender", "Slow Lines"), LETTER, id="reply-1", **more)


async def test_a_mail_arrives_with_all_that_programs_look_for(clock: FixedClock) -> None:
    with mail_server() as server:
        await sender(server.url(), clock).send(
            mail(answers="thread-1", stop_address="https://talk.example/mail/stop/x")
        )

    (got,) = server.box.mails
    assert str(got["From"]) == "Slow Lines <comments@talk.example>"
    assert str(got["To"]) == "tomasz@mail.example"
    assert got["Message-ID"] == "<reply-1@talk.example>"
    assert got["In-Reply-To"] == got["References"] == "<thread-1@talk.example>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["List-Unsubscribe"] == "<https://talk.example/mail/stop/x>"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert got["Date"].datetime == clock.now()
    plain, html = got.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert "> A & B <b>" in plain.get_content()
    assert "A &amp; B &lt;b&gt;" in html.get_content()
    assert "prefers-color-scheme: dark" in html.get_content()
    assert "\u2068ليلى\u2069" in plain.get_content()


@pytest.mark.parametrize(
    "bad", ["Ana\r\nBcc: x@y.example", "Ana\nX: y", "Ana\u2028Bcc: a@b.example", "A\x00B"]
)
async def test_nothing_that_somebody_wrote_becomes_a_header(clock: FixedClock, bad: str) -> None:
    letter = Letter(subject=bad, lang="en", heading="x")
    message = sender("smtp://x", clock).post.message(Mail("a@b.example", bad, letter, id="1"), clock.now())

    assert message["Bcc"] is None
    assert message["X"] is None
    assert str(message["To"]) == "a@b.example"
    assert message.as_bytes().split(b"\r\n\r\n")[0].count(b"Subject:") == 1


@pytest.mark.parametrize(
    "address", ["a\r\nBcc: x@y.example", "a@b\nX: y", "nobody", "a@", "@b.example", "a b@c.example>"]
)
async def test_an_address_that_is_none_is_given_up(clock: FixedClock, address: str) -> None:
    with pytest.raises(Undeliverable):
        sender("smtp://x", clock).post.message(mail(address), clock.now())


async def test_long_addresses_and_ids_stay_as_they_are(clock: FixedClock) -> None:
    domain, stop = "a" * 60 + ".talk.example", "https://talk.example/mail/" + "Zx-" * 40
    with mail_server() as server:
        made = sender(server.url(), clock, f"comments@{domain}")
        await made.send(mail(answers="thread-" + "1" * 36, stop_address=stop))

    (got,) = server.box.mails
    raw = got.as_bytes(policy=default.clone(refold_source="none")).decode()
    assert f"List-Unsubscribe: <{stop}>\n" in raw
    assert f"References: <thread-{'1' * 36}@{domain}>\n" in raw
    assert f"Message-ID: <reply-1@{domain}>\n" in raw


async def test_an_address_beyond_ascii_goes_to_servers_that_take_it(clock: FixedClock) -> None:
    with mail_server() as server:
        await sender(server.url(), clock).send(mail("jürgen@bücher.example"))

    assert [str(got["To"]) for got in server.box.mails] == ["jürgen@xn--bcher-kva.example"]


async def test_who_is_refused_for_ever_is_told_from_who_is_refused_for_now(clock: FixedClock) -> None:
    with mail_server() as server:
        server.box.refused = {
            "gone@mail.example": "550 5.1.1 <gone@mail.example>: no such user",
            "full@mail.example": "452 4.2.2 mailbox full",
        }
        with pytest.raises(Undeliverable) as never:
            await sender(server.url(), clock).send(mail("gone@mail.example"))
        with pytest.raises(MailFailed, match=r"452 4\.2\.2 mailbox full"):
            await sender(server.url(), clock).send(mail("full@mail.example"))
        server.box.answer = "554 5.7.1 looks like spam"
        with pytest.raises(Undeliverable, match=r"554 5\.7\.1 looks like spam"):
            await sender(server.url(), clock).send(mail())

    # Whose address it is, is nobody's business in a log.
    assert str(never.value) == f"127.0.0.1 port {server.port} says: 550 5.1.1 [address]: no such user"


async def test_a_server_that_is_not_there_is_tried_again(clock: FixedClock) -> None:
    with pytest.raises(MailFailed):
        await sender(f"smtp://127.0.0.1:{free_port()}", clock).send(mail())


async def test_a_server_that_never_answers_is_left_when_the_task_ends(clock: FixedClock) -> None:
    with mail_server() as server:
        server.box.pause = asyncio.Event()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await sender(server.url(), clock).send(mail())


# The server's own library takes TLS from the start for none.
@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_with_a_password_it_is_encrypted_first(
    clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    context, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with mail_server(
        host=NOT_THIS_MACHINES_NAME, tls=context, from_start=scheme == "smtps", wants_login=True
    ) as server:
        await sender(server.url(scheme, LOGIN), clock).send(mail())

    assert server.box.logins == ["mia"]
    assert server.box.encrypted == [True]


async def test_a_wrong_password_may_be_set_right(
    clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with mail_server(host=NOT_THIS_MACHINES_NAME, tls=context, wants_login=True) as server:
        with pytest.raises(MailFailed, match="535"):
            await sender(server.url("smtp", "mia:wrong@"), clock).send(mail())
        with pytest.raises(MailFailed, match="530"):
            await sender(server.url("smtp"), clock).send(mail())


async def test_a_certificate_of_nobody_we_trust_gets_no_password(clock: FixedClock, tmp_path: Path) -> None:
    context, _ = certificate(tmp_path)
    with (
        mail_server(host=NOT_THIS_MACHINES_NAME, tls=context, wants_login=True) as server,
        pytest.raises(MailFailed, match=r"(?i)certificate"),
    ):
        await sender(server.url("smtp", LOGIN), clock).send(mail())

    assert server.box.logins == []


async def test_a_server_without_tls_gets_no_password(clock: FixedClock) -> None:
    with mail_server(host=NOT_THIS_MACHINES_NAME) as server, pytest.raises(MailFailed, match="STARTTLS"):
        await sender(server.url("smtp", LOGIN), clock).send(mail())

    assert server.box.mails == []


def check_ports(url: str) -> tuple[int, bool]:
    server = MailServer.at(url)
    return server.port, server.from_start


def test_ports_are_the_usual_ones_unless_named() -> None:
    assert check_ports("smtp://mail.example") == (25, False)
    assert check_ports("smtp://a:b@mail.example") == (587, False)
    assert check_ports("smtps://a:b@mail.example") == (465, True)
    assert check_ports("smtp://a:b@mail.example:2525") == (2525, False)


def test_plain_text_has_short_lines_and_whole_addresses() -> None:
    long = "https://blog.example/" + "x" * 90
    letter = Letter(
        subject="s",
        lang="en",
        heading="h",
        parts=[Quote("word " * 40 + "\n\nend")],
        button=MailLink("Read", long),
        foot=[["Stop: ", MailLink("here", long), " · ", MailLink("all", long)], ["Nobody reads this."]],
    )

    lines = plain_text(letter).splitlines()

    assert [line for line in lines if len(line) > 70] == [long] * 3
    assert ">" in lines
    assert lines[-1] == "Nobody reads this."
