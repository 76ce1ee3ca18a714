"""The project's Python files as the house rules see them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "comments"
DISTRIBUTED = ("comments", "migrations", "tests", "embed", ".ci")


class Import(NamedTuple):
    file: Path
    line: int
    module: str
    """What is imported, with the name: `comments.clock.Clock` for `from comments.clock import Clock`."""

    @property
    def where(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line}"


class SourceFile(NamedTuple):
    """What the rules need to know of a file. Its syntax tree, of thousands of objects, is let go."""

    imports: tuple[Import, ...]
    function_lengths: tuple[tuple[str, int], ...]
    class_names: tuple[str, ...]
    documentation: str


def python_files(*folders: str) -> list[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "node_modules" not in path.parts)


def syntax_tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


@cache
def read_source(path: Path) -> SourceFile:
    tree = syntax_tree(path)
    imports: list[Import] = []
    lengths: list[tuple[str, int]] = []
    classes: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports += [Import(path, node.lineno, name.name) for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            source = _absolute_source(path, node)
            imports += [Import(path, node.lineno, f"{source}.{name.name}") for name in node.names]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            lengths.append((f"{path.relative_to(ROOT)}:{node.lineno}: {node.name}", length))
        elif isinstance(node, ast.ClassDef):
            classes.append(node.name)
    return SourceFile(tuple(imports), tuple(lengths), tuple(classes), ast.get_docstring(tree) or "")


def package_imports() -> Iterator[Import]:
    for path in python_files("comments"):
        yield from read_source(path).imports


def module_name(path: Path) -> str:
    """Return `comments.web.forms` for comments/web/forms.py, `comments.web` for its __init__.py."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def module_graph(folder: str) -> dict[str, set[str]]:
    """Return which module of `folder` imports which others, also inside functions and for types only."""
    modules = {module_name(path): path for path in python_files(folder)}
    graph: dict[str, set[str]] = {}
    for name, path in modules.items():
        used = set()
        for found in read_source(path).imports:
            module = found.module if found.module in modules else found.module.rpartition(".")[0]
            if module in modules and module != name:
                used.add(module)
        graph[name] = used
    return graph


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that lead back to themselves (Tarjan's strongly connected components)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        order[module] = lowest[module] = len(order)
        stack.append(module)
        for used in graph[module]:
            if used not in order:
                visit(used)
            if used in stack:
                lowest[module] = min(lowest[module], lowest[used])
        if lowest[module] == order[module]:
            group = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(group) > 1:
                found.append(sorted(group))

    for module in graph:
        if module not in order:
            visit(module)
    return found


def _absolute_source(path: Path, node: ast.ImportFrom) -> str:
    if node.level == 0:
        return node.module or ""
    parents = path.relative_to(ROOT).parts[: -node.level]
    return ".".join([*parents, node.module] if node.module else parents)
