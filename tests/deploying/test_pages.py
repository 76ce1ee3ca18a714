"""docs/how-to/deploy.md leaves out no example."""

import re

from tests.deploying.nginx import EXAMPLES

DEPLOY = EXAMPLES.parents[1] / "how-to" / "deploy.md"
LINK = re.compile(r"\]\(([^)\s]+)\)")


def test_every_example_is_shown() -> None:
    shown = {(DEPLOY.parent / link).resolve() for link in LINK.findall(DEPLOY.read_text())}
    # Docker finds it by its name, beside the file that it belongs to.
    files = {path for path in EXAMPLES.rglob("*") if path.is_file() and path.suffix != ".dockerignore"}

    assert files - shown == set()
