"""`retoure demo`: a day of returns between both simulated platforms."""

from __future__ import annotations

import sys

import click

from ..output import console, counted, say

SECONDS = 30.0
FAST = 12.0


@click.command()
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed plays the same day.")
@click.option("--returns", type=click.IntRange(1, 100_000), default=60, show_default=True, help="How many returns.")
@click.option("--fast", is_flag=True, help="Play the day in 12 seconds instead of 30.")
@click.option("--drill", "drilled", is_flag=True, help="Damage both platforms, and see what the audits find.")
def command(seed: int, returns: int, fast: bool, drilled: bool) -> None:
    """Play a day of returns on simulators of both platforms, and compare their books.

    Both simulators run as HTTP servers on loopback, `retoure serve` between them in a process of its own, with the
    shipped mapping. The day has refunds, instant refunds, exchanges, corrections, duplicate and late webhooks, an
    outage, lost answers and a kill -9. Nothing leaves this machine. Waits of policies pass 20 times faster than
    written.

    The last line says what both platforms' books show: `books: R returns, E effects, 0 lost, 0 doubled`.

    Exit code 0: nothing lost, nothing doubled; with `--drill` all found and nothing false. 1: something was, or the
    engine did not come to an end.

    With `--drill` the day is a quiet one. Then both platforms are damaged in every way that is known, by hand and
    behind everybody's back, and the audits of the mapping have to find each kind, name it rightly, and heal it or hold
    it for the right team. The last line is then `drill: N kinds of damage, N found, 0 false`.

    \b
    Examples:
      retoure demo
      retoure demo --seed 7 --returns 20 --fast
      retoure demo --drill --returns 5
    """
    from ..demo.play import Stuck
    from ..demo.service import ServiceFailed

    try:
        well = _drill(seed, returns) if drilled else _day(seed, returns, FAST if fast else SECONDS)
    except (ServiceFailed, Stuck) as problem:
        raise click.ClickException(str(problem)) from problem
    if not well:
        sys.exit(1)


def _day(seed: int, returns: int, seconds: float) -> bool:
    """Whether the books agree."""
    from ..demo.board import board
    from ..demo.run import run
    from ..demo.summary import differs, show

    out = console()
    say(f"A day of {counted(returns, 'return')}, seed {seed}: from 08:00 to 18:00 in {seconds:.0f} seconds.")
    with board(out) as shown:
        outcome = run(seed, returns, seconds, shown.look, shown.tell)
    show(outcome, out)
    return not differs(outcome.report)


def _drill(seed: int, returns: int) -> bool:
    """Whether all damage was found, and nothing else."""
    from ..drill.run import drill
    from ..drill.table import show

    drilled = drill(seed, returns, say)
    show(drilled, console())
    return drilled.verdict.passed
