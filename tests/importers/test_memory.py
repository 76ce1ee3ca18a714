"""Memory stays flat: an import of 18,000 posts takes hardly more than one of 8,000."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.disqus_export import write_disqus_export
from tests.support.live import Installation

pytestmark = pytest.mark.slow

MOST_KIB = 150 * 1024
# Less than the 10,000 further posts have: a source and its HTML together are 700 bytes.
MOST_MORE_KIB = 6 * 1024 + 512

# The highest resident set of the process itself; its helpers hold one batch each, whatever the file. The
# cache of what was read is full sooner than with the 8 MB it has else, so that small files show what grows.
MEASURED = """
import sys
from comments.cli import run
from comments.storage.sqlite import scratch
scratch.CACHE_KIB = 256
code = run(sys.argv[1:])
peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))
print(int(peak.split()[1]), file=sys.stderr)
sys.exit(code)
"""


def test_a_big_file_takes_no_more_memory_than_a_small_one(fresh: Installation, tmp_path: Path) -> None:
    fresh.run("site", "add", "blog", "--origin", "https://blog.example")
    peaks = []
    for posts in (8_000, 18_000):
        path = tmp_path / f"{posts}.xml"
        written = write_disqus_export(path, posts)
        arguments = ["import", "disqus", str(path), "--site", "blog", "--json"]
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, *arguments],
            env=fresh.environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout)["read"] == written.posts
        peaks.append(int(done.stderr))

    assert peaks[1] < MOST_KIB
    assert peaks[1] - peaks[0] < MOST_MORE_KIB
