"""`retoure import`: many events out of one file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click

from retoure import Deployment, compile_for, open_store
from retoure.importing import Imported, import_events

from ..failures import Told, Unavailable
from ..options import deployment_at, deployment_option, json_option
from ..output import counted, plain, say, show_json
from ..progress import through_file


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@deployment_option
@json_option
def command(file: Path, deployment_file: Path, as_json: bool) -> None:
    """Take in the events of FILE as if they had come by webhook.

    FILE holds JSON Lines, one event a line, one JSON array of them, or objects written over several lines: webhooks as
    a platform sends them, or just the records that the mapping follows. It may be of any size, and is read piece by
    piece. A worker does the rest (`retoure run`): try with `retoure plan` first what that would be.

    What was taken in before is not taken in again: after a break, import the same file once more.

    Exit code 0: all was taken in, or known. 1: something in FILE is no event; the rest was taken in. 69: FILE cannot be
    read, or the database is not available.

    \b
    Examples:
      retoure import returns.jsonl
      retoure import export.json --deployment production.yaml --json
    """
    done = _imported(deployment_at(deployment_file), file)
    if as_json:
        show_json(plain(done))
    else:
        say(f"{counted(done.new, 'event')} stored, {done.known} known before")
    if problems := [*done.problems, *_more(done)]:
        raise Told("\n".join(f"{file}: {problem}" for problem in problems))


def _more(done: Imported) -> Iterator[str]:
    if untold := done.refused - len(done.problems):
        yield f"{counted(untold, 'more piece')} no event either"
    if done.conflicts:
        yield f"{counted(done.conflicts, 'event')} with the id of a known one and other content: see `retoure explain`"
    if done.broken:
        yield f"{done.broken}; what came before was taken in"


def _imported(deployment: Deployment, file: Path) -> Imported:
    program = compile_for(deployment)
    try:
        with (
            file.open("rb") as opened,
            closing(open_store(deployment)) as store,
            through_file(file.stat().st_size, f"importing {file.name}") as told,
        ):
            return import_events(store, program, opened, lambda: datetime.now(UTC), told)
    except OSError as problem:
        raise Unavailable(f"error: {file}: cannot be read ({problem.strerror or problem})") from problem
