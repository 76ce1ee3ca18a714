"""The tables: what was measured, as Markdown, and their place in docs/explanation/performance.md."""

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.aims import aims_table
from tests.bench.contestants import BARE, ISSO, OURS
from tests.bench.flat import Flat
from tests.bench.importing import Imported, Run
from tests.bench.measuring import Figures, Who, ratios
from tests.bench.results import NOTHING, Results, in_short, table
from tests.bench.table_scale import scale_tables
from tests.bench.waline import WALINE

ORDER = (OURS, ISSO, WALINE, BARE)


def tables(results: Results) -> str:
    """Return everything as Markdown."""
    parts = [
        "\n".join(f"- {fact}" for fact in results.facts),
        aims_table(results),
        _rates(results),
        _ratios(results),
        _holds(results),
        _memory(results),
        scale_tables(results),
        _flat(results.flat),
        _imported(results.imported),
        _notes(results),
    ]
    return "\n\n".join(part for part in parts if part)


def summary(results: Results) -> str:
    """Return what belongs into the documentation: on what it was measured, the aims, and the rates."""
    parts = [
        "\n".join(f"- {fact}" for fact in results.facts),
        aims_table(results),
        _rates(results),
        _notes(results),
    ]
    return "\n\n".join(part for part in parts if part)


def write_into(document: Path, markdown: str, part: str = "bench") -> None:
    """Replace what stands between a part's markers. Raises ValueError if the document has none."""
    begins, ends = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    before, begin, rest = document.read_text().partition(begins)
    _, end, after = rest.partition(ends)
    if not begin or not end:
        raise ValueError(f"{document.name} has no {begins} … {ends}")
    document.write_text(f"{before}{begins}\n{markdown}\n{ends}{after}")


def _rates(results: Results) -> str:
    who = [(name, workers) for name in ORDER for workers in results.workers]
    who = [one for one in who if any(one in figures for _, figures in results.works)]
    heads = [f"{name}, {_processes(workers)}" for name, workers in who]
    rows = [[work.title, *(_rate(figures.get(one)) for one in who)] for work, figures in results.works]
    title = "Pieces of work a second: median, and half the distance between the least and the greatest run."
    return f"{title}\n\n{table(['work', *heads], rows)}"


def _ratios(results: Results) -> str:
    others = [name for name in ORDER[1:] if any(name == one for _, f in results.works for one, _ in f)]
    pairs = [(name, workers) for name in others for workers in results.workers]
    pairs = [one for one in pairs if any(one in figures for _, figures in results.works)]
    heads = [*(f"times {name}, {_processes(workers)}" for name, workers in pairs), "ours computes"]
    rows = [
        [work.title, *(_ratio(figures, *pair) for pair in pairs), _computed(figures)]
        for work, figures in results.works
    ]
    title = "Ours by theirs, with as many processes: the median of the rounds' ratios."
    cpu = (
        "In brackets the same by processor time of the server, which a busy machine changes less; at the end "
        "that time for one piece of work of ours, with one process."
    )
    return f"{title} {cpu}\n\n{table(['work', *heads], rows)}"


def _holds(results: Results) -> str:
    rows = [
        [work.title, *(work.holds.get(name, NOTHING) for name in (OURS, ISSO, WALINE))]
        for work, _ in results.works
        if work.holds
    ]
    title = "What an answer holds: comments, and bytes of body over the wire (a browser's `Accept-Encoding`)."
    return f"{title}\n\n{table(['answer', OURS, ISSO, WALINE], rows)}"


def _memory(results: Results) -> str:
    rows = [
        [f"{name}, {_processes(workers)}", str(idle), str(most)]
        for (name, workers), (idle, most) in results.memory.items()
    ]
    title = "Memory of all processes together (RSS), and in brackets with what they share counted once (PSS)."
    return f"{title}\n\n{table(['', 'just started', 'most, under the mixed load'], rows)}" if rows else ""


def _flat(flat: Sequence[Flat]) -> str:
    rows = [
        [
            f"{one.title}: {one.sizes[0]:,} | {one.sizes[1]:,}",
            f"{one.cached[0]:,.0f} | {one.cached[1]:,.0f}",
            f"{one.cached[0] / one.cached[1]:.2f}",
            f"{one.uncached[0] * 1e6:,.0f} µs | {one.uncached[1] * 1e6:,.0f} µs",
            f"{one.uncached[1] / one.uncached[0]:.2f}",
        ]
        for one in flat
    ]
    title = (
        "Flat cost: the first page of a small and of a huge discussion, small | huge. Cached: answers a "
        "second over HTTP. Uncached: queries, tree and JSON in one process on the same file, past our cache."
    )
    heads = ["first page of", "cached, a second", "cost ×", "uncached, time", "cost ×"]
    return f"{title}\n\n{table(heads, rows)}" if rows else ""


def _imported(imported: Imported | None) -> str:
    if imported is None:
        return ""
    rows = [
        [
            f"imported, {database}",
            *_run(imported.posts, run),
            f"{run.longest_wait:.2f} s" if run.longest_wait else NOTHING,
            f"{run.terms_seconds:.1f} s",
        ]
        for database, run in imported.runs.items()
    ]
    title = (
        f"Import of a generated Disqus export of {imported.posts:,} posts, start and all. Posting: how long "
        "another process waited at most for SQLite's lock. PostgreSQL is the tests' own, which does not wait "
        "for the disk; its processor time is not in the figures, and slows them on as many cores. "
        "Search: until moderators find everything by its words, afterwards."
    )
    return f"{title}\n\n{table(['', 'posts/s', 'computes, a post', 'memory', 'posting', 'search'], rows)}"


def _run(posts: int, run: Run) -> list[str]:
    return [in_short(posts / run.seconds), f"{run.computed / posts * 1e6:,.0f} µs", str(run.memory)]


def _notes(results: Results) -> str:
    notes = [f"Not measured: {one}" for one in results.missing]
    for work, figures in results.works:
        for (name, workers), figure in figures.items():
            whose = f"{name}, {_processes(workers)}: {work.title}"
            if figure.strayed:
                notes.append(f"{whose}: **something else was measured**, by its last answer")
            if figure.refused or figure.lost:
                notes.append(f"{whose}: {figure.refused} refused, {figure.lost} without an answer")
    if any(figure.client_was_busy for _, figures in results.works for figure in figures.values()):
        notes.append("≥: the load client computed nearly all the time; the server may be faster than this.")
    return "\n".join(f"- {note}" for note in notes)


def _rate(figure: Figures | None) -> str:
    if figure is None:
        return NOTHING
    at_least = "≥ " if figure.client_was_busy else ""
    spread = f" ±{figure.spread:.0%}" if len(figure.rates) > 1 else ""
    return f"{at_least}{in_short(figure.median)}{spread}"


def _ratio(figures: Mapping[Who, Figures], name: str, workers: int) -> str:
    found = ratios(dict(figures), (OURS, workers), (name, workers))
    if not found:
        return NOTHING
    ours, theirs = figures[OURS, workers], figures[name, workers]
    by_cpu = theirs.cpu / ours.cpu if ours.cpu and theirs.cpu else None
    return f"**{in_short(statistics.median(found))}**" + (f" ({in_short(by_cpu)})" if by_cpu else "")


def _computed(figures: Mapping[Who, Figures]) -> str:
    ours = figures.get((OURS, 1))
    if ours is None:
        return NOTHING
    return f"{ours.cpu * 1e6:,.0f} µs" if ours.cpu else NOTHING


def _processes(count: int) -> str:
    return "1 process" if count == 1 else f"{count} processes"
