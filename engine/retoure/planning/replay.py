"""Plays the traffic of one return through a mapping, as if every call succeeded. Pure: nothing is asked or sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from msgspec import structs

from ..delivery.deciding import holds_of
from ..delivery.ledger import Change
from ..delivery.reading import units_in
from ..delivery.reconcile import reconcile
from ..delivery.store.port import NewHold
from ..runtime.decision import Answer, Decision, Occurrence, Read
from ..runtime.program import Program, operation_of
from .book import Book, after, reviewed, slot
from .traffic import Finder, Found, Journey, Moment

ROUNDS: Final = 100


@dataclass(frozen=True)
class Played:
    """One moment as the mapping decided it: what it changes in the ledger, which holds it opens and closes.

    `before` is what was known. `reads` says where answers came from that were not recorded with this moment;
    `unanswered` names the reads that nothing could answer: rules that need them stand still.
    """

    moment: Moment
    decision: Decision
    changes: tuple[Change, ...]
    before: Book
    opened: tuple[NewHold, ...] = ()
    closed: tuple[NewHold, ...] = ()
    reads: Mapping[str, str] = field(default_factory=dict)
    unanswered: tuple[str, ...] = ()


@dataclass(frozen=True)
class Player:
    """A mapping that plays traffic. `owner` is the team for holds that name none.

    `finder` answers reads that the traffic does not; `claims` then remembers which return picked which unit.
    """

    program: Program
    owner: str = ""
    finder: Finder | None = None
    claims: dict[str, str] = field(default_factory=dict)


def play(player: Player, journey: Journey) -> Iterator[Played]:
    """Every moment of a journey in turn."""
    book = journey.start
    for number, moment in enumerate(journey.moments):
        answers = _Answers(player, journey, number)
        decision = _decided(player.program, moment, book, answers)
        changes = () if decision.stale else _changes(player.program, book, decision)
        queued = any(answer.queue for answer in answers.given.values())
        holds = holds_of(decision, changes, player.owner, queued=queued)
        player.claims.update((unit, journey.subject) for units in decision.picks.values() for unit in units)
        yield _played(moment, decision, changes, book, holds, answers)
        book = after(book, decision, changes, holds, moment.now, journey.said)


def _changes(program: Program, book: Book, decision: Decision) -> tuple[Change, ...]:
    return reconcile(book.known, decision, lambda name: operation_of(program.manifests, name))


class _Answers:
    """The answers one decision is given: recorded with its moment, found elsewhere in the journey, or by the finder.

    Only what the decision asks for is given, so that two mappings are each told what they want to know.
    """

    def __init__(self, player: Player, journey: Journey, number: int) -> None:
        self.given: dict[str, Answer] = {}
        self.sources: dict[str, str] = {}
        self.unanswered: list[str] = []
        self._moment = journey.moments[number]
        earlier, later = journey.moments[:number], journey.moments[number + 1 :]
        self._others = (*reversed(earlier), *later)
        self._player = player
        self._subject = journey.subject

    def ask(self, read: Read) -> bool:
        """Looks for an answer; whether there is a new one to decide with."""
        if read.key in self.given or read.key in self.unanswered:
            return False
        found = self._found(read)
        if found is None:
            self.unanswered.append(read.key)
            return False
        self.given[read.key] = found.answer
        if found.source:
            self.sources[read.key] = found.source
        return True

    def _found(self, read: Read) -> Found | None:
        if read.key in self._moment.answers:
            return Found(self._moment.answers[read.key], "")
        for other in self._others:
            if read.key in other.answers:
                return Found(other.answers[read.key], other.name)
        found = self._player.finder(read, self._moment.record) if self._player.finder else None
        return None if found is None else replace(found, answer=self._claimed(read, found.answer))

    def _claimed(self, read: Read, answer: Answer) -> Answer:
        """The answer with the units that other returns have picked in this very replay."""
        units = units_in(answer.value, operation_of(self._player.program.manifests, read.operation))
        others = (unit for unit in units if self._player.claims.get(unit, self._subject) != self._subject)
        return structs.replace(answer, claimed=frozenset(others))


def _decided(program: Program, moment: Moment, book: Book, answers: _Answers) -> Decision:
    """The decision with all answers there are; unfinished where some are missing."""
    decision = program.decide(Occurrence(moment.record, moment.now, answers.given), book.state)
    for _ in range(ROUNDS):
        if not [need for need in decision.needs if answers.ask(need.read)]:
            break
        decision = program.decide(Occurrence(moment.record, moment.now, answers.given), book.state)
    return decision


def _played(
    moment: Moment, decision: Decision, changes: tuple[Change, ...], book: Book, holds: tuple[NewHold, ...],
    answers: _Answers,
) -> Played:  # fmt: skip
    open_ones = book.holds if decision.stale else reviewed(book, decision, holds)
    return Played(
        moment,
        decision,
        changes,
        book,
        tuple(hold for hold in open_ones.values() if not _known(book, hold)),
        tuple(hold for at, hold in book.holds.items() if at not in open_ones),
        answers.sources,
        tuple(answers.unanswered),
    )


def _known(book: Book, hold: NewHold) -> bool:
    before = book.holds.get(slot(hold))
    return before is not None and (before.reason, before.team) == (hold.reason, hold.team)
