"""What the audits said against what was done: each kind found, named and in the right hands; nothing else. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from retoure.auditing import DifferenceClass

from .damages import Damage

NOBODY: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True)
class Seen:
    """What the product says of one subject: classes with the seconds after which each was first told, whose the
    questions are that are open in the end, and whose there were that name a class.
    """

    classes: Mapping[str, float] = field(default_factory=dict)
    owners: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Row:
    """One kind of damage and what came of it. `wrong` says what is not as it has to be; empty when all is."""

    damage: Damage
    found: bool
    classes: tuple[str, ...]
    owners: tuple[str, ...]
    seconds: float | None
    wrong: str = ""


@dataclass(frozen=True)
class Verdict:
    """All rows, what was reported that nobody did, and what nobody was asked though a rule of the mapping asks it."""

    rows: tuple[Row, ...]
    false: tuple[str, ...]
    unasked: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Every kind found, named and healed or held as it has to be, and nothing else."""
        return not self.false and not self.unasked and not any(row.wrong for row in self.rows)

    @property
    def last_line(self) -> str:
        """`drill: N kinds of damage, N found, 0 false`."""
        right = sum(not row.wrong for row in self.rows)
        return f"drill: {len(self.rows)} kinds of damage, {right} found, {len(self.false)} false"


def judged(
    done: Sequence[tuple[Damage, frozenset[str]]],
    seen: Mapping[str, Seen],
    usual: Mapping[str, frozenset[str]] | None = None,
) -> Verdict:
    """Each damage by the names of what it is about (a return, an order), and what was seen under any name.

    `usual` are the undamaged returns, each with the teams that rules of the mapping rightly ask about it.
    """
    usual = usual or {}
    rows = tuple(_row(damage, [seen[name] for name in names if name in seen]) for damage, names in done)
    struck = {name for _, names in done for name in names}
    told = {name: _false(each, usual.get(name, NOBODY)) for name, each in seen.items() if name not in struck}
    false = tuple(f"{name}: {text}" for name, text in told.items() if text)
    unasked = tuple(
        f"{name}: {', '.join(sorted(teams - seen.get(name, Seen()).owners))}"
        for name, teams in usual.items()
        if not teams <= seen.get(name, Seen()).owners
    )
    return Verdict(rows, false, unasked)


def _false(told: Seen, rightly: frozenset[str]) -> str:
    """Classes and teams that an undamaged return gives no reason for. Where a person is rightly asked, work waits."""
    classes = [kind for kind in told.classes if not (rightly and kind == DifferenceClass.STALLED)]
    return ", ".join((*classes, *sorted(told.owners - rightly)))


def _row(damage: Damage, told: Sequence[Seen]) -> Row:
    classes = {kind: at for each in told for kind, at in each.classes.items()}
    owners = frozenset(owner for each in told for owner in each.owners)
    found = damage.kind in classes
    asked = frozenset(owner for each in told for owner in each.asked)
    wrong = _over(damage, owners, asked) if damage.passes and found else _wrong(damage, classes, owners)
    return Row(damage, found, tuple(classes), tuple(sorted(owners)), classes.get(damage.kind), wrong)


def _over(damage: Damage, owners: frozenset[str], asked: frozenset[str]) -> str:
    """What is wrong with damage that has passed."""
    if damage.owner not in asked:
        return f"not held for {damage.owner}"
    return f"still held for {', '.join(sorted(owners))}" if owners else ""


def _wrong(damage: Damage, classes: Iterable[str], owners: frozenset[str]) -> str:
    if damage.kind not in classes:
        return "not found"
    others = {kind for kind in classes if kind not in (damage.kind, *damage.also)}
    if others:
        return f"also said to be: {', '.join(sorted(others))}"
    if damage.owner and damage.owner not in owners:
        return f"not held for {damage.owner}"
    if not damage.owner and owners:
        return "not healed"
    return ""
