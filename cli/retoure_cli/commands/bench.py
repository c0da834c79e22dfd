"""`retoure bench`: what a mapping costs on its own tests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from retoure.benching import BaselineUnreadable, Change, Measured, NothingToMeasure, Timed, compared, measured, read
from retoure.testing import TestUnplayable

from ..completing import MappingPath
from ..failures import Told, WrongUse
from ..mapping_files import compiled_with_tests, find_mapping, folder_of
from ..options import json_option
from ..output import counted, plain, say, show_json, show_table
from ..progress import moving_bar
from ..writing import write_new

SLOWEST = 5
"""So many maps and rules are shown; all are saved, and in JSON."""
HEADS = {
    "decision": "a decision",
    "part": "of which",
    "map": "slowest maps, for each call",
    "rule": "slowest rules, each followed by itself",
}


@click.command()
@click.argument("mapping", type=MappingPath())
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting, for all tests.")
@click.option("--rounds", type=click.IntRange(3, 1000), default=9, show_default=True, help="How often all is timed.")
@click.option("--save", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures, as a later baseline.")
@click.option("--baseline", type=click.Path(path_type=Path, dir_okay=False), help="Compare with figures saved before.")
@json_option
def command(
    mapping: Path, settings: tuple[str, ...], rounds: int, save: Path | None, baseline: Path | None, as_json: bool
) -> None:
    """Measure what a mapping costs, by the decisions that its own tests make.

    Tells microseconds for a decision, and what of them goes into reading records and answers as their schemas say, and
    into maps; then the slowest maps and rules. What is timed is processor time, without database and network.

    With --baseline each figure is compared with one saved before. Both are told in units of a fixed piece of Python
    that is timed in between, so that a slower machine makes no slower mapping. A difference that the rounds show among
    themselves, too, is called noise: take more --rounds, or a quieter machine.

    Exit code 0: measured. 1: no test makes a decision. 2: a file cannot be read, or a test cannot be played.

    \b
    Examples:
      retoure bench reveni_to_scayle --rounds 3
      retoure bench returns.rmap --rounds 3 --save before.json
      retoure bench returns.rmap --rounds 3 --baseline monday.json
    """
    before = _read(baseline) if baseline is not None else None
    found = _measured(mapping, settings, rounds)
    changes = compared(found, before) if before is not None else ()
    if save is not None:
        write_new(save, json.dumps(plain(found), indent=2) + "\n")
    if as_json:
        show_json({**plain(found), "changes": plain(changes)})
    else:
        _show(found, {(change.kind, change.name): change for change in changes})


def _read(baseline: Path) -> Measured:
    try:
        return read(baseline)
    except (OSError, BaselineUnreadable) as problem:
        raise WrongUse(f"error: {baseline}: {problem}") from problem


def _measured(mapping: Path, settings: tuple[str, ...], rounds: int) -> Measured:
    file = find_mapping(mapping)
    program = compiled_with_tests(file, settings)
    try:
        with moving_bar() as told:
            return measured(program, folder_of(file), rounds, lambda done, total: told("measuring", done, total))
    except NothingToMeasure as problem:
        raise Told(f"{file}: {problem}") from problem
    except TestUnplayable as problem:
        raise WrongUse(f"error: {problem}") from problem


def _show(found: Measured, changes: Mapping[tuple[str, str], Change]) -> None:
    say(f"{found.mapping}: {counted(found.decisions, 'decision')}, {found.rounds} rounds")
    whole = found.rows[0].micros
    for kind, head in HEADS.items():
        rows = found.of(kind)[:SLOWEST]
        columns = [
            head,
            "µs",
            "± %",
            "share %" if kind == "part" else "times",
            *(["since the baseline"] if changes else []),
        ]
        show_table(columns, [_cells(row, whole, changes) for row in rows])
    if gone := [change for change in changes.values() if change.verdict == "no longer there"]:
        say(f"no longer there: {', '.join(f'{change.kind} {change.name}' for change in gone)}")


def _cells(row: Timed, whole: float, changes: Mapping[tuple[str, str], Change]) -> Sequence[object]:
    last = f"{100 * row.micros / whole:.0f}" if row.kind == "part" else row.times
    cells = [row.name, f"{row.micros:.1f}", f"{100 * row.spread:.0f}", last]
    change = changes.get((row.kind, row.name))
    return cells if change is None else [*cells, _words(change)]


def _words(change: Change) -> str:
    if not change.noise and not change.change:
        return change.verdict.value
    return f"{100 * change.change:+.0f} %: {change.verdict.value} (± {100 * change.noise:.0f} %)"
