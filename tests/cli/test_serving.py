"""`comments serve`: one process or several, starting, stopping, and in what order things go wrong."""

import contextlib
import os
import re
import resource
import signal
import socket
import sqlite3
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import click
import pytest

from comments.server.processes import listening_socket, one_for_each
from tests.support.in_process import InThisProcess
from tests.support.live import Installation, LiveService, is_healthy, wait_until_healthy
from tests.support.ports import free_port


def workers_of(service: LiveService) -> list[int]:
    """Return the ids of the processes that a service has started."""
    children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children")
    return [int(number) for number in children.read_text().split()]


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def port_of(service: LiveService) -> int:
    return int(service.base_url.rpartition(":")[2])


def wait_for(condition: object, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "this did not come about in time"
        time.sleep(0.02)


def counted(service: LiveService) -> dict[str, float]:
    """Return how many requests each process has answered, for its health for one, as /metrics has it."""
    # ruff: noqa: S310 (a service that this test has started)
    with urllib.request.urlopen(f"{service.base_url}/metrics", timeout=10) as answer:
        told = answer.read().decode()
    processes = re.findall(r'^comments_open_streams{process="(\d)"} ', told, re.MULTILINE)
    others = r'^comments_http_requests_total{process="(\d)",route="other",status="200"} (\S+)$'
    found = {process: float(number) for process, number in re.findall(others, told, re.MULTILINE)}
    return {process: found.get(process, 0.0) for process in processes}


@pytest.mark.parametrize("workers", [1, 2])
def test_it_says_where_it_is_and_stops_when_told(fresh: Installation, workers: int) -> None:
    with fresh.serving(workers=workers) as service:
        wait_for(lambda: "Comments is ready on" in service.log.read_text())
        service.stop()

        assert service.process.returncode == 0
        assert service.log.read_text() == f"Comments is ready on {service.base_url}/ (Ctrl+C stops it).\n"
    assert not is_healthy(port_of(service))


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_ends_it_without_a_traceback(fresh: Installation, workers: int) -> None:
    with fresh.serving(workers=workers) as service:
        wait_for(lambda: "ready" in service.log.read_text())
        # A terminal sends it to every process of the group.
        os.killpg(service.process.pid, signal.SIGINT)
        service.process.wait(10)

        assert "Traceback" not in service.log.read_text()


def test_a_second_one_on_the_same_port_says_so_in_one_line(fresh: Installation) -> None:
    with fresh.serving() as service:
        second = fresh.attempt("serve", "--port", str(port_of(service)))

        assert second.returncode == 1
        assert second.stderr.startswith(f"Port {port_of(service)} is taken by another program;")
        assert second.stderr.count("\n") == 1
        assert is_healthy(port_of(service))


def test_connections_are_dealt_out_to_all_processes_and_to_nobody_else() -> None:
    with ExitStack() as stack:
        sockets = one_for_each(stack.enter_context(listening_socket("127.0.0.1", 0)), 4)
        for one in sockets[1:]:
            stack.enter_context(one)
        address = sockets[0].getsockname()
        for _ in range(200):
            stack.enter_context(socket.create_connection(address))

        dealt = [len(accepted(one)) for one in sockets]

        assert sum(dealt) == 200
        assert min(dealt) > 20
        with pytest.raises(click.ClickException, match="is taken by another program"):
            listening_socket(*address)


def accepted(listening: socket.socket) -> list[tuple[str, int]]:
    """Return the other ends of the connections that wait at a socket."""
    found = []
    with contextlib.suppress(BlockingIOError):
        while True:
            connection, other_end = listening.accept()
            connection.close()
            found.append(other_end)
    return found


def test_a_process_that_dies_is_replaced(fresh: Installation) -> None:
    with fresh.serving(workers=2) as service:
        wait_for(lambda: "ready" in service.log.read_text())
        before = workers_of(service)
        assert len(before) == 2

        os.kill(before[0], signal.SIGKILL)

        wait_for(lambda: len(workers_of(service)) == 2 and before[0] not in workers_of(service))
        wait_until_healthy(service, port_of(service))
        assert "another takes its place" in service.log.read_text()
        # Whoever is asked tells what each of them has counted, the new one too.
        wait_for(lambda: counted(service).keys() == {"1", "2"})
        first = counted(service)
        for _ in range(20):
            wait_until_healthy(service, port_of(service))
        assert sum(counted(service).values()) >= sum(first.values()) + 20


def test_no_process_outlives_its_parent_not_even_one_that_was_killed(fresh: Installation) -> None:
    with fresh.serving(workers=2) as service:
        wait_for(lambda: "ready" in service.log.read_text())
        workers = workers_of(service)

        os.kill(service.process.pid, signal.SIGKILL)
        service.process.wait()

        wait_for(lambda: not any(map(is_alive, workers)))


def test_what_other_commands_change_is_seen_by_the_service(installation: Installation) -> None:
    here = InThisProcess(installation.data_folder, installation.database_url)
    with installation.serving() as service:
        asked = f"{service.base_url}/api/v1/sites/blog/counts?url=https://a.example/"
        assert status_of(asked) == 404
        here.run("site", "add", "blog", "--origin", "https://a.example")
        wait_for(lambda: status_of(asked) == 200, seconds=5)

        here.run("site", "remove", "blog", "--yes")
        wait_for(lambda: status_of(asked) == 404, seconds=5)


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # our own service
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def test_an_empty_database_is_set_up(unmigrated_url: str, fresh: Installation) -> None:
    here = InThisProcess(fresh.data_folder, unmigrated_url)
    with here.serving(workers=2):
        assert "no site yet" in here.run("site", "list")


def pretend_an_older_release(database: Path) -> None:
    connection = sqlite3.connect(database)
    connection.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("command", ["serve", "site list", "migrate"])
def test_a_database_of_a_newer_release_is_refused(fresh: Installation, command: str) -> None:
    fresh.run("site", "list")
    pretend_an_older_release(fresh.data_folder / "comments.db")

    done = fresh.attempt(*command.split(), *(["--port", str(free_port())] if command == "serve" else []))

    assert done.returncode == 1
    assert "newer release" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_database_is_named_in_one_line(fresh: Installation) -> None:
    fresh.run("site", "list")
    (fresh.data_folder / "comments.db").write_bytes(b"this is no database" * 1000)

    done = fresh.attempt("serve", "--port", str(free_port()))

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "comments.db" in done.stderr
    assert "restore" in done.stderr


def test_a_folder_that_cannot_be_made_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    done = Installation(tmp_path / "file" / "data").attempt("serve", "--port", str(free_port()))

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "COMMENTS_DATA_DIR" in done.stderr


def test_a_folder_that_cannot_be_written_is_named_in_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o500)
    if os.geteuid() == 0:
        # Root may write in any folder but those that are none.
        folder = Path("/sys/kernel")

    done = Installation(folder).attempt("serve", "--port", str(free_port()))

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "COMMENTS_DATA_DIR" in done.stderr


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_an_address_of_another_machine_is_refused(fresh: Installation, host: str) -> None:
    done = Installation(fresh.data_folder).attempt("serve", "--host", host, "--port", str(free_port()))

    assert done.returncode == 1
    assert "is no address of this machine" in done.stderr


def test_without_a_file_left_it_neither_spins_nor_dies(fresh: Installation) -> None:
    with fresh.serving() as service:
        pid = service.process.pid
        port = port_of(service)
        files = Path(f"/proc/{pid}/fd")
        most = len(list(files.iterdir())) + 3
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, most))
        crowd = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
        # One may be kept in reserve, to close with it what cannot be accepted.
        wait_for(lambda: len(list(files.iterdir())) >= most - 1)
        before, since = processor_seconds(pid), time.monotonic()
        time.sleep(0.5)
        spent, passed = processor_seconds(pid) - before, time.monotonic() - since

        for connection in crowd:
            connection.close()
        wait_for(lambda: is_healthy(port))
        assert spent < passed / 2


def processor_seconds(process: int) -> float:
    """Return what a process has used of a processor so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_it_listens_on_ipv6_too(fresh: Installation) -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    here = Installation(fresh.data_folder, settings={"COMMENTS_HOST": "::"})
    with here.serving() as service:
        assert is_healthy(port_of(service))
