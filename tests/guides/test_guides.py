"""The guides: two tools are followed in each test run, the others by `make guides`, and none is forgotten."""

from collections.abc import Iterator

import pytest
from markdown_it import MarkdownIt
from playwright.async_api import Browser

from tests.guides.building import CACHE, Guide
from tests.guides.documents import GUIDES as DOCUMENTS
from tests.guides.documents import ROOT
from tests.guides.report import CHECKED
from tests.guides.tools import GUIDES
from tests.guides.visit import visit
from tests.guides.workshop import Workshop, open_workshop

TRIED = {guide.name: guide for guide in GUIDES}
IN_EVERY_RUN = ["eleventy", "fragment", "material", "mkdocs"]
# One service for all of them, and one installation of each tool.
pytestmark = pytest.mark.xdist_group("guides")


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    CACHE.mkdir(exist_ok=True)
    with open_workshop(tmp_path_factory.mktemp("guides"), IN_EVERY_RUN) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize("guide", [TRIED[name] for name in IN_EVERY_RUN], ids=IN_EVERY_RUN)
async def test_a_site_made_as_the_guide_says_shows_its_discussions(
    guide: Guide, workshop: Workshop, browser: Browser
) -> None:
    guide.follow(workshop)

    seen = await visit(browser, workshop, guide)

    # Material's instant loading exchanges the page within the document: that is what makes it worth trying.
    assert seen.same_document == (guide.name == "material")


def test_every_guide_was_tried_or_it_is_said_why_not() -> None:
    guides = {file.name for file in DOCUMENTS.glob("*.md")}
    told = CHECKED.read_text()

    assert {guide.document for guide in GUIDES} <= guides
    assert [name for name in sorted(guides) if f"(guides/{name})" not in told] == []
    assert "**failed**" not in told


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_every_line_of_a_guide_is_tried(guide: Guide) -> None:
    text = (DOCUMENTS / guide.document).read_text()
    fences = [token.content for token in MarkdownIt().parse(text) if token.type == "fence"]
    tried = {lines.code for other in GUIDES if other.document == guide.document for lines in other.lines()}

    assert [code for code in fences if code not in tried] == []


def test_the_overview_leads_to_every_guide() -> None:
    overview = (ROOT / "docs" / "how-to" / "embed.md").read_text()

    assert [file.name for file in DOCUMENTS.glob("*.md") if f"(guides/{file.name})" not in overview] == []
