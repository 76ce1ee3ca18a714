"""What the service writes while it runs: one JSON object a line, or plain text on a terminal."""

import json
import logging
import os
import sys
from datetime import UTC, datetime

QUIET_BELOW_WARNING = ("uvicorn", "alembic", "asyncio", "sqlalchemy")


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class WholeLines(logging.Handler):
    """Writes each record to stderr at once: lines of several processes stay apart, and none is torn."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            os.write(sys.stderr.fileno(), f"{self.format(record)}\n".encode(errors="backslashreplace"))
        except OSError:
            self.handleError(record)


def say(line: str) -> None:
    """Write a line to stdout in the same way."""
    sys.stdout.flush()
    os.write(sys.stdout.fileno(), f"{line}\n".encode(errors="backslashreplace"))


def begin_logging(level: str) -> None:
    """Send what is logged at `level` or above to stderr."""
    handler = WholeLines()
    if sys.stderr.isatty():
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    else:
        handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    if level != "debug":
        for name in QUIET_BELOW_WARNING:
            logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
