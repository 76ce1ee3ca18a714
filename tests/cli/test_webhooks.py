"""`comments webhook`, as typed in a shell, on both databases."""

import re
from dataclasses import replace

from tests.support.live import Installation
from tests.support.receiver import answering, receiver


def test_a_webhook_is_added_tried_listed_and_removed(here: Installation) -> None:
    here.run("site", "add", "blog", "--origin", "https://a.example")
    of_blog = ("--site", "blog")
    assert here.run("webhook", "list", *of_blog) == "blog has no webhooks.\n"
    with receiver() as server:
        added = here.run("webhook", "add", server.url, *of_blog, "--event", "comment.approved")
        found = re.fullmatch(r"Added webhook (\S{36}) to blog\. Its secret is whsec_\S{44}\n", added)
        assert found is not None, added
        assert "not called yet" in here.run("webhook", "list", *of_blog)

        refused = here.attempt("webhook", "test", found[1], *of_blog)
        assert (refused.returncode, "private address" in refused.stderr) == (1, True)

        allowed = replace(here, settings={"COMMENTS_WEBHOOK_NETWORKS": "127.0.0.1"})
        assert allowed.run("webhook", "test", found[1], *of_blog) == "It answered 200.\n"
        server.answers = [answering(500, "Broken")]
        broken = allowed.attempt("webhook", "test", found[1], *of_blog)
        assert (broken.returncode, broken.stderr) == (1, "It answered 500. Broken\n")

    listed = here.run("webhook", "list", *of_blog)
    assert "comment.approved" in listed
    answers = here.run("webhook", "answers", found[1], *of_blog)
    assert [word in answers for word in ("webhook.test", "500 Broken", "200 Done")] == [True] * 3
    message = re.findall(r"[0-9a-f-]{36}", answers)[0]
    assert here.run("webhook", "resend", found[1], message, *of_blog) == "1 message waits to be sent.\n"

    assert here.run("webhook", "remove", found[1], *of_blog) == f"Removed webhook {found[1]} from blog.\n"
    gone = here.attempt("webhook", "remove", found[1], *of_blog)
    assert (gone.returncode, gone.stderr) == (1, "There is no such webhook on this site.\n")
