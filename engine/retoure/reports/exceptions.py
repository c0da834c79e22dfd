"""Exceptions: one list of everything that waits for a person, whatever it is, the most urgent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from ..types.kinds import Money
from .money import by_currency, rounded
from .report import Chart, Made, Report, Row, Table, decided_by
from .returns import Call, Purpose, Question, ReturnBooks, Standing
from .scayle import GONE


class Kind(StrEnum):
    """What an exception is."""

    HOLD = "hold"
    DIFFERENCE = "difference"
    LETTER = "letter"


class Severity(StrEnum):
    """How bad it is to leave it: HIGH where money may be paid twice or not at all, MEDIUM where goods or a shopper
    wait, LOW for the rest.
    """

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


RANK: Final = {severity: rank for rank, severity in enumerate(Severity)}
MONEY: Final = frozenset({Purpose.REFUND, Purpose.SETTLED})


@dataclass(frozen=True, slots=True)
class Case:
    """One exception. `id` is hold-1, effect-7 or event-3; `owner` a team, or the queue it lies in.

    `stake` is the money that it is about, None where that is not known; `place` is file:line of the mapping,
    `difference` the class of what an audit found, as in DifferenceClass, empty for the rest.
    """

    id: str
    kind: Kind
    subject: str
    order: str
    owner: str
    severity: Severity
    since: datetime
    cause: str
    place: str
    rule: str
    action: str
    stake: Money | None = None
    difference: str = ""

    @property
    def at_stake(self) -> str:
        """The money in words, rounded: `39.90 EUR`; empty where it is not known."""
        return f"{rounded(self.stake):f} {self.stake.currency}" if self.stake else ""

    def days(self, now: datetime) -> int:
        """How many whole days it has waited."""
        return max((now - self.since).days, 0)


def cases(returns: Sequence[ReturnBooks]) -> tuple[Case, ...]:
    """Everything that waits for a person, the worst first, and among those the oldest."""
    found = (case for one in returns for case in _of(one))
    return tuple(sorted(found, key=lambda case: (RANK[case.severity], case.since, case.id)))


def _of(one: ReturnBooks) -> Iterator[Case]:
    calls = {call.id: call for call in one.calls}
    for question in one.questions:
        yield _hold(one, question, calls.get(question.effect))
    held = {question.effect for question in one.questions}
    for call in one.calls:
        if call.standing is Standing.BY_HAND and call.id not in held:
            yield _letter(one, call)
    for letter in one.letters:
        action = f"retoure queue replay {letter} once the cause is mended"
        said = ("could not be decided: a read failed for good", "", "", action)
        yield Case(letter, Kind.LETTER, one.id, one.order, "queue", Severity.MEDIUM, one.heard_at[-1], *said, one.worth)


def _hold(one: ReturnBooks, question: Question, call: Call | None) -> Case:
    kind = Kind.DIFFERENCE if question.kind == "audit" else Kind.HOLD
    told = (question.reason, question.place, question.rule, _advice(question, call))
    name, severity = f"hold-{question.id}", _severity(question.kind, question.team, call)
    whose = (one.id, one.order, question.team, severity, question.opened_at)
    return Case(name, kind, *whose, *told, _stake(one, call), question.difference)


def _letter(one: ReturnBooks, call: Call) -> Case:
    name = f"effect-{call.id}"
    action = f"retoure queue show {name}, mend the cause, then retoure queue replay {name} (or edit, done, drop)"
    told = (call.error, call.place, call.rule, action)
    severity = Severity.HIGH if call.purpose in MONEY else Severity.MEDIUM
    return Case(name, Kind.LETTER, one.id, one.order, call.queue, severity, call.at, *told, _stake(one, call))


def _severity(kind: str, team: str, call: Call | None) -> Severity:
    if kind in ("correction", "audit") or team == "finance" or (call is not None and call.purpose in MONEY):
        return Severity.HIGH
    return Severity.MEDIUM if kind in ("decision", "effect") else Severity.LOW


def _stake(one: ReturnBooks, call: Call | None) -> Money | None:
    """What the call is about; else what the return is worth."""
    if call is not None and call.purpose is not Purpose.OTHER:
        line = next((line for line in one.lines if line.id == call.line), None)
        return call.amount or (line.value if line else None) or one.worth
    return one.worth if one.worth is not None else one.amount


def _advice(question: Question, call: Call | None) -> str:
    name = f"hold-{question.id}"
    if call is not None and call.error.startswith(f"{GONE}:"):
        return f"adjust the stock by hand, then retoure queue done effect-{call.id} --why TEXT"
    if call is not None:
        return f"retoure holds show {question.id}, then retoure queue replay effect-{call.id} (or edit, done, drop)"
    if question.kind == "audit":
        return f"compare both systems, mend one of them; {name} closes at the next audit"
    if question.kind == "correction":
        return f"settle the difference by hand, then retoure holds close {question.id} --why TEXT"
    return f"mend the cause, then retoure holds replay {question.id}; or retoure holds close {question.id} --why TEXT"


# --- the report -------------------------------------------------------------------------------------------------------

COLUMNS: Final = (
    *("exception", "kind", "class", "severity", "owner", "return", "order", "since", "days"),
    *("currency", "at stake", "cause", "action", "place"),
)


def exceptions(found: Sequence[Case], returns: Sequence[ReturnBooks], made: Made) -> Report:
    """These exceptions of the returns at the end of the period. Days are counted to the moment it is made, where that
    is earlier.
    """
    now = min(made.at, made.period.until)
    sums = by_currency(case.stake for case in found if case.stake)
    ends: tuple[Row, ...] = tuple(
        ("all", *("",) * 6, None, None, currency, amount, *("",) * 3) for currency, amount in sums.items()
    )
    table = Table(
        "exceptions",
        "What waits for a person",
        COLUMNS,
        tuple(_cells(case, now) for case in found),
        ends,
        frozenset({"days", "at stake"}),
        "high: money may be paid twice or not at all. medium: goods or a shopper wait. One return may stand here"
        " several times, with the same money at stake.",
    )
    return Report(
        "exceptions",
        "Exceptions",
        replace(made, mappings=decided_by(returns)),
        (table,),
        tuple(_charts(found)),
        (_summary(found),),
    )


def _cells(case: Case, now: datetime) -> Row:
    stake = (case.stake.currency, rounded(case.stake)) if case.stake else ("", None)
    names = (case.id, case.kind.value, case.difference, case.severity.value, case.owner, case.subject, case.order)
    return *names, case.since, case.days(now), *stake, case.cause, case.action, case.place.rpartition("/")[2]


def _charts(found: Sequence[Case]) -> Iterator[Chart]:
    if found:
        owners = Counter(case.owner for case in found)
        yield Chart("By owner", "exceptions", tuple((name, float(count)) for name, count in owners.most_common(12)))


def _summary(found: Sequence[Case]) -> str:
    counts = Counter(case.severity for case in found)
    return f"{len(found)} exceptions: " + ", ".join(f"{counts[severity]} {severity}" for severity in Severity)
