"""Akismet's API, and that of whoever speaks as it does: which fields say what of a comment. Pure.

Source: https://akismet.com/developers/detailed-docs/ (comment-check, submit-spam, submit-ham, and the
verification of keys).
"""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from comments.keys import Keyring
from comments.outside.external_checks.questions import Question
from comments.sites.models import OutsideCheck

CHECK = "comment-check"
VERIFY = "verify-key"
SUBMIT = {"ham": "submit-ham", "spam": "submit-spam"}

HEADERS = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


def address_of(check: OutsideCheck, call: str) -> str:
    """Return where a call goes."""
    return f"{check.url}/1.1/{call}"


def form(fields: Mapping[str, str]) -> bytes:
    return urlencode(fields).encode("ascii")


def fields_of(question: Question, check: OutsideCheck, keys: Keyring) -> dict[str, str]:
    """Return what Akismet is told of a comment, without the owner's key."""
    comment, page = question.comment, question.thread
    fields = {
        "blog": home_of(page.url),
        "blog_lang": question.language,
        "blog_charset": "UTF-8",
        "user_ip": stand_in(question, check, keys),
        "permalink": page.url,
        "comment_type": "comment",
        "comment_author": comment.author_name,
        "comment_content": question.text.source,
        "comment_date_gmt": comment.created_at.isoformat(timespec="seconds"),
    }
    if comment.author_website:
        fields["comment_author_url"] = comment.author_website
    if check.sends_email and question.email:
        fields["comment_author_email"] = question.email
    if question.changed_at is not None:
        fields["recheck_reason"] = "edit"
    return fields


def home_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def stand_in(question: Question, check: OutsideCheck, keys: Keyring) -> str:
    """Return an address that stands for the author's, which is kept nowhere and which Akismet asks for.

    It lies where nobody's addresses lie (RFC 4193), and is the same for all that comes from one address to
    this site, for as long as its keyed hash is kept.
    """
    sender = question.comment.address_key or question.comment.author_id.bytes
    return str(ipaddress.IPv6Address(b"\xfd" + keys.mac("stand-in", check.id.bytes + sender, size=15)))
