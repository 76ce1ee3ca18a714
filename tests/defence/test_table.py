"""docs/explanation/defence.md tells of every attack."""

import re
from pathlib import Path

HERE = Path(__file__).parent
ATTACKS = ("test_newcomers.py", "test_farm.py", "test_trusted.py")


def test_every_attack_stands_in_the_table() -> None:
    table = (HERE.parent.parent / "docs" / "explanation" / "defence.md").read_text()
    scripts = "\n".join((HERE / name).read_text() for name in ATTACKS)

    attacks = re.findall(r"^def (test_\w+)", scripts, flags=re.MULTILINE)

    assert attacks == re.findall(r"^\| `(test_\w+)`", table, flags=re.MULTILINE)
