"""The program that tries the classifier on a corpus: how it reads mails, and in which order."""

from pathlib import Path

from tests.bench.corpus import mails, report

SPAM = "Cheap replica watches shipped worldwide at a discount, order your bargain"
HAM = "The night train was late again and the guard gave us tea near Katowice"


def write(folder: Path, number: int, text: str, date: str, received: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    head = f"Received: by mx; {received}\n" if received else ""
    mail = f"{head}Date: {date}\nFrom: Ann <ann@mail.example>\nSubject: {number}\n\n{text} {number}\n"
    (folder / f"{number:05}.txt").write_text(mail)


def test_the_later_mails_are_guessed_by_what_the_earlier_ones_were(tmp_path: Path) -> None:
    for number in range(120):
        day = f"{number % 28 + 1} {'Jan' if number < 60 else 'Feb'} 2002 12:00:00 +0000"
        write(tmp_path / "spam-1", number, SPAM, day)
        write(tmp_path / "easy-ham-1", number, HAM, day)
    # Its sender says 2035; a server took it first of all.
    write(tmp_path / "spam-2", 1, "Out of order", "1 Mar 2035 00:00:00 +0000", "1 Jan 2001 00:00:00 +0000")
    write(tmp_path / "hard-ham-1", 1, "Of no day", "never")

    found, left_out = mails(tmp_path)
    printed = "\n".join(report(tmp_path, 0.5))

    assert (len(found), left_out) == (241, 1)
    assert (found[0].at.year, found[0].is_spam) == (2001, True)
    assert "| **0.95** | 60 of 60 | 100.00% | 0 of 61 | 0.00% | 100.00% |" in printed
