"""The program's commands without a process for each: Python and its libraries take a second to start."""

import contextlib
import io
import os
import subprocess
import sys
from unittest import mock

from tests.support.live import Installation


class InThisProcess(Installation):
    """Runs commands without starting Python anew for each: what they say and do is the same."""

    def attempt(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        # The modules of the program are imported by who first needs them, not by every test.
        from comments.cli import run

        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8", newline=""), io.StringIO()
        with (
            mock.patch.dict(os.environ, self.environment(), clear=True),
            mock.patch.object(sys, "stdin", io.StringIO(stdin)),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = run(arguments)
            out.flush()
        return subprocess.CompletedProcess(arguments, code, out.buffer.getvalue().decode(), err.getvalue())
