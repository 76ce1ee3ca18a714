"""How large files, functions and folders get, how things are called, and what is not left behind."""

import re
from collections import Counter
from pathlib import Path

from tests.house.source import DISTRIBUTED, ROOT, python_files, read_source

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
MOST_FILES = 15


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in python_files(*DISTRIBUTED)}

    assert {
        str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > LONGEST_FILE
    } == {}


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = [
        f"{where} has {length} lines"
        for path in python_files(*DISTRIBUTED)
        for where, length in read_source(path).function_lengths
        if length > LONGEST_FUNCTION
    ]

    assert too_long == []


def test_every_module_says_in_one_sentence_what_belongs_in_it() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in python_files("comments", ".ci", "tests")
        if path.read_text().strip() and not first_paragraph(path)
    ]

    assert silent == []


def first_paragraph(path: Path) -> str:
    return read_source(path).documentation.split("\n\n")[0]


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
    left = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in python_files(*DISTRIBUTED)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if marks.search(line)
    ]

    assert left == []


def test_no_folder_holds_more_files_than_a_reader_takes_in() -> None:
    held = Counter(path.parent for path in python_files("comments") if path.name != "__init__.py")
    crowded = {str(folder.relative_to(ROOT)): files for folder, files in held.items() if files > MOST_FILES}

    assert crowded == {}


def test_a_class_name_means_one_thing_in_the_whole_package() -> None:
    defined: dict[str, list[str]] = {}
    for path in python_files("comments"):
        for name in read_source(path).class_names:
            defined.setdefault(name, []).append(str(path.relative_to(ROOT)))

    assert {name: files for name, files in defined.items() if len(files) > 1} == {}
