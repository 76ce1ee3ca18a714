"""Somebody on our own pages, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from comments.app import create_app
from comments.clock import FixedClock
from comments.config import Settings
from tests.identity.visiting import ORIGIN, Visitor


@pytest.fixture
def visitor(database_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Visitor]:
    settings = Settings(
        data_dir=tmp_path,
        database_url=database_url,
        secret_key="a key for tests, never used elsewhere",
        base_url=f"{ORIGIN}/talk",
    )
    app = create_app(settings, clock=clock)
    with TestClient(app, base_url=ORIGIN) as client:
        yield Visitor(client, app.state.service)
