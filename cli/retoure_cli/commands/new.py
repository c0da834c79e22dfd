"""`retoure new`: the beginnings of a mapping."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click

from retoure.scaffolding import CannotScaffold, Scaffold, scaffold

from .. import completing
from ..failures import WrongUse
from ..output import counted, say
from ..writing import create_text

NEXT = """\
It checks, and its test passes. Until you answer the TODOs, it holds what depends on them, and sends nothing wrong.

What comes next:
  1. Open {file} and look for TODO.
  2. retoure check {folder}   says what is wrong, with its place
  3. retoure fmt {folder}     tidies the layout
  4. retoure test {folder}    plays the tests
  5. retoure plan {folder} --event {fixture}
     shows what would be sent"""


@click.command()
@click.argument("name", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "source",
    default="",
    metavar="SYSTEM",
    shell_complete=completing.system,
    help="The platform whose records are followed.",
)
@click.option(
    "--to",
    "targets",
    multiple=True,
    metavar="SYSTEM",
    shell_complete=completing.system,
    help="A platform that is told; repeat for several.",
)
@click.option("--operation", "operations", multiple=True, metavar="OPERATION",
              help="What is sent: scayle.stock.add; repeat for several. By default the most harmless one.")  # fmt: skip
@click.option("--event", default="", metavar="EVENT", help="The event that starts it, when a platform has several.")
def command(name: Path, source: str, targets: tuple[str, ...], operations: tuple[str, ...], event: str) -> None:
    """Make a folder with a new mapping from the schemas of the platforms: a mapping file, a file of
    tests and a fixture.

    NAME is the folder to make; its last part names the mapping. Stages come from the statuses of the schema, tables
    from its words, fields of the same name and type are filled in. What only you can know says TODO. Nothing that is
    there is overwritten.

    Exit code 0: made. 2: the folder is there already, or nothing can be made of these platforms.

    \b
    Examples:
      retoure new my_shop
      retoure new mappings/my_stock --from reveni --to scayle --operation scayle.stock.add
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name.name):
        raise WrongUse(
            f"error: a mapping cannot be called `{name.name}`: use small letters, digits and _, as in my_shop"
        )
    if name.exists():
        raise WrongUse(f"error: {name} is there already, and is left as it is: choose another name")
    try:
        made = scaffold(name.name, source, targets, operations=operations, event=event)
    except CannotScaffold as problem:
        raise WrongUse(f"error: {problem}") from problem
    for path, text in made.files.items():
        create_text(name / path, text)
    _tell(name, made)


def _tell(folder: Path, made: Scaffold) -> None:
    file, tests, fixture = folder / made.mapping, folder / made.tests, folder / made.fixture
    width = max(len(str(path)) for path in (file, tests, fixture)) + 3
    asks = f"{counted(made.todos, 'line')} with TODO"
    say(f"{file!s:{width}}follows {made.follows}, sends {', '.join(made.operations)}; {asks}")
    say(f"{tests!s:{width}}a test of what it does as it was made")
    say(f"{fixture!s:{width}}a record made up from the schema, about nobody")
    typed = {"folder": shlex.quote(str(folder)), "fixture": shlex.quote(str(fixture))}
    say(f"\n{NEXT.format(file=file, **typed)}")
