"""`comments ban`, as typed in a shell, on both databases."""

import re

from tests.support.live import Installation


def test_somebody_is_banned_listed_and_let_in_again(fresh: Installation) -> None:
    fresh.run("site", "add", "blog", "--origin", "https://a.example")
    fresh.run("moderator", "add", "ana@mail.example", "--site", "blog")
    by = ("--site", "blog", "--by", "ana@mail.example")

    banned = fresh.run("ban", "add", "domain", "@Spam.example", *by, "--remove")
    fresh.run("ban", "add", "network", "203.0.113.0/24", *by, "--silent", "--days", "7")
    listed = fresh.run("ban", "list", "--site", "blog")
    found = re.fullmatch(r"Banned spam\.example from blog: (\S+)\. Removed 0 comments\.\n", banned)
    assert found is not None

    assert re.search(r"domain +spam\.example +refuse +for good", listed)
    assert re.search(r"network +a network +silent +until \d{4}-", listed)
    assert fresh.run("ban", "lift", found[1], "--site", "blog") == "spam.example may comment on blog again.\n"
    refused = fresh.attempt("ban", "lift", found[1], "--site", "blog")
    # The log has its opening, two bans, and the lifting.
    again = fresh.run("ban", "restore", "4", "--site", "blog")
    assert again == "spam.example is banned from blog again.\n"
    assert (refused.returncode, "lifted already" in refused.stderr) == (1, True)
    assert fresh.attempt("ban", "add", "network", "203.0.0.0/16", *by).returncode == 1
