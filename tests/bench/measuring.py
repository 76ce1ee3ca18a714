"""Runs that take turns: everyone once, then all again backwards, so that a busy minute hits all alike."""

import http.client
import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from math import inf
from pathlib import Path

from tests.bench.contestants import Contestant, ask
from tests.bench.load import BUSY, Client, Order, own_client
from tests.bench.processes import computed_seconds
from tests.bench.requests import numbered, write_requests
from tests.bench.works import Work

Who = tuple[str, int]
"""A contestant's name and how many processes it has."""
Say = Callable[[str], None]

SLOW_SECONDS = 0.05
"""For answers that take longer, as many connections as processes, and the last answers are waited for."""
VERY_SLOW_SECONDS = 3.0
ASKED_A_PROCESS = 2
NUMBERS_A_RUN = 100_000
WARMING_SECONDS = 0.2


@dataclass(slots=True)
class Figures:
    """What came of all runs of one contestant at one kind of work: pieces of work a second, by round."""

    rates: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    """Processor time of the server for one piece of work, by round."""
    database_seconds: list[float] = field(default_factory=list)
    """The same of a database that is no part of it."""
    used: list[float] = field(default_factory=list)
    """Of all processors' time, what server, database and client have taken together, by round."""
    client_was_busy: bool = False
    strayed: bool = False
    """Its last answer was not what it should be, so that other work was measured."""
    refused: int = 0
    lost: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.rates)

    @property
    def spread(self) -> float:
        """Return half of what lies between the least and the greatest, as a share of the median."""
        return (max(self.rates) - min(self.rates)) / 2 / self.median if self.median else 0.0

    @property
    def cpu(self) -> float:
        return statistics.median(self.cpu_seconds)


@dataclass(slots=True)
class Bench:
    """The contestants that run, the client that asks them, and how long."""

    contestants: Sequence[Contestant]
    client: Client
    seconds: float
    rounds: int
    folder: Path
    say: Callable[[str], None]
    until: float = inf
    """On the monotonic clock: past it every contestant still has its first round, and further ones of posts.

    A second of posts is a few hundred of them in a few dozen commits: one round says little.
    """
    failed: list[str] = field(default_factory=list)
    """Who could not do which work, and why: the others are measured on."""
    posting: Client = own_client
    """Sends posts. wrk leaves those under way uncounted when the second is over: of one process a whole
    commit, a tenth of its posts, of four less."""
    database: int | None = None
    """The process of a database server that works for the contestants."""
    _runs: Iterator[int] = field(default_factory=count)

    def measure(self, work: Work) -> dict[Who, Figures]:
        """Return the figures of all that can do this work."""
        able = [one for one in self.contestants if work.asked.get(one.name)]
        files = {
            name: write_requests(self.folder / "requests" / f"{name}.bin", work.asked[name])
            for name in {one.name for one in able}
        }
        figures: dict[Who, Figures] = {}
        taken: dict[Contestant, float] = {}
        for number in range(self.rounds):
            if number and not work.is_posts and time.monotonic() > self.until:
                break
            for one in able[:: 1 if number % 2 == 0 else -1]:
                try:
                    self._round(number, one, work, files[one.name], taken, figures)
                except (OSError, RuntimeError, ValueError, http.client.HTTPException) as fault:
                    self.failed.append(f"{one.name}, {one.workers}: {work.title}: {fault!r:.300}")
                    able.remove(one)
        for one in able:
            figures[one.name, one.workers].strayed = not self._still(one, work)
        self.say(work.title)
        return {who: figure for who, figure in figures.items() if figure.rates}

    def _round(
        self,
        number: int,
        one: Contestant,
        work: Work,
        file: Path,
        taken: dict[Contestant, float],
        figures: dict[Who, Figures],
    ) -> None:
        if number == 0:
            taken[one] = self._one_answer(one, work)
            if (one.workers > 1 or work.is_posts) and taken[one] <= SLOW_SECONDS:
                self._warm(one, work, file)
        elif taken[one] > VERY_SLOW_SECONDS:
            return
        figure = figures.setdefault((one.name, one.workers), Figures())
        self._run(one, work, file, figure, is_slow=taken[one] > SLOW_SECONDS)

    def _one_answer(self, one: Contestant, work: Work) -> float:
        """Return how many seconds one answer takes; the least of some if that is quick, to be warm.

        A process that has never done it takes as long as a slow contestant, and any may be asked.
        """
        first = numbered(work.asked[one.name][0], next(self._runs) * NUMBERS_A_RUN)
        answer = ask(one.port, first)
        if answer.status >= 400:
            raise RuntimeError(f"{one.name} answers {answer.status} to {work.title}: {answer.body[:500]!r}")
        if answer.seconds > VERY_SLOW_SECONDS:
            return answer.seconds
        return min(ask(one.port, first).seconds for _ in range(ASKED_A_PROCESS * one.workers))

    def _warm(self, one: Contestant, work: Work, file: Path) -> None:
        """Wait for an answer on every connection, so that each process has done it before it is measured.

        With the first ones a process imports what it needs, for code in a text another part than for a link:
        four had one answer in their first second.
        """
        first = next(self._runs) * NUMBERS_A_RUN
        own_client(Order(one.port, file, work.connections, WARMING_SECONDS, first))

    def _still(self, one: Contestant, work: Work) -> bool:
        """Say whether it does after all rounds what it was asked to be measured at."""
        request = numbered(work.asked[one.name][0], next(self._runs) * NUMBERS_A_RUN)
        return work.still.get(one.name, b"") in ask(one.port, request).body

    def _run(self, one: Contestant, work: Work, file: Path, figure: Figures, *, is_slow: bool) -> None:
        connections = one.workers if is_slow else work.connections
        first = next(self._runs) * NUMBERS_A_RUN + 1
        before, began = self._computed(one), time.monotonic()
        client = own_client if is_slow else self.posting if work.is_posts else self.client
        run = client(Order(one.port, file, connections, self.seconds, first))
        passed = time.monotonic() - began
        computed, there = (after - then for after, then in zip(self._computed(one), before, strict=True))
        parts = work.parts.get(one.name, 1)
        figure.rates.append(run.rate / parts)
        figure.cpu_seconds.append(computed * parts / max(1, run.answers))
        figure.database_seconds.append(there * parts / max(1, run.answers))
        busy = computed + there + run.client_busy * run.seconds
        figure.used.append(busy / passed / (os.cpu_count() or 1))
        figure.client_was_busy |= run.client_busy > BUSY
        figure.refused += run.refused
        figure.lost += run.lost

    def _computed(self, one: Contestant) -> tuple[float, float]:
        """Return the processor time that a contestant has used, and that its database has."""
        return computed_seconds(one.process), computed_seconds(self.database) if self.database else 0.0


def ratios(figures: Mapping[Who, Figures], ours: Who, other: Who) -> list[float]:
    """Return how many times the other's rate ours is, round by round; fewer rounds of one are its median."""
    if ours not in figures or other not in figures:
        return []
    mine, theirs = figures[ours].rates, figures[other].rates
    if len(mine) != len(theirs):
        theirs = [figures[other].median] * len(mine)
    return [own / its for own, its in zip(mine, theirs, strict=True) if its]
