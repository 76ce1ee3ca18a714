"""Imports go one way: down the rows of rooms, and inside a room from the edge to the models."""

import ast
from pathlib import Path

import pytest

from tests.house.source import (
    PACKAGE,
    ROOT,
    circles,
    module_graph,
    module_name,
    package_imports,
    python_files,
    read_source,
    syntax_tree,
)

# From the roof to the ground; who stands in a row may use that row and those below.
ROWS = (
    {"asgi", "cli", "demo", "__main__"},
    {"server"},
    {"app", "background", "installation", "schema"},
    {"owner"},
    {"importers", "exporters", "privacy"},
    {"moderation", "feeds", "live", "notifications", "outside"},
    {"threads"},
    {"classifier", "policy"},
    {"identity", "rules", "text"},
    {"sites"},
    {"outbox", "limits", "broadcast", "storage", "web"},
    {"errors", "config", "clock", "ids", "keys"},
)
HEIGHT = {room: -row for row, rooms in enumerate(ROWS) for room in rooms}
EDGE, CORE, BASE = 2, 1, 0
FLOORS = {"routes": EDGE, "pages": EDGE, "api": EDGE, "models": BASE, "errors": BASE, "events": BASE}
SERVES_HTTP = {"app", "asgi", "background", "cli", "demo", "server", "web"}


def room_of(module: str) -> str | None:
    """Return the room that a module is in; None for the package itself and for what is not ours."""
    parts = module.split(".")
    return parts[1] if parts[0] == "comments" and len(parts) > 1 and parts[1] != "__version__" else None


def floor_of(module: str) -> int:
    """Return the floor of a module in its room: the edge, the base, or all that is between them.

    A folder or the end of a name says it: `identity.pages.account` and `threads.writing_routes` are the edge.
    """
    said = [part.rpartition("_")[2] for part in module.split(".")[2:]]
    if any(FLOORS.get(word) == EDGE for word in said):
        return EDGE
    return FLOORS.get(said[-1], CORE) if said else CORE


def test_every_room_has_its_place_in_the_house() -> None:
    rooms = {room_of(module_name(path)) for path in python_files("comments")} - {None}

    assert rooms == HEIGHT.keys(), "ROWS must name each room, and no other"


def test_imports_go_downwards() -> None:
    upwards = [
        f"{found.where}: {room} imports {used}"
        for found in package_imports()
        if (used := room_of(found.module)) and (room := room_of(module_name(found.file)))
        if HEIGHT[used] > HEIGHT[room]
    ]

    assert upwards == []


def test_rooms_do_not_import_each_other_in_a_circle() -> None:
    rooms: dict[str, set[str]] = {room: set() for room in HEIGHT}
    for found in package_imports():
        used, user = room_of(found.module), room_of(module_name(found.file))
        if used and user and used != user:
            rooms[user].add(used)

    assert circles(rooms) == []


def test_files_do_not_import_each_other_in_a_circle() -> None:
    assert circles(module_graph("comments")) == []


def test_inside_a_room_the_edge_uses_the_core_and_the_core_the_models() -> None:
    upwards = [
        f"{user} imports {used}"
        for user, uses in module_graph("comments").items()
        for used in uses
        if room_of(user) == room_of(used) and used.count(".") > 1
        if floor_of(user) < floor_of(used) == EDGE or (floor_of(user) == BASE and is_statement(used))
    ]

    assert upwards == []


def is_statement(module: str) -> bool:
    """Return whether a module holds actions or queries, which models know nothing of."""
    return any(part.rpartition("_")[2] in {"actions", "queries"} for part in module.split(".")[2:])


def test_circles_are_found() -> None:
    graph: dict[str, set[str]] = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": set()}

    assert circles(graph) == [["a", "b", "c"]]


def test_only_the_edge_knows_starlette() -> None:
    elsewhere = [
        found.where
        for found in package_imports()
        if found.module.split(".")[0] in {"starlette", "uvicorn"}
        and room_of(module_name(found.file)) not in SERVES_HTTP
        and floor_of(module_name(found.file)) != EDGE
    ]

    assert elsewhere == []


def test_routes_are_made_where_they_must_say_what_they_need() -> None:
    elsewhere = [
        found.where
        for found in package_imports()
        if found.module in {"starlette.routing.Route", "starlette.routing.Mount"}
        and found.file != PACKAGE / "web" / "access.py"
    ]

    assert elsewhere == []


@pytest.mark.parametrize(
    ("library", "room"),
    [
        ("bleach", "text"),
        ("markdown_it", "text"),
        ("sqlite3", "storage"),
        ("psycopg", "storage"),
        ("redis", "broadcast"),
    ],
)
def test_a_library_that_may_be_exchanged_is_known_to_one_room(library: str, room: str) -> None:
    elsewhere = [
        found.where
        for found in package_imports()
        if found.module.split(".")[0] == library and room_of(module_name(found.file)) != room
    ]

    assert elsewhere == []


def test_only_storage_ends_a_transaction() -> None:
    elsewhere = [
        f"{path.relative_to(ROOT)}:{node.lineno}: .{node.func.attr}()"
        for path in python_files("comments")
        if room_of(module_name(path)) != "storage"
        for node in ast.walk(syntax_tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "rollback"}
    ]

    assert elsewhere == []


def test_a_migration_imports_nothing_from_the_package() -> None:
    found = [
        used.where
        for path in python_files("migrations/versions")
        for used in read_source(Path(path)).imports
        if used.module.split(".")[0] == "comments"
    ]

    assert found == []
