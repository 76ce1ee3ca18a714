"""Code blocks: which languages are highlighted, and how tokens become spans with the classes of `policy`."""

import re
import time
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from pygments.token import Comment, Generic, Keyword, Literal, Name, Operator, String, _TokenType

if TYPE_CHECKING:
    from pygments.lexer import Lexer

MAX_LENGTH = 5_000
MAX_SECONDS = 0.05

# Nobody reads such code, and nearly every slow expression of a lexer needs one or the other to be slow on.
UNUSUAL = re.compile(r"[^\n]{300}|\s{200}")

# Only by name, never guessed: guessing runs every lexer there is. A lexer's expressions can take long over a
# single match, which no deadline interrupts. These did not when thousands of repeated fragments were tried on
# each; those that choose further lexers by what they read (Markdown, HTTP) are left out.
LEXERS = {
    alias: lexer
    for lexer, aliases in {
        "bash": "console shell sh zsh",
        "c": "h",
        "clojure": "clj",
        "cmake": "",
        "cpp": "c++",
        "csharp": "cs c#",
        "css": "",
        "dart": "",
        "diff": "patch",
        "docker": "dockerfile",
        "elixir": "ex",
        "erlang": "erl",
        "fsharp": "f#",
        "go": "golang",
        "graphql": "",
        "haskell": "hs",
        "html": "",
        "ini": "",
        "java": "",
        "javascript": "js jsx",
        "json": "",
        "julia": "jl",
        "kotlin": "kt",
        "latex": "tex",
        "lua": "",
        "make": "makefile",
        "nginx": "",
        "ocaml": "ml",
        "perl": "pl",
        "php": "",
        "powershell": "ps1",
        "properties": "",
        "protobuf": "proto",
        "python": "py python3",
        "r": "",
        "ruby": "rb",
        "rust": "rs",
        "scala": "",
        "scss": "",
        "sql": "",
        "swift": "",
        "toml": "",
        "typescript": "ts tsx",
        "xml": "svg",
        "yaml": "yml",
        "zig": "",
    }.items()
    for alias in (lexer, *aliases.split())
}

CLASS_OF: dict[_TokenType, str] = {
    Comment: "c",
    Keyword: "k",
    Literal: "m",
    String: "s",
    Operator: "o",
    Operator.Word: "k",
    Name.Builtin: "nb",
    Name.Function: "nf",
    Name.Class: "nc",
    Name.Exception: "nc",
    Name.Tag: "nt",
    Name.Attribute: "na",
    Name.Variable: "nv",
    Name.Decorator: "nd",
    Generic.Inserted: "gi",
    Generic.Deleted: "gd",
    Generic.Heading: "gh",
    Generic.Subheading: "gh",
}


class OutOfTime(Exception):
    """A lexer has used up what the comment may take."""


class Highlighter:
    """Highlights the blocks of one comment, which share `MAX_SECONDS` of this thread's working time."""

    def __init__(self) -> None:
        self._seconds_left = MAX_SECONDS

    def block(self, code: str, language: str) -> str:
        """Return `code` as HTML, with a span for each coloured token if it may be highlighted."""
        lexer_name = LEXERS.get(language.lower())
        if lexer_name is None or len(code) > MAX_LENGTH or UNUSUAL.search(code):
            return escape(code)
        lexer = lexer_named(lexer_name)  # its first import is not the comment's fault
        started = time.thread_time()
        try:
            runs = coloured_runs(lexer, code, deadline=started + self._seconds_left)
        except OutOfTime:
            runs = [("", code)]
        self._seconds_left -= time.thread_time() - started
        return "".join(
            f'<span class="{css_class}">{escape(text)}</span>' if css_class else escape(text)
            for css_class, text in runs
        )


def coloured_runs(lexer: "Lexer", code: str, *, deadline: float) -> list[tuple[str, str]]:
    """Return class ("" for none) and text; neighbours of one class are one run.

    Raises OutOfTime when this thread has worked until `deadline`.
    """
    runs: list[tuple[str, str]] = []
    for _, kind, text in lexer.get_tokens_unprocessed(code):
        css_class = class_of(kind)
        if runs and css_class == runs[-1][0]:
            runs[-1] = (css_class, runs[-1][1] + text)
        else:
            runs.append((css_class, text))
        if time.thread_time() > deadline:
            raise OutOfTime
    return runs


@lru_cache(maxsize=1024)
def class_of(kind: _TokenType) -> str:
    for ancestor in reversed(kind.split()):
        if ancestor in CLASS_OF:
            return CLASS_OF[ancestor]
    return ""


@lru_cache(maxsize=len(LEXERS))
def lexer_named(name: str) -> "Lexer":
    # Imported with the first block of code: it is the largest part of the text's packages.
    from pygments.lexers import get_lexer_by_name

    return get_lexer_by_name(name, stripnl=False, ensurenl=False, startinline=True)
