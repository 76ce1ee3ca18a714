"""The house rules that a program can check: which way imports go, who may commit, how long things get."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "comments"
# From the roof to the ground; who stands in a row may use that row and those below.
ROWS = (
    {"app", "backstage", "cli", "schema", "demo", "upkeep", "retention", "freshness", "deliveries"},
    {"owner"},
    {"importers", "exporters", "privacy"},
    {"moderation", "feeds", "live", "notifications", "outside"},
    {"threads"},
    {"learning", "policy"},
    {"identity", "rules", "text"},
    {"sites"},
    {"events", "limits", "siblings", "storage", "web"},
    {"errors", "config", "clock", "ids", "keys"},
)
HEIGHT = {room: -row for row, rooms in enumerate(ROWS) for room in rooms}
# Inside a room: the edge uses actions and queries, these use models and errors, never the other way round.
FLOORS = {"routes": 2, "pages": 2, "actions": 1, "queries": 1, "models": 0, "errors": 0}
SERVES_HTTP = {"app", "cli", "web", "demo"}
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
DISTRIBUTED = ("comments", "migrations", "tests", "embed", ".ci")


class Import(NamedTuple):
    file: Path
    line: int
    module: str

    @property
    def where(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line}"


def python_files(*folders: str) -> list[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "node_modules" not in path.parts)


class Read(NamedTuple):
    """What the rules need to know of a file; the tree itself, of thousands of objects, is let go."""

    imports: tuple[Import, ...]
    too_long: tuple[str, ...]
    documentation: str


@cache
def read(path: Path) -> Read:
    tree = syntax_tree(path)
    found: list[Import] = []
    too_long: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [Import(path, node.lineno, name.name) for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            source = absolute_source(path, node)
            found += [Import(path, node.lineno, f"{source}.{name.name}") for name in node.names]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                too_long.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} has {length} lines")
    return Read(tuple(found), tuple(too_long), ast.get_docstring(tree) or "")


def syntax_tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def absolute_source(path: Path, node: ast.ImportFrom) -> str:
    if node.level == 0:
        return node.module or ""
    parents = path.relative_to(ROOT).parts[: -node.level]
    return ".".join([*parents, node.module] if node.module else parents)


def package_imports() -> Iterator[Import]:
    for path in python_files("comments"):
        yield from read(path).imports


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def part_of(path: Path) -> str:
    """Return the part of its room that a file belongs to.

    That is "actions" for threads/actions/posting.py, and "routes" for threads/writing_routes.py.
    """
    inside = path.relative_to(PACKAGE).parts[1:]
    return inside[0].removesuffix(".py").rpartition("_")[2] if inside else ""


def room_used(module: str) -> str | None:
    """Return the room that `module` is in, or None if it is not ours or is the package itself."""
    parts = module.split(".")
    if parts[0] != "comments" or len(parts) == 1 or parts[1] == "__version__":
        return None
    return parts[1]


def test_every_room_has_its_place_in_the_house() -> None:
    rooms = {room_of(path) for path in python_files("comments")} - {"__init__", "__main__"}

    assert rooms <= HEIGHT.keys(), "give the new room its row in ROWS"


def test_imports_go_downwards() -> None:
    upwards = [
        f"{found.where}: {room_of(found.file)} imports {used}"
        for found in package_imports()
        if (used := room_used(found.module))
        and room_of(found.file) in HEIGHT
        and HEIGHT.get(used, 0) > HEIGHT[room_of(found.file)]
    ]

    assert upwards == []


def test_rooms_of_one_row_do_not_import_each_other_in_a_circle() -> None:
    uses: dict[str, set[str]] = {}
    for found in package_imports():
        used, user = room_used(found.module), room_of(found.file)
        if used and used != user:
            uses.setdefault(user, set()).add(used)

    circles = [room for room in uses if room in everything_used_by(room, uses)]

    assert circles == []


def everything_used_by(room: str, uses: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = set(uses.get(room, ()))
    while waiting:
        found |= waiting
        waiting = {further for used in waiting for further in uses.get(used, ())} - found
    return found


def test_inside_a_room_the_edge_uses_the_core_and_not_the_other_way_round() -> None:
    upwards = []
    for found in package_imports():
        part = part_of(found.file)
        floor = FLOORS.get(part)
        used = found.module.split(".")
        if floor is None or used[:2] != ["comments", room_of(found.file)] or len(used) < 3:
            continue
        if FLOORS.get(used[2].rpartition("_")[2], 0) > floor:
            upwards.append(f"{found.where}: {part} imports {used[2]}")

    assert upwards == []


def test_only_the_edge_knows_starlette() -> None:
    elsewhere = [
        found.where
        for found in package_imports()
        if found.module.split(".")[0] in {"starlette", "uvicorn"}
        and room_of(found.file) not in SERVES_HTTP
        and part_of(found.file) not in {"routes", "pages"}
    ]

    assert elsewhere == []


def test_routes_are_made_where_they_must_say_what_they_need() -> None:
    elsewhere = [
        found.where
        for found in package_imports()
        if found.module in {"starlette.routing.Route", "starlette.routing.Mount"}
        and found.file != PACKAGE / "web" / "needs.py"
    ]

    assert elsewhere == []


@pytest.mark.parametrize(
    ("library", "room"),
    [
        ("bleach", "text"),
        ("markdown_it", "text"),
        ("sqlite3", "storage"),
        ("psycopg", "storage"),
        ("redis", "siblings"),
    ],
)
def test_a_library_that_may_be_exchanged_is_known_to_one_room(library: str, room: str) -> None:
    elsewhere = [
        found.where
        for found in package_imports()
        if found.module.split(".")[0] == library and room_of(found.file) != room
    ]

    assert elsewhere == []


def test_only_storage_ends_a_transaction() -> None:
    elsewhere = [
        f"{path.relative_to(ROOT)}:{node.lineno}: .{node.func.attr}()"
        for path in python_files("comments")
        if room_of(path) != "storage"
        for node in ast.walk(syntax_tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "rollback"}
    ]

    assert elsewhere == []


def test_a_migration_imports_nothing_from_the_package() -> None:
    found = [
        found.where
        for path in python_files("migrations/versions")
        for found in read(path).imports
        if found.module.split(".")[0] == "comments"
    ]

    assert found == []


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in python_files(*DISTRIBUTED)}

    assert {
        str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > LONGEST_FILE
    } == {}


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = [said for path in python_files(*DISTRIBUTED) for said in read(path).too_long]

    assert too_long == []


def test_every_module_says_in_one_sentence_what_belongs_in_it() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in python_files("comments", ".ci", "tests")
        if not first_sentence(path)
    ]

    assert silent == []


def first_sentence(path: Path) -> str:
    if not path.read_text().strip():
        return "an empty file says enough"
    documentation = read(path).documentation
    return documentation.split("\n\n")[0]


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
    left = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in python_files(*DISTRIBUTED)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if marks.search(line)
    ]

    assert left == []
