"""The widget's npm package: what `npm pack` makes is installed from its file, type-checked and used."""

import json
import re
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from comments import __version__
from tests.browser.discussions import SITE, Service
from tests.browser.widget import Widget
from tests.support import npm

# Packed and built once, not once in every worker.
pytestmark = [pytest.mark.xdist_group("apps"), pytest.mark.browser]
TSC = npm.EMBED / "node_modules" / ".bin" / "tsc"


def test_the_package_has_the_version_of_the_service_and_cannot_be_published(apps: Path) -> None:
    installed = json.loads((apps / "node_modules" / "comments-embed" / "package.json").read_text())

    assert installed["version"] == __version__
    assert installed["private"] is True
    assert "dependencies" not in installed


def test_the_package_holds_modules_types_and_its_readme(apps: Path) -> None:
    with tarfile.open(next(apps.glob("*.tgz"))) as archive:
        names = {name.removeprefix("package/") for name in archive.getnames()}

    assert {"README.md", "package.json", "module/index.js", "types/index.d.ts"} <= names
    assert {name.split("/")[0] for name in names} == {"README.md", "package.json", "module", "types"}


def test_the_parts_of_the_package_are_its_own(apps: Path) -> None:
    modules = apps / "node_modules" / "comments-embed" / "module"
    code = "".join(file.read_text() for file in modules.iterdir())

    named = set(re.findall(r'import\("\./([^"]+)"\)', code))

    assert {"acting", "writing", "further"} <= {name.split("-")[0] for name in named}
    assert named <= {file.name for file in modules.iterdir()}
    assert "/embed/" not in code


@pytest.mark.parametrize("resolution", ["Bundler", "NodeNext"])
def test_a_strict_program_compiles_against_the_types(apps: Path, resolution: str) -> None:
    module = {"Bundler": "ESNext", "NodeNext": "NodeNext"}[resolution]
    options = ["--strict", "--noEmit", "--target", "ES2022", "--types", "", "--ignoreConfig"]

    npm.ran(apps, TSC, *options, "--module", module, "--moduleResolution", resolution, "program.ts")


def test_jsx_and_vue_templates_compile_against_the_types(apps: Path) -> None:
    npm.ran(apps, TSC, "--noEmit", "--project", apps)


def test_a_server_without_a_page_can_import_the_package(apps: Path) -> None:
    program = "import { define } from 'comments-embed'; console.log(define('https://talk.example'))"

    printed = npm.ran(apps, npm.node(), "--input-type=module", "--eval", program)

    assert printed.strip() == "false"


async def test_a_browser_that_is_too_old_gets_a_link_in_the_same_place(
    service: Service, page: Page, app_scripts: str
) -> None:
    discussion = service.discussion()
    told = {"host": service.host, "site": SITE, "inside": "mount", "articles": []}
    discussion.publish(program_page(told, app_scripts))
    await page.add_init_script("CSS.supports = () => false")

    await page.goto(discussion.url)

    link = page.locator("comments-thread").get_by_role("link", name="Comments")
    await expect(link).to_have_attribute("href", re.compile(f"^{service.host}/d/{SITE}\\?url="))
    await expect(page.locator("body")).to_have_attribute("data-mounted", "false true")


def program_page(told: Mapping[str, object], scripts: str) -> str:
    return (
        f'<div id="app"></div><script type="application/json" id="told">{json.dumps(told)}</script>'
        f'<script type="module" src="{scripts}program.js"></script>'
    )


async def test_a_bundled_program_shows_a_discussion_and_posts(
    service: Service, widget: Widget, app_scripts: str
) -> None:
    discussion = service.discussion()
    discussion.said("Ana", "already here")
    told = {"host": service.host, "site": SITE, "inside": "mount", "articles": []}
    discussion.publish(program_page(told, app_scripts), lang="de")
    await widget.page.goto(discussion.url)
    body = widget.page.locator("body")
    await expect(body).to_have_attribute("data-mounted", "true true")
    await expect(body).to_have_attribute("data-heard", f"comments:ready {discussion.url}")
    await expect(widget.page).to_have_title("1")

    # The composer and German are parts of the package, not of the service.
    await expect(widget.element.get_by_role("heading", level=3, name="1 Kommentar")).to_be_visible()
    await widget.element.get_by_label("Sag etwas zu dieser Seite").fill("Aus dem Paket.")
    await widget.element.get_by_label("Name").fill("Jonas")
    await widget.element.get_by_role("button", name="Kommentar senden").click()

    await expect(widget.comment("Aus dem Paket.")).to_be_visible()
    await expect(body).to_have_attribute("data-posted", "true pending")
