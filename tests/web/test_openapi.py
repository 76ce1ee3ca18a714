"""The OpenAPI document: complete, linked, and kept to by the running service (schemathesis)."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from comments.app import endpoints
from comments.errors import CommentsError
from comments.web.access import Audience
from tests.support.live import Installation
from tests.support.site import ORIGIN, SiteUnderTest

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parent.parent.parent


async def test_every_endpoint_is_described(site: SiteUnderTest) -> None:
    document = (await site.client.get("/openapi.json")).json()

    assert document["openapi"] == "3.1.0"
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert described == {(endpoint.method, endpoint.path) for endpoint in endpoints()}
    assert all(endpoint.summary for endpoint in endpoints())
    ids = [
        operation["operationId"] for methods in document["paths"].values() for operation in methods.values()
    ]
    assert len(ids) == len(set(ids))
    for name in re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)):
        assert name in document["components"]["schemas"]


async def test_the_reference_reads_without_any_outside_request(site: SiteUnderTest) -> None:
    page = await site.client.get("/docs")

    assert page.status_code == 200
    assert "POST /api/v1/sites/{site}/comments" in page.text
    assert re.findall(r'(?:src|href)="(https?:|//)', page.text) == []


async def test_the_public_shapes_name_nothing_private(site: SiteUnderTest) -> None:
    document = (await site.client.get("/openapi.json")).json()
    shown = document["components"]["schemas"]
    # An owner asks who may be meant by an address, whose a token is, and who is in the team.
    asked = {"AuthorGiven", "ReaderShown", "TokenShown", "MemberShown", "InvitationBody", "InvitationOpen"}
    for name, schema in shown.items():
        if name in asked or name.startswith(("Moderat", "Queue")):
            continue
        assert not {"email", "address", "address_key", "ip", "source"} & set(schema.get("properties", {})), (
            name
        )


def test_the_teams_bodies_take_no_unknown_field_and_readers_bodies_any() -> None:
    """A wish that is not understood must not be done in part; a widget of an older release may send more."""
    wrong: list[tuple[str, bool]] = []
    for endpoint in (endpoint for endpoint in endpoints() if endpoint.body is not None):
        _, shapes = msgspec.json.schema_components([endpoint.body])
        is_teams = endpoint.needs.who in {Audience.MODERATOR, Audience.OWNER}
        for name, shape in shapes.items():
            refuses = shape.get("additionalProperties") is False
            if "properties" in shape and refuses is not is_teams:
                wrong.append((name, refuses))

    assert wrong == []


def all_errors(kind: type[CommentsError] = CommentsError) -> set[type[CommentsError]]:
    return {kind}.union(*(all_errors(below) for below in kind.__subclasses__()))


def test_every_code_is_documented_and_tested() -> None:
    """A code is API: it stands in docs/reference/errors.md, and a test names it or raises its class."""
    import comments.cli
    import comments.importers  # noqa: F401  (their errors belong to the family)

    documented = (ROOT / "docs" / "reference" / "errors.md").read_text()
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))
    families = set(CommentsError.__subclasses__()) | {CommentsError}
    ours = {kind for kind in all_errors() - families if kind.__module__.startswith("comments.")}
    undocumented = sorted(kind.code for kind in ours if f"`{kind.code}`" not in documented)
    untested = sorted(
        kind.code
        for kind in ours
        if f'"{kind.code}"' not in tests and not re.search(rf"\b{kind.__name__}\b", tests)
    )
    assert undocumented == []
    assert untested == []


CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.mark.slow
def test_the_service_keeps_to_its_document(installation: Installation, tmp_path: Path) -> None:
    """schemathesis makes up requests from the document and holds the answers against it."""
    installation = replace(installation, settings={"COMMENTS_RATE_LIMITS": "off"})
    installation.run("site", "add", "blog", "--origin", ORIGIN)
    installation.run("moderator", "add", "mia@blog.example", "--site", "blog")
    token = re.findall(
        r"m_[\w-]+", installation.run("moderator", "token", "mia@blog.example", "--site", "blog")
    )[0]
    config = tmp_path / "schemathesis.toml"
    config.write_text('[parameters]\n"path.site" = "blog"\n')
    program = Path(sys.executable).with_name("schemathesis")
    with installation.serving() as service:
        arguments = [
            f"--config-file={config}",
            "run",
            f"{service.base_url}/openapi.json",
            f"--url={service.base_url}",
            f"--checks={CHECKS}",
            "--max-examples=8",
            "--seed=1",
            "--phases=examples,coverage,fuzzing",
            "--generation-database=none",
            "--warnings=off",
            # An answer without an end; tests/live asks for it.
            "--exclude-path=/api/v1/sites/{site}/stream",
            "--no-color",
            f"--header=Authorization: Bearer {token}",
            f"--header=Origin: {ORIGIN}",
        ]
        done = subprocess.run(
            [program, *arguments], capture_output=True, text=True, check=False, timeout=240, cwd=tmp_path
        )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
