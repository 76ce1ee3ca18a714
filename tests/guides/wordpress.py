"""WordPress: Debian's, on PHP's own web server, with a MariaDB that lives as long as the trial."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.guides.building import SITES, Guide, NotHere, lay_out, run, system_program
from tests.guides.servers import answers, mariadb, running, wait_for
from tests.guides.workshop import Workshop

PACKAGES = ["wordpress", "wordpress-theme-twentytwentythree", "wordpress-theme-twentytwentyone"]


@dataclass(frozen=True, slots=True)
class WordPress(Guide):
    """The same guide with one theme: those of blocks show comments in another way than classic ones."""

    theme: str = ""

    def follow(self, workshop: Workshop) -> None:
        php = system_program("php", "php-cli", "php-mysql")
        workshop.write_first(self.name)
        www = self.unpacked()
        words = {
            "https://talk.example": workshop.host,
            "https://blog.example": workshop.origin(self.name),
            "@@THEME@@": self.theme,
        }
        # Its own folder's path may be longer than a socket's may be.
        folder = Path(workshop.closing.enter_context(tempfile.TemporaryDirectory()))
        socket = workshop.closing.enter_context(mariadb(folder))
        lay_out(SITES / "wordpress", www, self.lines(), {**words, "@@SOCKET@@": str(socket)})
        run(www, php, "install.php")
        workshop.closing.enter_context(web_server(php, www, workshop.origin(self.name)))

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
def web_server(php: str, www: Path, origin: str) -> Iterator[None]:
    port = urlsplit(origin).port
    with running([php, "-S", f"127.0.0.1:{port}", "router.php"], www):
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/readme.html"), "PHP's web server")
        yield
