"""A page moves to another address: its discussion goes along, and is found by the old one still."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from comments.storage import announce, insert_ignoring
from comments.threads.actions.settings import show_anew, write_thread
from comments.threads.addresses.page_keys import PageKeys, key_hash
from comments.threads.addresses.urls import page_path
from comments.threads.errors import UrlTaken
from comments.threads.events import ThreadOpened
from comments.threads.models import ThreadKey
from comments.threads.queries.find_threads import thread_by_keys


def rename_thread(session: Session, thread: Row[Any], page: PageKeys, *, at: datetime) -> bool:
    """Give a thread whose row this write holds the URL of `page`; return whether it had another.

    Raises UrlTaken, which names the thread that the URL leads to.
    """
    key, shown = page.url_key, page.url
    if key is None or shown is None or shown == thread.url:
        return False
    row = {
        "site_id": thread.site_id,
        "key_hash": key_hash("url", key),
        "kind": "url",
        "key": key,
        "thread_id": thread.id,
        "created_at": at,
    }
    # First the key, then whose it is: somebody may just have opened a thread there.
    insert_ignoring(session, ThreadKey, [row])
    there = thread_by_keys(session, thread.site_id, PageKeys(None, url_key=key))
    if there is not None and there.id != thread.id:
        raise UrlTaken(
            f"There is another discussion on {shown}. Merge the two instead.", thread=str(there.id)
        )
    write_thread(session, thread.id, {"url": shown, "page_path": page_path(shown)})
    show_anew(session, thread.id, at)
    # What was kept for the new address said that nobody has written there.
    announce(session, ThreadOpened(thread.site_id, thread.id))
    return True
