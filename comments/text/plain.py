"""Names, titles, websites and e-mail addresses: text without markup, cleaned for showing and for comparing.

None of it is HTML. Whoever shows it escapes it.
"""

import re
import unicodedata
from urllib.parse import quote

from comments.sites.urls.addresses import AddressFault, ascii_host, parse_web_address
from comments.text.errors import EmailInvalid, NameInvalid, WebsiteInvalid
from comments.text.lookalikes import LIKE_ANOTHER, LOOKALIKES

MAX_NAME_LENGTH = 80
MAX_NAME_BYTES = 320
MAX_TITLE_LENGTH = 300
MAX_WEBSITE_LENGTH = 500
MAX_EMAIL_LENGTH = 254

SPACE = re.compile(r"\s+")

# Controls, what is not a character, what hides or fills (soft hyphen, zero width, Hangul fillers, tags), and
# what turns the direction of the text around it (U+061C, U+200E/F, U+202A–E, U+2066–9).
NOT_FOR_READING = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e"
    "\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ud800-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffc"
    "\ufffe\uffff\U0001d173-\U0001d17a\U000e0000-\U0010ffff]+|(?<=\\w)\ufe0f"
)

# Persian and the scripts of India spell with joiners, and U+200D glues families of emoji.
JOINED_SCRIPTS = "\u0600-\u08ff\u0900-\u109f\u1780-\u18aa\ua840-\ua8ff\ufb50-\ufdcf\ufe70-\ufefc"
EMOJI = "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
JOINERS = re.compile(
    f"(?<=[{JOINED_SCRIPTS}])([\u200c\u200d])[\u200c\u200d]*(?=[{JOINED_SCRIPTS}])"
    f"|(?<=[{EMOJI}])(\u200d)[\u200c\u200d]*(?=[{EMOJI}])"
    "|[\u200c\u200d]+"
)

ACCENTS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
ACCENT = re.compile(f"[{ACCENTS}]")
# Three are more than any language stacks; dozens climb over the lines above.
LEADING = re.compile(f"\\A[ {ACCENTS}]+")
STACKED_ACCENTS = re.compile(f"([{ACCENTS}]{{3}})[{ACCENTS}]+")

LOCAL_PART = re.compile(r"[^@\s\x00-\x1f\x7f<>()\[\],;:\\\"]{1,64}")
BARE_HOST = re.compile(r"[^\s/?#@:.\\]+(?:\.[^\s/?#@:.\\]+)+(?::[0-9]+)?(?:[/?#]|\Z)")


def clean_name(name: str) -> str:
    """Return a commenter's name on one line, without what cannot be seen. Raises NameInvalid."""
    cleaned = readable_line(name)
    if not any(unicodedata.category(char)[0] in "LNPS" for char in cleaned):
        raise name_invalid("Please give a name.")
    over = len(cleaned) - MAX_NAME_LENGTH
    if over > 0:
        detail = f"Please shorten the name by {over} character{'s' if over > 1 else ''}."
        raise name_invalid(detail, over=over)
    if len(cleaned.encode()) > MAX_NAME_BYTES:
        raise name_invalid("Please give a shorter name.")
    return cleaned


def clean_title(title: str) -> str:
    """Return a page's title on one line, cut to 300 characters; "" if there is nothing to read in it."""
    cleaned = readable_line(title)
    return cleaned if len(cleaned) <= MAX_TITLE_LENGTH else cleaned[: MAX_TITLE_LENGTH - 1].rstrip() + "…"


def clean_email(email: str) -> str:
    """Return the address without blanks around it, its host in lower case; "" if none was given.

    Raises EmailInvalid if it does not have the shape of one; whether somebody reads it is not known.
    """
    email = email.strip()
    if not email:
        return ""
    local, _, host = email.rpartition("@")
    try:
        cleaned = f"{local}@{ascii_host(host)}"
    except AddressFault:
        cleaned = ""
    if not LOCAL_PART.fullmatch(local) or "." not in cleaned or len(cleaned) > MAX_EMAIL_LENGTH:
        detail = "This does not look like an e-mail address."
        raise EmailInvalid(detail, errors={"author.email": detail})
    return cleaned


def clean_website(website: str) -> str:
    """Return an http(s) address in ASCII, safe in an attribute; "" if none was given.

    `example.org` is taken for `https://example.org`. Raises WebsiteInvalid.
    """
    website = website.strip()
    if not website:
        return ""
    cleaned = web_address(f"https://{website}" if BARE_HOST.match(website) else website)
    if not cleaned or len(cleaned) > MAX_WEBSITE_LENGTH:
        detail = "Please give an address that starts with https:// or leave this empty."
        raise WebsiteInvalid(detail, errors={"author.website": detail})
    return cleaned


def fold(text: str) -> str:
    """Return `text` as it is compared when case and width do not matter (NFKC and case folding).

    Source: Unicode, section 3.13, compatibility caseless matching (D146).
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", decomposed.casefold()))


def skeleton(name: str) -> str:
    """Return what a name looks like at a glance: names with one skeleton can be taken for each other.

    Accents, blanks, signs and invisible characters do not count, letters of other scripts count as the Latin
    ones they look like. Numbers that only stand for letters (m4ria) are left: they do not look like them.

    Source: UTS #39, section 4, with the data in `lookalikes`.
    """
    seen = name.translate(ASCII_LOOKS) if name.isascii() else _looks(name)
    return seen or fold(name)


def _looks(name: str) -> str:
    letters = ACCENT.sub("", unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name)))
    folded = unicodedata.normalize("NFD", letters.translate(LOOKALIKES).casefold()).translate(LOOKALIKES)
    seen = folded.translate(LIKE_ANOTHER)
    return "".join(char for char in seen if unicodedata.category(char)[0] in "LNM")


# Most words of most posts are ASCII, where nothing that stands beside a character changes how it looks.
ASCII_LOOKS = {code: _looks(chr(code)) for code in range(0x80)}


def skeletons(name: str) -> frozenset[str]:
    """Return the skeletons of a name that nobody else may take.

    Some letters look like different ones in their two cases: Ν like N, ν like v.
    """
    return frozenset(skeleton(variant) for variant in (name, name.upper(), name.lower(), name.title()))


def readable_line(text: str) -> str:
    """Return `text` on one line, composed (NFC), without controls, direction marks and stray joiners."""
    if text.isascii():
        line = " ".join(text.split())
        if line.isprintable():
            return line
    text = NOT_FOR_READING.sub("", text)
    if text.isascii():
        return " ".join(text.split())
    text = JOINERS.sub(lambda match: match[1] or match[2] or "", text)
    text = STACKED_ACCENTS.sub(r"\1", unicodedata.normalize("NFC", SPACE.sub(" ", text)))
    return unicodedata.normalize("NFC", LEADING.sub("", text)).rstrip()


def web_address(url: str) -> str:
    """Return an http(s) address with all that could end an attribute percent-encoded; "" if it is none."""
    if SPACE.search(url) or NOT_FOR_READING.search(url):
        return ""
    try:
        address = parse_web_address(url)
    except AddressFault:
        return ""
    if "." not in address.host:
        return ""
    path, query, fragment = (
        quote(part, safe="/%:@!$&()*+,;=~?-._") for part in (address.path, address.query, address.fragment)
    )
    return f"{address.origin}{path}{'?' + query if query else ''}{'#' + fragment if fragment else ''}"


def name_invalid(detail: str, **facts: int) -> NameInvalid:
    return NameInvalid(detail, errors={"author.name": detail}, **facts)
