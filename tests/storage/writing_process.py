"""A process that writes without pause and says what is stored; arguments are a URL and a name."""

import asyncio
import sys

from comments.storage import open_database
from tests.storage.tables import add_note

WRITERS = 16


async def main(url: str, name: str) -> None:
    database = await open_database(url)

    async def write_for_ever(writer: int) -> None:
        number = 0
        while True:
            body = f"{name} {writer} {number}"
            await database.write(add_note, body)
            # One call of the system, so that a line is whole or not there.
            sys.stdout.write(f"{body}\n")
            sys.stdout.flush()
            number += 1

    await asyncio.gather(*(write_for_ever(writer) for writer in range(WRITERS)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
