"""How the commands speak: plain lines, numbers with their nouns, columns."""

from collections.abc import Sequence

import click


def counted(number: int, noun: str, nouns: str = "") -> str:
    """Return "1 comment" or "1,200 comments"; `nouns` is for words that take more than an s."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def table(rows: Sequence[Sequence[str]], *, between: str = "  ") -> None:
    """Print rows in columns of equal width."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        click.echo(between.join(cells).rstrip())
