"""The dashboard and the alerts of docs/examples/deploy ask for what /metrics has."""

import json
import re
from collections.abc import Iterator

import pytest

from tests.deploying.nginx import EXAMPLES
from tests.support.site import SiteUnderTest

pytestmark = pytest.mark.anyio

MONITORING = EXAMPLES / "monitoring"
# Not ours: Prometheus itself says whether it was answered.
ITS_OWN = {"up"}
DASHBOARD = MONITORING / "grafana-dashboard.json"
NAME = re.compile(r"\b(?:comments|process)_[a-z_]+\b|\bup\b")


def expressions() -> Iterator[tuple[str, str]]:
    """Yield each question of the dashboard and the alerts, with the name of who asks it."""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    alerts = (MONITORING / "comments-alerts.yml").read_text()
    for alert in re.split(r"- alert: ", alerts)[1:]:
        name, _, rest = alert.partition("\n")
        yield name, rest.partition("expr:")[2].partition("\n        for:")[0]


def series(metrics: str) -> set[str]:
    """Return the names that can be asked for: a histogram has three."""
    kinds = re.findall(r"^# TYPE (\S+) (\S+)$", metrics, re.MULTILINE)
    plain = {name for name, kind in kinds if kind != "histogram"}
    return plain | {f"{name}_{part}" for name, kind in kinds if kind == "histogram" for part in PARTS}


PARTS = ("bucket", "sum", "count")


async def test_every_metric_that_is_asked_for_exists(site: SiteUnderTest) -> None:
    answer = await site.client.get("/metrics")
    there = series(answer.text) | ITS_OWN

    asked = {(who, name) for who, expression in expressions() for name in NAME.findall(expression)}

    assert {who for who, _ in asked} == {who for who, _ in expressions()}, "who asks for nothing of ours?"
    assert {(who, name) for who, name in asked if name not in there} == set()


async def test_every_metric_of_ours_is_on_the_dashboard(site: SiteUnderTest) -> None:
    answer = await site.client.get("/metrics")
    shown = DASHBOARD.read_text()

    ours = {
        name
        for name in re.findall(r"^# TYPE (comments_\S+)", answer.text, re.MULTILINE)
        if not name.endswith("_created")
    }

    assert {name for name in ours if name not in shown} == set()


def test_each_panel_has_a_place_of_its_own() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}) == len(panels)
