"""The tables of many processes, of readers while others post, of open streams, and of the start."""

import statistics
from collections.abc import Mapping

from tests.bench.contestants import BARE, OURS
from tests.bench.many import COUNTS, Many, times_cpu, times_one
from tests.bench.measuring import Figures, Who
from tests.bench.overload import NORMAL, TIMES, Idle, Overload, Waited
from tests.bench.results import NOTHING, Results, in_short, micros, table
from tests.bench.streams import Streams
from tests.bench.tail import POSTS_A_SECOND, READS_A_SECOND, Tail


def scale_tables(results: Results) -> str:
    """Return those that were measured."""
    parts = [
        many_table(results.many) if results.many else "",
        _tail(results.tail) if results.tail else "",
        _streams(results.streams) if results.streams else "",
        _overload(results.overload) if results.overload else "",
        _idle(results.idle) if results.idle else "",
        _start(results),
    ]
    return "\n\n".join(part for part in parts if part)


def many_table(many: Many) -> str:
    rows = []
    for who, title in ((OURS, "reads that hit no cache"), (BARE, "the bare route, the same answer")):
        rows.append([f"{title}, a second", *(_beside_one(many.reads, who, count) for count in COUNTS)])
        rows.append([f"{title}, computes", *(_computes(many.reads, who, count) for count in COUNTS)])
    for database, found in many.posts.items():
        title = f"posts of known readers on {database}, a second"
        rows.append([title, *(_beside_one(found, OURS, count) for count in COUNTS)])
        rows.append(["these compute", *(_computes(found, OURS, count) for count in COUNTS)])
    if there := many.posts.get("PostgreSQL"):
        rows.append(["PostgreSQL computes for one", *(_there(there, count) for count in COUNTS)])
        rows.append(["of all cores, with the client", *(_used(there, count) for count in COUNTS)])
    title = (
        "One, two and four processes of ours, the load client on the same cores; in brackets the median of "
        "the rounds' ratios to one process, and the least and the greatest of them. PostgreSQL is the tests' "
        "own, on the same cores too, which does not wait for the disk."
    )
    return f"{title}\n\n{table(['', *(f'{count} of them' for count in COUNTS)], rows)}"


def _beside_one(figures: Mapping[Who, Figures], who: str, count: int) -> str:
    if (who, count) not in figures:
        return NOTHING
    rate, found = in_short(figures[who, count].median), times_one(figures, count, who)
    if count == 1 or not found:
        return rate
    return f"{rate} ({statistics.median(found):.2f}; {min(found):.2f}–{max(found):.2f})"


def _computes(figures: Mapping[Who, Figures], who: str, count: int) -> str:
    if (who, count) not in figures:
        return NOTHING
    told = micros(figures[who, count].cpu)
    return told if count == 1 else f"{told} ({statistics.median(times_cpu(figures, count, who)):.2f})"


def _there(figures: Mapping[Who, Figures], count: int) -> str:
    if (OURS, count) not in figures:
        return NOTHING
    return micros(statistics.median(figures[OURS, count].database_seconds))


def _used(figures: Mapping[Who, Figures], count: int) -> str:
    return f"{statistics.median(figures[OURS, count].used):.0%}" if (OURS, count) in figures else NOTHING


def _tail(tail: Tail) -> str:
    rows = [
        [title, *(f"{seconds * 1e3:,.1f} ms" for seconds in found)]
        for title, found in (
            ("reads alone", tail.alone),
            ("reads while others post", tail.posting),
            ("those posts", tail.posted),
        )
    ]
    title = (
        f"Waiting: {READS_A_SECOND} first views of 100 a second at fixed times, one process, alone and "
        f"beside {POSTS_A_SECOND} posts a second on the same page, counted from when each was due."
    )
    return f"{title}\n\n{table(['', 'half within', '99 of 100 within'], rows)}"


def _streams(streams: Streams) -> str:
    rates = zip(streams.meanwhile, streams.alone, strict=True)
    rows = [
        [
            f"{streams.count:,}",
            f"{streams.memory / 1e3:.1f} kB",
            micros(streams.opening),
            f"{streams.half_told * 1e3:,.0f} ms",
            f"{streams.all_told * 1e3:,.0f} ms",
            micros(streams.telling),
            *(f"{in_short(rate)} · {in_short(alone)}" for rate, alone in rates),
        ]
    ]
    heads = [
        "open streams",
        "memory of each",
        "opening computes",
        "half hear of a comment within",
        "all within",
    ]
    posts = "posts a second on"
    heads += [
        "telling one computes",
        f"{posts} other pages · without streams",
        f"{posts} that page · without",
    ]
    title = "Open streams of one page in one process, read by one other; times begin when a comment is sent."
    return f"{title}\n\n{table(heads, rows)}"


def _overload(overload: Overload) -> str:
    alone = ["reads alone", *_waited(overload.alone), *[NOTHING] * 5]
    busy = ["as many posts as can be taken", *_waited(overload.busy), in_short(overload.sustainable)]
    rows = [alone, [*busy, in_short(overload.sustainable), *[NOTHING] * 3]]
    for title, flood in (("on that page", overload.there), ("on another page", overload.elsewhere)):
        rows.append(
            [
                f"{TIMES} times as many, {title}",
                *_waited(flood.reads),
                in_short(flood.sent),
                in_short(flood.acknowledged),
                f"{flood.refused:.0%}",
                f"{flood.posts[0]:.1f} s · {flood.posts[1]:.1f} s",
                f"{flood.recovered:.1f} s",
            ]
        )
    before, most, after = (f"{size / 1e6:,.0f} MB" for size in overload.memory)
    heads = ["", "reads, half within", "99 of 100 within", "posts sent a second", "acknowledged"]
    heads += ["told to come again", "acknowledged within (half, 99 of 100)", "until none is refused"]
    title = (
        f"Overload: {READS_A_SECOND} first views of 100 a second at fixed times, one process, and posts of "
        f"known readers at fixed times; after a flood posts go on at {NORMAL:g} of what can be taken. The "
        f"process had {before} before the floods, {most} at most, {after} afterwards."
    )
    return f"{title}\n\n{table(heads, rows)}"


def _waited(waited: Waited) -> list[str]:
    return [f"{seconds * 1e3:,.1f} ms" for seconds in waited]


def _idle(idle: Idle) -> str:
    return (
        f"Idle: {idle.count:,} connections on which nothing is sent take **{idle.memory / 1e3:.1f} kB** each "
        f"in one process. Of {READS_A_SECOND} reads a second, 99 of 100 wait {_waited(idle.alone)[1]} "
        f"without them and {_waited(idle.meanwhile)[1]} with them; posts a second are "
        f"{in_short(idle.posts_before)} and {in_short(idle.posts_meanwhile)}."
    )


def _start(results: Results) -> str:
    start = results.start
    if start is None:
        return ""
    return (
        f"Start: `comments serve` answers after **{start.seconds:.2f} s** by the clock, for which it "
        f"computes {start.computed:.2f} s; importing the frameworks alone computes "
        f"{start.frameworks:.2f} s. It then has {start.idle} in memory (RSS, in brackets PSS)."
    )
