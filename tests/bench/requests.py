"""Requests as they go over the wire, and the files that load clients read them from."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

HOST = "127.0.0.1"
ORIGIN = "https://blog.example"
NUMBER = "########"
"""Stands for eight digits that no other request has."""

BROWSER = {"Origin": ORIGIN, "Accept": "*/*", "Accept-Encoding": "gzip, deflate, br"}


def get(path: str, query: Sequence[tuple[str, str]] = (), headers: Mapping[str, str] | None = None) -> bytes:
    """Return a GET as a browser on a page of the site sends it."""
    target = f"{path}?{urlencode(query, safe='#')}" if query else path
    return _encoded(f"GET {target}", {**BROWSER, **(headers or {})}, b"")


def post(path: str, body: object, headers: Mapping[str, str] | None = None) -> bytes:
    """Return a POST of JSON."""
    content = json.dumps(body, ensure_ascii=False).encode()
    sent = {**BROWSER, "Content-Type": "application/json", "Content-Length": str(len(content))}
    return _encoded(f"POST {path}", {**sent, **(headers or {})}, content)


def numbered(request: bytes, number: int) -> bytes:
    return request.replace(NUMBER.encode(), b"%08d" % number)


def write_requests(file: Path, requests: Sequence[bytes]) -> Path:
    """Write requests for the load clients: the length in eight digits, then the request."""
    file.write_bytes(b"".join(b"%08d%b" % (len(one), one) for one in requests))
    return file


def read_requests(file: Path) -> list[bytes]:
    raw, found, at = file.read_bytes(), [], 0
    while at < len(raw):
        length = int(raw[at : at + 8])
        found.append(raw[at + 8 : at + 8 + length])
        at += 8 + length
    return found


def _encoded(line: str, headers: Mapping[str, str], content: bytes) -> bytes:
    lines = [f"{line} HTTP/1.1", f"Host: {HOST}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + content
