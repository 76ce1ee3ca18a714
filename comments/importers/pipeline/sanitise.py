"""What texts of a file are shown as, sanitised anew whatever the file says of them."""

from typing import NamedTuple

from comments.text import RENDERER_VERSION, render
from comments.text.html.render import Format


class ImportText(NamedTuple):
    """What is to be shown. `html` is there if it has been rendered before, by `renderer`."""

    source: str
    format: Format
    html: str | None = None
    renderer: int = 0


class RenderedImport(NamedTuple):
    html: str
    renderer: int


def show(text: ImportText) -> RenderedImport:
    """Render a source; sanitise once more what is said to be rendered: a file may say anything."""
    if text.html is None or text.renderer > RENDERER_VERSION:
        rendered = render(text.source, format=text.format)
        return RenderedImport(rendered.html, rendered.renderer)
    from comments.text.html.sanitise import sanitise

    return RenderedImport(sanitise(text.html, classes=text.format == "markdown").html, text.renderer)
