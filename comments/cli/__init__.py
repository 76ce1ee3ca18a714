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
    "serve": "comments.cli.running.serve:serve",
    "demo": "comments.cli.running.demo:demo",
    "site": "comments.cli.sites.site:site",
    "thread": "comments.cli.sites.remap:thread",
    "ban": "comments.cli.sites.ban:ban",
    "rules": "comments.cli.sites.rules:rules",
    "moderator": "comments.cli.sites.moderator:moderator",
    "token": "comments.cli.sites.token:token",
    "import": "comments.cli.data.import_file:import_",
    "imports": "comments.cli.data.imports:imports",
    "export": "comments.cli.data.export:export",
    "log": "comments.cli.data.log:log",
    "privacy": "comments.cli.data.privacy:privacy",
    "backup": "comments.cli.running.backup:backup",
    "restore": "comments.cli.running.backup:restore",
    "doctor": "comments.cli.running.doctor:doctor",
    "check": "comments.cli.sites.check:check",
    "webhook": "comments.cli.sites.webhook:webhook",
    "mail": "comments.cli.sites.mail:mail",
    "worker": "comments.cli.running.worker:worker",
    "migrate": "comments.cli.running.migrate:migrate",
    "openapi": "comments.cli.running.openapi:openapi",
}
WRONG_USAGE = 2


class CommandGroup(click.Group):
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


@click.group(
    cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="comments")
def program() -> None:
    """A self-hosted comment service.

    Settings come from the environment (COMMENTS_…, see docs/reference/settings.md). All commands work while
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
