"""`retoure explain`: what a finding means, and what to do about it."""

from __future__ import annotations

import click

from retoure.diagnostics import did_you_mean
from retoure.diagnostics.codes import CODES
from retoure.diagnostics.page import described, overview

from ..failures import WrongUse
from ..output import say, show_table


@click.command()
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """What a code of `retoure check` means: why it is reported, and what to do. Without a code: all of them.

    \b
    Examples:
      retoure explain
      retoure explain refund-before-approval
    """
    if code is None:
        show_table(("code", "kind", "what it says"), overview())
        return
    if code not in CODES:
        help = did_you_mean(code, CODES) or "`retoure explain` lists them"
        raise WrongUse(f"error: there is no code `{code}`: {help}")
    say(described(CODES[code]))
