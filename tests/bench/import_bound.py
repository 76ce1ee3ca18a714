"""What bounds an import: reading the file and sanitising its texts with the same helpers, and nothing else.

`python -m tests.bench.import_bound FILE HELPERS` does both at once and prints how many posts that were; with
no helpers it does them in one process.
"""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

from comments.importers.formats.disqus import records
from comments.importers.pipeline.batches import in_batches
from comments.importers.pipeline.processes import Crew
from comments.importers.pipeline.sanitise import Text
from comments.importers.pipeline.source_file import ImportFile
from comments.importers.records import ImportedComment

BATCH = 1_000


async def main(file: Path, helpers: int) -> None:
    posts = 0
    showing: set[asyncio.Task[object]] = set()
    async with Crew(helpers) as crew:
        batches = _batches(file)
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            posts += len(batch)
            showing.add(asyncio.create_task(crew.show(batch)))
            if len(showing) > crew.ahead:
                _, showing = await asyncio.wait(showing, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.gather(*showing)
    print(posts)


def _batches(file: Path) -> Iterator[list[Text]]:
    comments = (one for one in records(ImportFile(file).pieces()) if isinstance(one, ImportedComment))
    return in_batches((Text(one.source, "html") for one in comments), BATCH)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
