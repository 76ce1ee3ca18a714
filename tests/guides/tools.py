"""The tools that guides are tried with, and the command that makes each build its pages."""

import shutil
from pathlib import Path

from tests.guides.building import (
    Guide,
    newer_node,
    npm_program,
    npm_version,
    python_program,
    run,
    system_program,
)
from tests.guides.ghost import Ghost, ghost_version
from tests.guides.wordpress import WordPress, wordpress_version
from tests.guides.workshop import ARTICLES


def plain_pages(folder: Path) -> Path:
    page = (folder / "article.html").read_text()
    for title, path in ARTICLES.items():
        file = folder / path.strip("/") / "index.html"
        file.parent.mkdir(exist_ok=True)
        file.write_text(page.replace("@@TITLE@@", title))
    return folder


def hugo(folder: Path) -> Path:
    run(folder, system_program("hugo"), "--quiet", "--cleanDestinationDir")
    return folder / "public"


def hugo_version(folder: Path) -> str:
    return run(folder, system_program("hugo"), "version").split()[1].lstrip("v").partition("+")[0]


def jekyll(folder: Path) -> Path:
    run(folder, system_program("jekyll"), "build", "--quiet")
    return folder / "_site"


def jekyll_version(folder: Path) -> str:
    return run(folder, system_program("jekyll"), "--version").split()[-1]


def eleventy(folder: Path) -> Path:
    run(folder, npm_program(folder, "eleventy"), "--quiet")
    return folder / "_site"


def astro(folder: Path) -> Path:
    shutil.rmtree(folder / "dist", ignore_errors=True)
    run(folder, npm_program(folder, "astro"), "build", path=newer_node())
    return folder / "dist"


def mkdocs(folder: Path) -> Path:
    run(folder, python_program(folder, "mkdocs"), "build", "--quiet", "--clean")
    return folder / "site"


def python_version(package: str, folder: Path) -> str:
    lock = (folder / "requirements.lock").read_text()
    return next(
        line.split()[0].split("==")[1] for line in lock.splitlines() if line.startswith(f"{package}==")
    )


def docusaurus(folder: Path) -> Path:
    run(folder, npm_program(folder, "docusaurus"), "build", path=newer_node())
    return folder / "build"


def vite(folder: Path) -> Path:
    run(folder, npm_program(folder, "vite"), "build", "--logLevel", "warn", path=newer_node())
    return folder / "dist"


GUIDES = [
    Guide("html", "Plain HTML", "html.md", plain_pages, lambda _: ""),
    Guide("hugo", "Hugo", "hugo.md", hugo, hugo_version),
    Guide("jekyll", "Jekyll", "jekyll.md", jekyll, jekyll_version),
    Guide(
        "eleventy",
        "Eleventy",
        "eleventy.md",
        eleventy,
        npm_version("@11ty/eleventy"),
        section="The widget",
    ),
    Guide(
        "fragment",
        "Eleventy, comments in the page",
        "eleventy.md",
        eleventy,
        npm_version("@11ty/eleventy"),
        site="eleventy",
        section="With the comments in the page",
        in_the_page=True,
    ),
    Guide("astro", "Astro", "astro.md", astro, npm_version("astro")),
    Guide(
        "material",
        "Material for MkDocs",
        "mkdocs.md",
        mkdocs,
        lambda folder: python_version("mkdocs-material", folder),
        site="mkdocs",
        section="Material for MkDocs",
        words=(("@@THEME@@", "material\n  features: [navigation.instant]\n  font: false"),),
    ),
    Guide(
        "mkdocs",
        "MkDocs",
        "mkdocs.md",
        mkdocs,
        lambda folder: python_version("mkdocs", folder),
        section="Other themes",
        words=(("@@THEME@@", "mkdocs\n  custom_dir: overrides\n  highlightjs: false"),),
    ),
    Guide("docusaurus", "Docusaurus", "docusaurus.md", docusaurus, npm_version("@docusaurus/core")),
    Ghost("ghost", "Ghost", "ghost.md", lambda folder: folder, ghost_version),
    *(
        WordPress(
            theme,
            f"WordPress, {kind} theme",
            "wordpress.md",
            lambda folder: folder,
            wordpress_version,
            theme=theme,
        )
        for kind, theme in (("block", "twentytwentythree"), ("classic", "twentytwentyone"))
    ),
    Guide("react", "React", "react.md", vite, npm_version("react")),
    Guide("vue", "Vue", "vue.md", vite, npm_version("vue")),
]
