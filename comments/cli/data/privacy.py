"""`comments privacy`: find a reader, give out what is held about them, erase them, and prove it."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from sqlalchemy.orm import Session

from comments.cli.output import counted, table
from comments.installation import Installation, in_installation
from comments.privacy.actions import OPERATOR, ErasureWish, ask_erasure
from comments.privacy.collect import collected, in_text
from comments.privacy.erase import erase as erased
from comments.privacy.erase import replay_everywhere
from comments.privacy.queries import Reader, find_readers
from comments.privacy.receipts import checked, counts_in_words
from comments.sites.queries import site_by_name

of_site = click.option("--site", "site_name", required=True, metavar="NAME", help="The site's name.")
every = click.option("--all", "every", is_flag=True, help="All that WHO may mean, if that is several.")


@click.group()
def privacy() -> None:
    """Answer a reader who asks for their data, or wants it gone.

    WHO is an e-mail address, an author's id, a comment's id, or a link to a comment.
    """


@privacy.command()
@click.argument("who")
@of_site
def find(who: str, site_name: str) -> None:
    """List whom WHO may mean: nobody proves an address to comment, so it may be several."""
    found, _ = in_installation(lambda here: _readers(here, site_name, who))
    if not found:
        raise click.ClickException(f"{who} means nobody on {site_name}.")
    table([_row(one) for one in found])


@privacy.command("export")
@click.argument("who")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@of_site
@every
@click.option("--text", "as_text", is_flag=True, help="For people to read, instead of JSON.")
def export(who: str, file: Path | None, site_name: str, *, every: bool, as_text: bool) -> None:
    """Write all that a site holds about WHO to FILE, or to standard output."""

    async def work(here: Installation) -> Sequence[Mapping[str, Any]]:
        found, site_id = await _readers(here, site_name, who)
        at = here.clock.now()

        def collect(session: Session) -> list[Mapping[str, Any]]:
            return [collected(session, site_id, one.id, at=at) for one in _meant(found, who, every=every)]

        return await here.db.scan(collect)

    documents = in_installation(work)
    if as_text:
        written = "\n".join(in_text(one) for one in documents)
    else:
        written = json.dumps(documents if every else documents[0], ensure_ascii=False, indent=2) + "\n"
    if file is None:
        sys.stdout.write(written)
        return
    _write_privately(file, written)
    click.echo(f"Wrote what {site_name} holds about {counted(len(documents), 'reader')} to {file}.")


@privacy.command()
@click.argument("who")
@of_site
@every
@click.option("--keep-texts", is_flag=True, help="Erase who wrote the comments, and leave their texts.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--receipt", type=click.Path(path_type=Path, dir_okay=False), help="Write the receipt here.")
def erase(
    who: str, site_name: str, *, every: bool, keep_texts: bool, yes: bool, receipt: Path | None
) -> None:
    """Erase WHO from a site for ever, and sign a receipt.

    Comments go with all that was made from them; where answers hang on one its place stays, empty. Votes,
    reports, mail about answers and tokens go, too. This can be stopped, and begun again.
    """
    scope = "name" if keep_texts else "everything"

    async def work(here: Installation) -> Sequence[str]:
        found, site_id = await _readers(here, site_name, who)
        meant = _meant(found, who, every=every)
        what = "who wrote" if keep_texts else "everything of"
        names = "; ".join(f"{one.name or 'a reader'}, {counted(one.comments, 'comment')}" for one in meant)
        if not yes:
            click.confirm(f"Erase {what} this for ever: {names}?", abort=True, err=True)
        receipts = []
        for one in meant:
            wish = ErasureWish(site_id, one.id, scope, OPERATOR)
            asked = await here.db.write(ask_erasure, wish, here.keys, at=here.clock.now())
            done = await erased(here.db, here.keys, here.clock, asked, here.settings.data_dir)
            receipts.append(done.receipt or "")
        return receipts

    receipts = [json.loads(one) for one in in_installation(work)]
    for made in receipts:
        counts = ", ".join(counts_in_words(made["erased"])) or "a reader"
        click.echo(f"Erased from {site_name}: {counts}. Receipt {made['erasure']}.")
    backups = {one["name"] for made in receipts for one in made["backups"]}
    if backups:
        click.echo(f"Still in these copies of the database: {', '.join(sorted(backups))}.")
    click.echo("Other backups of yours still hold it until they are gone; see docs/how-to/privacy.md.")
    if receipt is not None:
        _write_privately(receipt, json.dumps(receipts if every else receipts[0], indent=2) + "\n")


@privacy.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def verify(file: Path) -> None:
    """Say whether a receipt was made here and is as it was made."""
    receipts = in_installation(lambda here: _genuine(here, [file]))
    for made in receipts:
        click.echo(
            f"Genuine: erased from {made['site']} ({made['scope']}) at {made['done_at']}, entry"
            f" {made['log']['number']} of the log."
        )


@privacy.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False, exists=True))
def replay(files: Sequence[Path]) -> None:
    """Erase again whom a restored backup has brought back.

    Goes by the erasures that the database knows of, and by receipts in FILES, which is what there is left
    when the backup is older than the erasure.
    """

    async def work(here: Installation) -> int:
        receipts = await _genuine(here, files)
        return await replay_everywhere(here.db, here.keys, here.clock, here.settings.data_dir, receipts)

    click.echo(f"Erased again: {counted(in_installation(work), 'reader')}.")


async def _readers(here: Installation, site_name: str, who: str) -> tuple[Sequence[Reader], UUID]:
    site = await here.db.read(site_by_name, site_name)
    return await here.db.scan(find_readers, site.id, who), site.id


def _meant(found: Sequence[Reader], who: str, *, every: bool) -> Sequence[Reader]:
    if not found:
        raise click.ClickException(f"{who} means nobody here.")
    if len(found) > 1 and not every:
        ids = "\n".join("  ".join(_row(one)) for one in found)
        raise click.ClickException(f"{who} may mean several; name one by its id, or add --all:\n{ids}")
    return found


def _row(one: Reader) -> tuple[str, ...]:
    numbers = f"{counted(one.comments, 'comment')}, {counted(one.votes, 'vote')}"
    last = f"last {one.last_at:%Y-%m-%d}" if one.last_at else "never wrote"
    return (str(one.id), one.name or "(no name)", one.email or "(no address)", numbers, last)


async def _genuine(here: Installation, files: Sequence[Path]) -> Sequence[Mapping[str, Any]]:
    found = []
    for file in files:
        try:
            read = json.loads(file.read_text())
        except ValueError:
            raise click.ClickException(f"{file}: this is not a receipt.") from None
        found += [checked(here.keys, one) for one in (read if isinstance(read, list) else [read])]
    return found


def _write_privately(file: Path, written: str) -> None:
    with os.fdopen(os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as out:
        out.write(written)
