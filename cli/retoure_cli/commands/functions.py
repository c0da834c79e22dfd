"""`retoure functions`: what may be called in a mapping."""

from __future__ import annotations

import click

from retoure.diagnostics import did_you_mean
from retoure.functions import AGGREGATES, FUNCTIONS
from retoure.functions.page import described, overview

from .. import completing
from ..failures import WrongUse
from ..output import say, show_table


@click.command()
@click.argument("name", required=False, shell_complete=completing.function)
def command(name: str | None) -> None:
    """The built-in functions of the language: all of them, or everything about the one that is named.

    \b
    Examples:
      retoure functions
      retoure functions plus_days
    """
    if name is None:
        show_table(("family", "function", "what it gives"), overview())
        return
    if name not in FUNCTIONS and name not in AGGREGATES:
        help = did_you_mean(name, (*FUNCTIONS, *AGGREGATES)) or "`retoure functions` lists them"
        raise WrongUse(f"error: there is no function `{name}`: {help}")
    say(described(name))
