"""`retoure store`: looking after the books."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import retoure.upkeep as upkeep
from retoure import Deployment

from ..export_files import written
from ..failures import Told, Unavailable, WrongUse
from ..options import deployment_at, deployment_option, deployments_at, personal_option, store_option
from ..output import counted, say, size

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def command() -> None:
    """Upgrade, check, back up, restore and export the books of a deployment.

    \b
    Examples:
      retoure store check
      retoure store backup tuesday.db
      retoure store restore monday.db --overwrite
      retoure store export books --format csv
    """


def _whose(deployment: Deployment) -> str:
    return f"{deployment.tenant}: " if deployment.tenant else ""


def _where(function: Any) -> Any:
    """`--deployment` and `--store`, given to the command as `deployment_file` and `store`."""
    return deployment_option(store_option(function))


@command.command()
@_where
def upgrade(deployment_file: Path, store: str | None) -> None:
    """Bring a database of an older release to the layout of this one.

    Stop what uses it, and make a backup first. Either the whole upgrade takes place or nothing of it. Exit code 69
    when a worker still runs, or when the database is newer than this release or too old.

    \b
    Examples:
      retoure store upgrade
      retoure store upgrade --deployment production.yaml
    """
    for deployment in deployments_at(deployment_file, store):
        before, after = upkeep.upgrade(deployment)
        done = (
            f"layout {after} already, nothing to do" if before == after else f"upgraded from layout {before} to {after}"
        )
        say(f"{_whose(deployment)}{done}")


@command.command()
@_where
def check(deployment_file: Path, store: str | None) -> None:
    """Check tables, pages and books: whether rows contradict each other, and what was sent adds up to what is wanted.

    May be used while a worker runs. Exit code 1 when something is wrong.

    \b
    Examples:
      retoure store check
      retoure store check --store monday.db
    """
    found = [
        f"{_whose(deployment)}{finding}"
        for deployment in deployments_at(deployment_file, store)
        for finding in upkeep.check(deployment)
    ]
    if found:
        raise Told("\n".join((*found, f"the books are not in order: {counted(len(found), 'finding')}")))
    say("the books are in order")


@command.command()
@click.argument("file", type=FILE)
@_where
def backup(file: Path, deployment_file: Path, store: str | None) -> None:
    """Write a copy of the books into FILE, and verify it. May be used while a worker runs.

    FILE is an SQLite database, also where the books are in PostgreSQL. It holds personal data: only its owner can read
    it. For large PostgreSQL databases use pg_dump instead.

    \b
    Examples:
      retoure store backup tuesday.db
    """
    try:
        written_bytes = upkeep.back_up(deployment_at(deployment_file, store), file)
    except upkeep.WouldOverwrite as there:
        raise WrongUse(f"error: {there}: name a new file") from there
    say(f"{file}: {size(written_bytes)}, verified")


@command.command()
@click.argument("file", type=FILE)
@_where
@click.option("--overwrite", is_flag=True, help="Also when there are books already.")
def restore(file: Path, deployment_file: Path, store: str | None, overwrite: bool) -> None:
    """Put the books back from the backup FILE, upgraded where it is older.

    Stop everything that uses the database first. A backup does not know what was sent after it was made. So calls that
    wait in it are looked up before they are made, and so are the first calls for each return that is heard of again.
    What nobody can look up is held for a person. Events that came after the backup are not in it: have the platforms
    send them again.

    A file that is there is moved aside with --overwrite; a PostgreSQL database is emptied.

    \b
    Examples:
      retoure store restore monday.db --overwrite
      retoure store restore monday.db --store elsewhere.db
    """
    try:
        done = upkeep.restore(deployment_at(deployment_file, store), file, overwrite=overwrite)
    except upkeep.WouldOverwrite as there:
        raise WrongUse(f"error: {there}: --overwrite replaces them") from there
    say(f"{done.where}: put back; {counted(done.unsettled, 'call')} will be looked up before anything is sent")
    if done.aside is not None:
        say(f"what was there before is now {done.aside}")


@command.command()
@click.argument("folder", type=FOLDER)
@_where
@click.option("--format", "kind", type=click.Choice(("jsonl", "csv")), default="jsonl", show_default=True)
@personal_option
def export(folder: Path, deployment_file: Path, store: str | None, kind: str, personal: bool) -> None:
    """Write the books into FOLDER, one file each for returns, effects, attempts and holds.

    May be used while a worker runs. FOLDER must be new or empty.

    \b
    Examples:
      retoure store export books
      retoure store export books --format csv --personal
    """
    if folder.exists() and any(folder.iterdir()):
        raise WrongUse(f"error: {folder} is not empty: name a new folder")
    counts = _exported(deployment_at(deployment_file, store), folder, kind, personal)
    say(f"{folder}: {', '.join(f'{number} {table}' for table, number in counts.items())}")


def _exported(deployment: Deployment, folder: Path, kind: str, personal: bool) -> dict[str, int]:
    try:
        return written(upkeep.export(deployment, personal=personal), folder, kind)
    except OSError as problem:
        raise Unavailable(f"error: {folder}: cannot be written ({problem.strerror})") from problem
