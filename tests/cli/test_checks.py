"""`comments check`, as typed in a shell, on both databases."""

from dataclasses import replace

from tests.support.live import Installation
from tests.support.receiver import answering, receiver


def test_a_check_is_set_tried_listed_and_removed(here: Installation) -> None:
    here.run("site", "add", "blog", "--origin", "https://a.example")
    of_blog = ("--site", "blog")
    allowed = replace(here, settings={"COMMENTS_WEBHOOK_NETWORKS": "127.0.0.1"})
    with receiver() as server:
        server.answers = [answering(200, "valid")]
        url = f"http://127.0.0.1:{server.port}"
        set_up = here.run("check", "akismet", *of_blog, "--url", url, stdin="owners-key\n")
        assert set_up == f"From now on {url} is asked about comments on blog.\n"
        assert allowed.run("check", "test", "akismet", *of_blog) == "It knows the key.\n"
        assert b"key=owners-key" in server.requests[0].body

    assert "not asked yet" in here.run("check", "list", *of_blog)
    here.run("check", "remove", "akismet", *of_blog)
    gone = here.attempt("check", "test", "akismet", *of_blog)
    assert (gone.returncode, gone.stderr) == (1, "The site has no outside check of this kind.\n")
