"""Four processes on PostgreSQL, as on four hosts: one is killed, and Valkey goes and comes back."""

import urllib.request
from contextlib import ExitStack
from dataclasses import replace

import pytest

from tests.support.live import Installation, LiveService
from tests.support.valkey_server import ValkeyServer
from tests.web.test_processes import moderator_of, post, shown, within

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]

# A second is promised; the rest is for a busy machine.
PATIENCE_SECONDS = 10


def all_show(services: list[LiveService], comment: str) -> bool:
    return all(within(PATIENCE_SECONDS, lambda one=one: comment in shown(one)) for one in services)  # type: ignore[misc]


def lines_down(service: LiveService) -> int:
    # ruff: noqa: S310 (a service that this test has started)
    with urllib.request.urlopen(f"{service.base_url}/metrics", timeout=10) as answer:
        told = answer.read().decode()
    return int(float(told.partition("\ncomments_shared_lines_down ")[2].split()[0]))


def all_miss(services: list[LiveService], lines: int) -> bool:
    return all(within(30, lambda one=one: lines_down(one) == lines) for one in services)  # type: ignore[misc]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_one_of_four_takes_all_show_whoever_is_away(
    installation: Installation, own_valkey: ValkeyServer
) -> None:
    installation = replace(installation, settings={"COMMENTS_REDIS_URL": own_valkey.url})
    headers = moderator_of(installation)
    with ExitStack() as stack:
        services = [stack.enter_context(installation.serving()) for _ in range(4)]
        assert all_miss(services, 0)
        said = [post(services[0], headers, "By Valkey"), post(services[3], headers, "And back")]
        assert all(all_show(services, comment) for comment in said)

        own_valkey.stop()
        said += [post(service, headers, f"Without it {number}") for number, service in enumerate(services)]
        assert all(all_show(services, comment) for comment in said)
        assert all_miss(services, 1)
        said.append(post(services[1], headers, "By PostgreSQL"))
        services.pop().kill()
        said.append(post(services[0], headers, "While one is dead"))
        services.append(stack.enter_context(installation.serving()))
        own_valkey.start()
        said.append(post(services[3], headers, "From a new one"))

        assert all_miss(services, 0)
        said.append(post(services[2], headers, "By Valkey again"))
        assert all(all_show(services, comment) for comment in said)
