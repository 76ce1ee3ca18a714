"""Calling addresses that others chose: never this network, never for long, never further than was asked."""

from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from comments.outside.calling import LONGEST_KEPT, Caller, CallFailed, CallRefused, is_public
from tests.support.mail_server import certificate
from tests.support.ports import free_port
from tests.support.receiver import ENDLESS, HANG, answering, receiver

pytestmark = pytest.mark.anyio

HERE = Caller([ip_network("127.0.0.0/8")])
IMPATIENT = Caller(HERE.networks, seconds=0.3)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "224.0.0.1", "255.255.255.255", "198.18.0.1"),  # noqa: S104 (an address that is refused)
        *("::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001::1"),
    ],
)
def test_what_is_no_address_of_the_internet_is_known_in_every_dress(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "64:ff9b::101:101", "2002:101:101::"])
def test_what_is_one_is_too(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_private_address_is_refused_after_its_name_is_looked_up(host: str, scheme: str) -> None:
    with receiver() as server:
        with pytest.raises(CallRefused, match="private address"):
            await Caller().post(f"{scheme}://{host}:{server.port}/", {}, b"{}")

        assert server.connections == 0


async def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would look up names itself, and nobody would check what they lead to."""
    with receiver() as server, receiver() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)

        assert (await HERE.post(server.url, {}, b"{}")).is_good

        assert (server.connections, proxy.connections) == (1, 0)


def test_nothing_is_sent_in_the_open_over_the_internet() -> None:
    HERE.check("https", ip_address("1.1.1.1"))
    with pytest.raises(CallRefused, match="https"):
        HERE.check("http", ip_address("1.1.1.1"))


async def test_a_call_arrives_whole_and_its_answer_comes_back() -> None:
    with receiver() as server:
        answer = await HERE.post(server.url, {"webhook-id": "msg_1"}, b'{"a":"\xc3\xa4"}')

    (request,) = server.requests
    assert request.line == "POST /hook?of=blog HTTP/1.1"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == "msg_1"
    assert request.body == b'{"a":"\xc3\xa4"}'
    assert (answer.status, answer.text, answer.is_good) == (200, "Done", True)


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with receiver() as inside, receiver() as server:
        server.answers = [answering(302, header=f"Location: http://127.0.0.1:{inside.port}/secret")]
        answer = await HERE.post(server.url, {}, b"{}")

        assert (answer.status, answer.is_good) == (302, False)
        assert inside.connections == 0


async def test_who_never_answers_is_left() -> None:
    with receiver() as server:
        server.answers = [HANG]
        with pytest.raises(CallFailed, match="no answer within"):
            await IMPATIENT.post(server.url, {}, b"{}")


async def test_who_never_ends_is_left_with_the_beginning() -> None:
    with receiver() as server:
        server.answers = [ENDLESS]
        answer = await HERE.post(server.url, {}, b"{}")

    assert answer.text == "x" * LONGEST_KEPT


@pytest.mark.parametrize(
    "nonsense", [b"Hello\r\n\r\n", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 20_000]
)
async def test_what_is_no_answer_is_a_failure(nonsense: bytes) -> None:
    with receiver() as server:
        server.answers = [nonsense]
        with pytest.raises(CallFailed):
            await HERE.post(server.url, {}, b"{}")


async def test_answers_in_pieces_and_after_others_are_read() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nOne\r\n4\r\n\nTwo\r\n0\r\n\r\n"
    with receiver() as server:
        server.answers = [b"HTTP/1.1 100 Continue\r\n\r\n" + chunked]
        answer = await HERE.post(server.url, {}, b"{}")

    assert (answer.status, answer.text) == (200, "One Two")


async def test_where_nobody_listens_the_call_fails() -> None:
    with pytest.raises(CallFailed):
        await HERE.post(f"http://127.0.0.1:{free_port()}/", {}, b"{}")


async def test_a_certificate_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, trusted = certificate(tmp_path, "127.0.0.1")
    with receiver(context) as server:
        url = server.url.replace("http:", "https:")
        with pytest.raises(CallFailed, match=r"(?i)certificate"):
            await HERE.post(url, {}, b"{}")
        assert server.requests == []

        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        assert (await HERE.post(url, {}, b"{}")).is_good
