"""The command `retoure`: finds its commands by the names of the files in `commands/`, and ends in one clear line."""

from __future__ import annotations

import io
import logging
import sys
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import click

from . import commands
from .failures import EXIT_CODES, told


class Commands(click.Group):
    """One command a file: `commands/dry_run.py` exposes `command`, called as `dry-run`; loaded when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All there are, by name."""
        return sorted(found.name.replace("_", "-") for found in iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, None when there is no such file."""
        if cmd_name not in self.list_commands(ctx):
            return None
        found: click.Command = import_module(f"{commands.__name__}.{cmd_name.replace('-', '_')}").command
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command. Whatever goes wrong ends in a message and an exit code, a traceback only if asked for."""
        try:
            return self._flushed(ctx)
        except BaseException as problem:
            ending = told(problem, trace=bool(ctx.params.get("traceback")))
            if ending is problem:
                raise
            raise ending from problem

    def _flushed(self, ctx: click.Context) -> Any:
        """Output is flushed here, where a reader that has left can still be told from a mistake."""
        try:
            return super().invoke(ctx)
        finally:
            sys.stdout.flush()


@click.group(
    "retoure",
    cls=Commands,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="retoure", prog_name="retoure")
@click.option("--traceback", is_flag=True, help="Show where an unexpected error came from.")
def group(traceback: bool) -> None:
    """Mapping rules between an e-commerce platform and a returns platform: check, test and run them.

    \b
    Examples:
      retoure new my_shop
      retoure check reveni_to_scayle
      retoure test reveni_to_scayle
    """
    logging.getLogger("retoure").addHandler(logging.NullHandler())  # only commands that work write a log


def main() -> None:
    """The console script. What the terminal's encoding lacks, or a file's name spells wrongly, is shown as `\\x…`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    group(prog_name="retoure")
