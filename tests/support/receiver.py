"""A real little HTTP server on this machine: keeps what it is sent, and answers, hangs or rambles as told."""

import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nDone"
HANG = b""
ENDLESS = b"HTTP/1.1 200 OK\r\n\r\n"
"""Sent, and then more and more of nothing in particular."""


def answering(status: int, text: str = "", header: str = "") -> bytes:
    body = text.encode()
    more = f"{header}\r\n" if header else ""
    return f"HTTP/1.1 {status} So\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode() + body


@dataclass
class Request:
    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Where it listens, what came, and what it answers: one after another, the last of them for ever."""

    port: int
    answers: list[bytes] = field(default_factory=lambda: [OK])
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?of=blog"

    def serve(self, connection: socket.socket) -> None:
        self.connections += 1
        with suppress(OSError), connection.makefile("rb") as stream:
            line = stream.readline().decode()
            headers = {}
            while (read := stream.readline().decode().strip()) != "":
                name, _, value = read.partition(": ")
                headers[name.lower()] = value
            self.requests.append(Request(line.strip(), headers, stream.read(int(headers["content-length"]))))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if answer is HANG:
                self.ended.wait()
            connection.sendall(answer)
            while answer is ENDLESS:
                connection.sendall(b"x" * 4_096)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def receiver(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run one until the block ends."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            if tls is None:
                made.serve(self.request)
                return
            with suppress(OSError), tls.wrap_socket(self.request, server_side=True) as secured:
                made.serve(secured)

    server = _Server(("127.0.0.1", 0), Handler)
    made = Receiver(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield made
    finally:
        made.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
