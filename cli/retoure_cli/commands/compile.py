"""`retoure compile`: the Python functions that run a mapping's maps, conditions and rules."""

from __future__ import annotations

from pathlib import Path

import click

from ..completing import MappingPath
from ..mapping_files import compiled


@click.command()
@click.argument("mapping", type=MappingPath())
@click.option("--show", is_flag=True, help="Print the functions, every line with its place in the mapping.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting; may be given several times.")
def command(mapping: Path, show: bool, settings: tuple[str, ...]) -> None:
    """Make the Python functions that run a mapping, and say what is left to the interpreter.

    Maps, templates of settings, the conditions of rules and gates, and which rules act become functions for the usual
    event. Whatever a function gives up on, the interpreter evaluates from the same text: nothing has to be done about
    that.

    Exit code 0: done. 1: the mapping has errors. 2: it cannot be read, or a setting does not fit.

    \b
    Examples:
      retoure compile reveni_to_scayle
      retoure compile returns.rmap --show
      retoure compile returns.rmap --show --set restocks=engine
    """
    program = compiled(mapping, settings)
    if show:
        click.echo(program.generated(), nl=False)
        return
    made = [generated.what for generated in program.code.all()]
    left = [name for name in program.maps if f"map {name}" not in made]
    told = f"interpreted: map {', map '.join(left)}" if left else "no map is interpreted"
    click.echo(f"{program.identity}: {len(made)} functions; {told}")
