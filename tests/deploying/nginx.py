"""A real nginx with the configuration of docs/examples/deploy/nginx, in front of a real service."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx

from tests.support.debian import debian_program
from tests.support.mail_server import certificate
from tests.support.ports import free_port

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "deploy"
AROUND = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/conf.d/*.conf;
}}
"""
"""What Debian's own nginx.conf is on a system: it is not of the example."""


START_SECONDS = 20.0


@contextmanager
def nginx(folder: Path, service_port: int) -> Iterator[int]:
    """Run nginx with the example's files, and give the port on which it speaks TLS."""
    port = free_port()
    folder.mkdir()
    _, pem = certificate(folder)
    places = {
        "127.0.0.1:8080": f"127.0.0.1:{service_port}",
        "/var/cache/nginx/comments": f"{folder}/cache",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen [::]:80;": "",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "listen [::]:443 ssl http2;": "",
        "/etc/letsencrypt/live/talk.example/fullchain.pem": str(pem),
        "/etc/letsencrypt/live/talk.example/privkey.pem": str(pem),
        "/etc/letsencrypt/live/blog.example/fullchain.pem": str(pem),
        "/etc/letsencrypt/live/blog.example/privkey.pem": str(pem),
    }
    for file in sorted((EXAMPLES / "nginx").glob("*.conf")):
        into = folder / ("snippets" if file.name.startswith("comments-") else "conf.d") / file.name
        into.parent.mkdir(exist_ok=True)
        text = file.read_text()
        for ours, here in places.items():
            text = text.replace(ours, here)
        into.write_text(text)
    # Root's workers would be another account's, which cannot look into a test's folder.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
    log = folder / "error.log"
    program = debian_program("nginx", "nginx")
    command: list[str | Path] = [program.path, "-p", folder, "-c", folder / "nginx.conf", "-e", log]
    running = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=program.environment())
    try:
        wait_until_listening(port, running, log)
        yield port
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait()
        shutil.rmtree(folder / "cache", ignore_errors=True)


def wait_until_listening(port: int, running: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_listened_on(port):
        if running.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"nginx did not start:\n{log.read_text()}")
        time.sleep(0.02)


def is_listened_on(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def reader(port: int, host: str, address: str = "127.0.0.2", *, http2: bool = True) -> httpx.Client:
    """Return a client that asks nginx for `host`, coming from another address than nginx itself."""
    transport = httpx.HTTPTransport(verify=False, http2=http2, local_address=address)
    return httpx.Client(
        transport=transport, base_url=f"https://127.0.0.1:{port}", headers={"host": host}, timeout=20
    )
