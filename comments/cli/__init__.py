"""The program: finds the command, runs it, and turns every failure into a reason and an exit code."""

import importlib
import os
import sys
import traceback
from collections.abc import Sequence

import click

from comments import __version__
from comments.server.garbage_collection import not_collecting

# A command's module is imported when it is asked for: `comments --version` should not wait for SQLAlchemy.
COMMANDS = {
    "serve": "comments.cli.serve:serve",
    "demo": "comments.cli.demo:demo",
    "site": "comments.cli.site:site",
    "thread": "comments.cli.remap:thread",
    "ban": "comments.cli.ban:ban",
    "rules": "comments.cli.rules:rules",
    "moderator": "comments.cli.moderator:moderator",
    "token": "comments.cli.token:token",
    "import": "comments.cli.import_file:import_",
    "imports": "comments.cli.imports:imports",
    "export": "comments.cli.export:export",
    "log": "comments.cli.log:log",
    "privacy": "comments.cli.privacy:privacy",
    "backup": "comments.cli.backup:backup",
    "restore": "comments.cli.backup:restore",
    "doctor": "comments.cli.doctor:doctor",
    "check": "comments.cli.check:check",
    "webhook": "comments.cli.webhook:webhook",
    "mail": "comments.cli.mail:mail",
    "worker": "comments.cli.worker:worker",
    "migrate": "comments.cli.migrate:migrate",
    "openapi": "comments.cli.openapi:openapi",
}
WRONG_USAGE = 2


class Program(click.Group):
    """A group that imports its commands late and lists them in the order they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        with not_collecting():
            command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="comments")
def program() -> None:
    """A self-hosted comment service.

    Settings come from the environment (COMMENTS_…, see docs/settings.md). All commands work while
    `comments serve` runs on the same database.
    """


def main() -> None:
    """Run the program as the shell asked for it."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; reasons for failure go to stderr, never a traceback."""
    try:
        code = program.main(list(arguments), prog_name="comments", standalone_mode=False)
    except click.UsageError as wrong:
        wrong.show()
        return WRONG_USAGE
    except click.ClickException as failed:
        click.echo(failed.format_message(), err=True)
        return 1
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain once more when it closes stdout.
        sys.stdout = None
        return 1
    except Exception as failure:
        from comments.cli.failures import reason

        if os.environ.get("COMMENTS_LOG_LEVEL", "").casefold() == "debug":
            traceback.print_exception(failure)
        click.echo(reason(failure), err=True)
        return 1
    return code if isinstance(code, int) else 0
