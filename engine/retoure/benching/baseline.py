"""What was measured before, and what changed since."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from .measured import Measured, Timed


class BaselineUnreadable(Exception):
    """A file that holds no measurement; the message says what is wrong with it."""


class Verdict(StrEnum):
    """What can be said of a difference."""

    FASTER = "faster"
    SLOWER = "slower"
    NOISE = "within the noise"
    NEW = "not in the baseline"
    GONE = "no longer there"


@dataclass(frozen=True, slots=True)
class Change:
    """One row against the baseline.

    `change` is by what share it takes longer, in yardsticks (0.1: a tenth); `noise` how much of that may be chance:
    what the rounds of both measurements differ among themselves.
    """

    kind: str
    name: str
    verdict: Verdict
    change: float = 0.0
    noise: float = 0.0


def read(file: Path) -> Measured:
    """A measurement that was saved as JSON. Raises BaselineUnreadable, OSError."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return Measured(**{**_only(Measured, data), "rows": tuple(Timed(**_only(Timed, row)) for row in data["rows"])})
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        raise BaselineUnreadable(f"this is no measurement that `retoure bench --save` wrote ({problem})") from problem


def _only(kind: type[Any], data: dict[str, Any]) -> dict[str, Any]:
    """The fields that a class has: a later release may have saved more."""
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in data.items() if name in names}


def compared(now: Measured, before: Measured) -> tuple[Change, ...]:
    """Each row of both, in the order of the newer one."""
    return tuple(_changes(now, before))


def _changes(now: Measured, before: Measured) -> Iterator[Change]:
    known = {(row.kind, row.name): row for row in before.rows}
    for row in now.rows:
        old = known.pop((row.kind, row.name), None)
        yield _change(row, old) if old is not None else Change(row.kind, row.name, Verdict.NEW)
    for kind, name in known:
        yield Change(kind, name, Verdict.GONE)


def _change(row: Timed, old: Timed) -> Change:
    change = row.yards / old.yards - 1 if old.yards else 0.0
    noise = row.spread + old.spread
    told = Verdict.SLOWER if change > 0 else Verdict.FASTER
    verdict = Verdict.NOISE if abs(change) <= noise else told
    return Change(row.kind, row.name, verdict, round(change, 4), round(noise, 4))
