"""`comments imports`: what owners asked for, worked on by `comments worker`, listed and stopped."""

import asyncio
from uuid import UUID

from comments.clock import SystemClock
from comments.ids import new_id
from comments.importers.jobs.actions import add_job
from comments.importers.jobs.uploads import new_upload
from comments.sites.queries import site_by_name
from comments.storage import open_database
from tests.importers.exports import disqus, post, thread
from tests.support.live import Installation


def test_imports_are_worked_on_listed_started_and_stopped(here: Installation) -> None:
    here.run("site", "add", "blog", "--origin", "https://blog.example")
    assert here.run("imports", "list").startswith("Nobody has asked")
    job = asyncio.run(send(here))

    assert "reading" in here.run("imports", "list")
    assert here.run("worker", "--once").endswith("Imports: 1.\n")
    assert f"{job}  blog  export.xml  tried" in here.run("imports", "list")
    started = here.run("imports", "start", str(job), "--site", "blog")
    assert started.startswith("It is imported in the background")
    refused = here.attempt("imports", "start", str(job), "--site", "blog")
    assert (refused.returncode, refused.stderr.startswith("Traceback")) == (1, False)
    assert here.run("imports", "stop", str(job), "--site", "blog") == "It is stopped.\n"
    assert list((here.data_folder / "imports").iterdir()) == []
    again = here.attempt("imports", "stop", str(job), "--site", "blog")
    assert (again.returncode, again.stderr) == (1, "This import has come to its end already.\n")


async def send(here: Installation) -> UUID:
    job = new_id(SystemClock().now())
    new_upload(here.data_folder, job).write_text(disqus(thread(1), post(1)))
    db = await open_database(str(here.database_url))
    try:
        site = await db.read(site_by_name, "blog")
        file = {"file_name": "export.xml", "size": 1, "format_name": "auto"}
        await db.write(add_job, site.id, job, at=SystemClock().now(), **file)  # type: ignore[arg-type]
    finally:
        await db.close()
    return job
