"""`retoure store`: looking after the books."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

import retoure.upkeep as upkeep
from retoure import Deployment
from retoure.erasing import Erased, Person, found
from retoure.erasing import erase as erase_person

from ..export_files import written
from ..failures import Told, Unavailable, WrongUse
from ..options import (
    deployment_at,
    deployment_option,
    deployments_at,
    personal_option,
    store_option,
    who_option,
    why_option,
)
from ..output import counted, say, size
from ..progress import moving_bar

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def command() -> None:
    """Upgrade, check, back up, restore and export the books of a deployment, and erase a person from them.

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


@command.command()
@_where
@click.option("--email", default="", metavar="ADDRESS", help="Everything about the person with this e-mail address.")
@click.option("--customer", default="", metavar="ID", help="Everything about the customer a platform calls so.")
@click.option("--return", "returns", multiple=True, metavar="ID", help="Everything personal about this return.")
@why_option
@who_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(
    deployment_file: Path,
    store: str | None,
    email: str,
    customer: str,
    returns: tuple[str, ...],
    why: str,
    who: str,
    yes: bool,
) -> None:
    """Erase a person from the books (GDPR, article 17). It cannot be taken back.

    Bodies of messages and reads go; in all else names, addresses and the like are blanked. What was decided, paid back
    and booked stays, and so does the audit trail, which keeps that this was done, by whom and --why: name nobody there.
    Returns that are not over are left alone. Backups still hold the person: make new ones.

    Exit code 0: erased, or the books know nothing of the person. 1: returns are left that are not over. 2: neither
    person nor return is named, or there is no such return.

    \b
    Examples:
      retoure store erase --email nobody@shopper.example --why "request 17" --yes
    """
    if not (email or customer or returns):
        raise WrongUse("error: name a person with --email or --customer, or a return with --return")
    person = Person(email, customer, returns)
    done = [
        (deployment, _erased(deployment, person, who, why, yes))
        for deployment in deployments_at(deployment_file, store)
    ]
    left = [f"{_whose(deployment)}{each}" for deployment, erased in done for each in erased.open]
    if left:
        remedy = "End what waits of them (`retoure queue`, `retoure holds`), let watches pass, and erase again."
        raise Told(f"not over, and left alone: {', '.join(left)}. {remedy}")


def _erased(deployment: Deployment, person: Person, who: str, why: str, yes: bool) -> Erased:
    """What was erased for one tenant, after asking; it is told."""
    try:
        theirs = found(deployment, person)
        many = counted(len(theirs), "return")
        if theirs and not yes:
            click.confirm(f"{_whose(deployment)}erase the person from {many}: {', '.join(theirs)}?", abort=True)
        done = erase_person(deployment, person, who, why)
    except KeyError as unknown:
        raise WrongUse(f"error: {unknown.args[0]}") from unknown
    erased = f"erased from {counted(len(done.returns), 'return')}"
    say(f"{_whose(deployment)}{erased} and {counted(done.messages, 'message')} that had not been taken")
    if done.remarks:
        say(f"{counted(done.remarks, 'entry', 'entries')} of the audit trail hold what people wrote of the person: the"
            " trail is never changed", error=True)  # fmt: skip
    return done


def _exported(deployment: Deployment, folder: Path, kind: str, personal: bool) -> dict[str, int]:
    try:
        with moving_bar() as told:
            rows = upkeep.export(deployment, personal=personal, told=partial(told, "exporting returns"))
            return written(rows, folder, kind)
    except OSError as problem:
        raise Unavailable(f"error: {folder}: cannot be written ({problem.strerror})") from problem
