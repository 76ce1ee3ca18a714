"""WordPress: Debian's, on PHP's own web server, with a MariaDB that lives as long as the trial."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx2 as httpx

from tests.guides.building import SITES, Guide, NotHere, lay_out, run, system_program
from tests.guides.workshop import Workshop

PACKAGES = ["wordpress", "wordpress-theme-twentytwentythree", "wordpress-theme-twentytwentyone"]
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class WordPress(Guide):
    """The same guide with one theme: those of blocks show comments in another way than classic ones."""

    theme: str = ""

    def follow(self, workshop: Workshop) -> None:
        programs = system_program("mariadbd", "mariadb-server"), system_program("php", "php-cli", "php-mysql")
        workshop.write_first(self.name)
        www = self.unpacked()
        words = {
            "https://talk.example": workshop.host,
            "https://blog.example": workshop.origin(self.name),
            "@@THEME@@": self.theme,
        }
        sockets = Path(workshop.closing.enter_context(tempfile.TemporaryDirectory()))
        lay_out(SITES / "wordpress", www, self.lines(), {**words, "@@SOCKET@@": str(sockets / "sock")})
        workshop.closing.enter_context(database(programs[0], sockets))
        run(www, programs[1], "install.php")
        workshop.closing.enter_context(web_server(programs[1], www, workshop.origin(self.name)))

    def unpacked(self) -> Path:
        """Return a folder with WordPress as Debian's packages have it."""
        www = self.folder / "www"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        try:
            run(self.folder, "apt-get", "download", "--quiet", *PACKAGES)
        except (AssertionError, OSError) as fault:
            raise NotHere("Debian's packages of WordPress cannot be fetched here") from fault
        for package in self.folder.glob("*.deb"):
            run(self.folder, "dpkg", "--extract", package, self.folder / "unpacked")
        shutil.copytree(self.folder / "unpacked/usr/share/wordpress", www, symlinks=True)
        (www / "wp-config.php").unlink()
        return www


def wordpress_version(folder: Path) -> str:
    package = next(folder.glob("wordpress_*.deb"))
    return package.name.split("_")[1].partition("+")[0]


@contextmanager
def database(program: str, folder: Path) -> Iterator[None]:
    data, socket = folder / "data", folder / "sock"
    as_we_are = ["--no-defaults", f"--datadir={data}", "--user=root"]
    run(folder, "mariadb-install-db", *as_we_are, "--auth-root-authentication-method=normal")
    with running([program, *as_we_are, f"--socket={socket}", "--skip-networking"], folder):
        wait_for(socket.exists, "MariaDB")
        yield


@contextmanager
def web_server(php: str, www: Path, origin: str) -> Iterator[None]:
    port = urlsplit(origin).port
    with running([php, "-S", f"127.0.0.1:{port}", "router.php"], www):
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/readme.html"), "PHP's web server")
        yield


@contextmanager
def running(command: list[str], folder: Path) -> Iterator[None]:
    process = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def wait_for(ready: Callable[[], bool], name: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        assert time.monotonic() < deadline, f"{name} did not start"
        time.sleep(0.1)
