"""How long readers wait at most while others post: reads at a steady rate, alone and with posts.

`python -m tests.bench.tail PORT READS POSTS SECONDS` is the client: it sends at fixed times, whatever the
server does, and counts from the moment when a request was due, so that a pause meets all who come in it.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.bench import contestants
from tests.bench.requests import HOST, numbered, read_requests, write_requests
from tests.bench.seeding import Answerable, Seeds
from tests.bench.works import our_posts, thread

READS_A_SECOND, POSTS_A_SECOND = 475, 25
READERS, WRITERS = 16, 8
ROUNDS, SECONDS = 3, 3.0


@dataclass(frozen=True, slots=True)
class Tail:
    """Seconds that 50 and 99 of 100 reads took at most, alone and while others posted: medians of rounds."""

    alone: tuple[float, float]
    posting: tuple[float, float]
    posted: tuple[float, float]
    """The posts themselves."""


def measure_tail(folder: Path, seeded: Path, answerable: Answerable) -> Tail:
    """Let a service with one process answer readers of a page, in turns alone and while others post there."""
    folder.mkdir()
    reads = write_requests(folder / "reads.bin", [thread("a")])
    posts = write_requests(folder / "posts.bin", our_posts(answerable, Seeds({"a": 100}), "a", known=True))
    found: dict[str, list[tuple[float, float]]] = {"alone": [], "posting": [], "posted": []}
    with contestants.comments(seeded, 1) as ours:
        for number in range(ROUNDS):
            found["alone"].append(read_at_fixed_times(ours.port, reads, number))
            read, posted = _sent(ours.port, reads, posts, number)
            found["posting"].append(read)
            found["posted"].append(posted)
    middle = {name: (_median(rounds, 0), _median(rounds, 1)) for name, rounds in found.items()}
    return Tail(middle["alone"], middle["posting"], middle["posted"])


def read_at_fixed_times(port: int, reads: Path, number: int) -> tuple[float, float]:
    """Read for some seconds; return the seconds that 50 and 99 of 100 reads took at most."""
    return _sent(port, reads, None, number)[0]


def _median(rounds: Sequence[tuple[float, float]], which: int) -> float:
    return statistics.median(one[which] for one in rounds)


def _sent(
    port: int, reads: Path, posts: Path | None, number: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    command = [sys.executable, "-m", "tests.bench.tail", str(port), str(reads), str(posts or "-")]
    done = subprocess.run([*command, str(number)], check=True, capture_output=True, text=True, timeout=120)
    read, posted = json.loads(done.stdout)
    return (read[0], read[1]), (posted[0], posted[1])


async def _one_connection(
    port: int, requests: list[bytes], numbers: "count[int]", due: Sequence[float], took: list[float]
) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    for moment in due:
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        number = next(numbers)
        writer.write(numbered(requests[number % len(requests)], number))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if int(head.split(None, 2)[1]) >= 400:
            raise RuntimeError(head.decode())
        await reader.readexactly(int(head.partition(b"content-length: ")[2].split(b"\r", 1)[0]))
        took.append(time.perf_counter() - moment)
    writer.close()


async def _all(port: int, reads: Path, posts: Path | None, number: int) -> list[tuple[float, float]]:
    begins = time.perf_counter() + 0.2
    work = [(reads, READS_A_SECOND, READERS), (posts, POSTS_A_SECOND, WRITERS)]
    found: list[list[float]] = [[], []]
    waiting = []
    for took, (file, rate, connections) in zip(found, work, strict=True):
        if file is None:
            continue
        numbers, requests = count(10_000_000 + number * 100_000), read_requests(file)
        for one in range(connections):
            due = [begins + at / rate for at in range(one, int(SECONDS * rate), connections)]
            waiting.append(_one_connection(port, requests, numbers, due, took))
    await asyncio.gather(*waiting)
    return [_of(took) for took in found]


def _of(took: list[float]) -> tuple[float, float]:
    ordered = sorted(took) or [0.0]
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]


def main() -> None:
    """Send, and print the two percentiles of reads and of posts."""
    import uvloop

    port, reads, posts, number = sys.argv[1:]
    running = _all(int(port), Path(reads), None if posts == "-" else Path(posts), int(number))
    print(json.dumps(uvloop.run(running)))


if __name__ == "__main__":
    main()
