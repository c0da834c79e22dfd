"""The story of a return out of the rows of its journal: what came, what was decided and why, what was sent. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from ..delivery.reconcile import same
from ..delivery.store.port import Hold, Story
from ..runtime.decision import FieldTrace, Origin
from ..source import Place
from .cells import cells, fields
from .personal import Mask
from .tale import (
    Arrived,
    Changed,
    Closed,
    EffectTold,
    Happening,
    Judged,
    NoteTold,
    Opened,
    Passed,
    Pending,
    ReadTold,
    StopTold,
    Tale,
    Tried,
    Withdrawn,
)
from .turns import Turns

Row = Mapping[str, Any]
Slot = tuple[str, tuple[str, ...]]
Placed = tuple[int, Happening]
"""What happened, and the decision it belongs to: of what happened at one moment, that says what came first."""

ORDER: Final = (Arrived, Passed, Judged, Withdrawn, Closed, Opened, Changed, Tried)
EDITED: Final = "edited"
"""What stands among the tries of a call for a change by a person, of which `Changed` tells."""
UNFINISHED: Final = ("waiting", "sending", "queued", "held")


def told(story: Story, *, personal: bool = False) -> Tale:
    """The tale of a return, without personal data unless it is asked for."""
    return _Teller(story, _mask(story, personal=personal)).tale()


def _mask(story: Story, *, personal: bool) -> Mask:
    seen = [row["snapshot"] for row in story.events] + [row["record"] for row in story.decisions]
    answers = [answer["value"] for row in story.decisions for answer in row["answers"].values()]
    return Mask((*seen, *answers), off=personal)


class _Teller:
    """Reads the rows of one story. Calls are known by their id, decisions by the event they were made from."""

    def __init__(self, story: Story, mask: Mask) -> None:
        self._story = story
        self._mask = mask
        self._calls = {row["id"]: row for row in story.effects}
        self._turns = Turns(story.decisions)
        self._events = {row["id"]: f"event-{row['event']}" for row in story.decisions}

    def tale(self) -> Tale:
        parts = (
            self._arrivals(),
            self._passed(),
            self._judged(),
            self._changes(),
            self._tries(),
            self._withdrawn(),
            self._holds(),
        )
        placed = [each for part in parts for each in part]
        placed.sort(key=lambda each: (each[1].at, each[0], ORDER.index(type(each[1]))))
        state = self._story.state
        held = tuple(self._shown(hold) for hold in self._story.holds if hold.closed_at is None)
        told = tuple(happening for _, happening in placed)
        return Tale(self._story.subject, state.stage, state.version, tuple(self._pending()), held, told)

    # --- what came

    def _arrivals(self) -> Iterator[Placed]:
        conflicts: Counter[tuple[str, str]] = Counter()
        for row in self._story.rejected:
            conflicts[row["system"], row["event_id"]] += row["times"]
        for row in self._story.events:
            yield (
                self._turns.event(row["seq"]),
                Arrived(
                    at=_moment(row["received_at"]),
                    ids=(_event(row),),
                    system=row["system"],
                    kind=row["kind"],
                    event=row["event_id"],
                    happened=_moment_or_none(row["happened_at"]),
                    repeats=row["repeats"],
                    repeated=_moment_or_none(row["repeated_at"]),
                    conflicts=conflicts[row["system"], row["event_id"]],
                ),
            )

    def _passed(self) -> Iterator[Placed]:
        decided = {row["event"] for row in self._story.decisions}
        for row in self._story.events:
            if row["ended_at"] is not None and (row["seq"] not in decided or row["state"] in ("held", "queued")):
                reason = self._mask.text(row["reason"])
                at = _moment(row["ended_at"])
                passed = Passed(at=at, ids=(_event(row),), state=row["state"], reason=reason, queue=row["queue"])
                yield self._turns.ended(row["seq"]), passed

    # --- what was decided

    def _judged(self) -> Iterator[Placed]:
        before: dict[Slot, Any] = {}
        for row in self._story.decisions:
            decision, turn = row["decision"], self._turns.decision(row["id"])
            if decision is None:
                yield turn, self._removed(row)
                continue
            effects = () if row["stale"] else tuple(self._effects(row, before))
            entry = decision["entry"] or {"origin": None, "path": ()}
            yield (
                turn,
                Judged(
                    at=_moment(row["at"]),
                    ids=(self._events[row["id"]], *(effect.id for effect in effects if effect.id)),
                    cause=row["cause"],
                    mapping=row["mapping"],
                    version=row["version"],
                    stale=bool(row["stale"]),
                    origin=entry["origin"],
                    path=tuple(entry["path"]),
                    stage=row["stage"],
                    reads=tuple(self._read(key, answer) for key, answer in row["answers"].items()),
                    effects=effects,
                    stops=tuple(map(self._stop, decision["stops"])),
                    notes=tuple(map(self._note, decision["notes"])),
                ),
            )
            if not row["stale"]:
                before.update({_slot(item): item["body"] for item in decision["wanted"]})

    def _removed(self, row: Row) -> Happening:
        """A decision of which the retention left only that it was made."""
        return Judged(
            at=_moment(row["at"]),
            ids=(self._events[row["id"]],),
            cause=row["cause"],
            mapping=row["mapping"],
            version=row["version"],
            stale=bool(row["stale"]),
            origin=None,
            path=(),
            stage=row["stage"],
            reads=(),
            effects=(),
            stops=(),
            notes=(),
            removed=True,
        )

    def _effects(self, row: Row, before: Mapping[Slot, Any]) -> Iterator[EffectTold]:
        """What was wanted, each with the call that came of it; then the calls that take something back."""
        calls = [call for call in self._story.effects if call["decision"] == row["id"]]
        wanted = row["decision"]["wanted"]
        for item in wanted:
            made = [call for call in calls if _slot(call) == _slot(item)]
            for call in made:
                yield self._effect(call, item, f"effect-{call['id']}", "", _first_body(call))
            if not made:
                yield self._effect(item, item, "", _unsent(item, before), None)
        slots = {_slot(item) for item in wanted}
        for call in calls:
            if _slot(call) not in slots:
                yield self._effect(call, None, f"effect-{call['id']}", "", _first_body(call))

    def _effect(self, named: Row, item: Row | None, id: str, why: str, body: Any) -> EffectTold:
        return EffectTold(
            id=id,
            verb=named["verb"],
            operation=named["operation"],
            key=tuple(named["key"]),
            rule=named["rule"],
            place=_place(named["place"]),
            wanted=item is not None,
            why=why,
            values=fields(self._mask.data(item["body"])) if item else {},
            trace=tuple(map(self._trace, item["trace"])) if item else (),
            body=self._mask.data(body),
        )

    def _trace(self, data: Row) -> FieldTrace:
        return FieldTrace(data["field"], _place(data["place"]), self._origins(data["origins"]))

    def _origins(self, rows: Iterable[Row]) -> tuple[Origin, ...]:
        return tuple(
            Origin(
                row["kind"],
                self._mask.text(row["what"]),
                self._mask.at(row["what"], row["value"]) if row["kind"] == "input" else self._mask.data(row["value"]),
                _place(row["place"]) if row["place"] else None,
            )
            for row in rows
        )

    def _read(self, key: str, answer: Row) -> ReadTold:
        outcome = answer["outcome"] or {"reason": ""}
        return ReadTold(key, self._mask.text(answer["error"] and (outcome["reason"] or answer["error"])))

    def _stop(self, data: Row) -> StopTold:
        outcome = data["outcome"]
        return StopTold(
            data["rule"],
            _place(data["place"]),
            outcome["ending"],
            self._mask.text(outcome["reason"]),
            outcome["team"],
            self._origins(data["because"]),
        )

    def _note(self, data: Row) -> NoteTold:
        return NoteTold(data["rule"], _place(data["place"]), self._mask.text(data["text"]))

    # --- what was sent

    def _changes(self) -> Iterator[Placed]:
        for edit in self._story.edits:
            call, mask = self._calls[edit.effect], self._mask
            differ = cells(edit.before, edit.after, mask.data(edit.before), mask.data(edit.after))
            said = {"operation": call["operation"], "who": edit.who, "why": mask.text(edit.why), "fields": differ}
            yield self._turns.decision(call["decision"]), Changed(at=edit.at, ids=self._ids(call), **said)

    def _tries(self) -> Iterator[Placed]:
        for call in self._story.effects:
            tries = [row for row in self._story.attempts if row["effect"] == call["id"] and row["outcome"] != EDITED]
            for row, following in pairwise((*tries, None)):
                assert row is not None
                then, until = _after(row, following, call)
                yield (
                    self._turns.decision(call["decision"]),
                    Tried(
                        at=_moment(row["began_at"]),
                        ids=self._ids(call),
                        operation=call["operation"],
                        step=row["step"],
                        outcome=row["outcome"],
                        error=row["error"],
                        message=self._mask.text(row["message"]),
                        answer=self._mask.data(call["answer"]) if following is None else None,
                        ended=_moment_or_none(row["ended_at"]),
                        then=self._mask.text(then),
                        until=until,
                    ),
                )

    def _ids(self, call: Row) -> tuple[str, ...]:
        return f"effect-{call['id']}", self._events[call["decision"]]

    def _withdrawn(self) -> Iterator[Placed]:
        for call in self._story.effects:
            if call["state"] == "superseded":
                at, turn = _moment(call["changed_at"]), self._turns.withdrawn(call["decision"])
                yield turn, Withdrawn(at=at, ids=self._ids(call), operation=call["operation"])

    # --- what was held

    def _holds(self) -> Iterator[Placed]:
        for hold in self._story.holds:
            shown, call = self._shown(hold), self._calls.get(hold.effect)
            opened = self._turns.decision(call["decision"]) if call else self._turns.opened(hold)
            about = self._ids(call) if call else self._made_from(opened)
            yield opened or 0, Opened(at=hold.opened_at, ids=(f"hold-{hold.id}", *about), hold=shown)
            if hold.closed_at is not None:
                closed = self._turns.closed(hold)
                ids = (f"hold-{hold.id}", *about, *self._made_from(closed))
                yield closed or 0, Closed(at=hold.closed_at, ids=ids, hold=shown)

    def _made_from(self, turn: int | None) -> tuple[str, ...]:
        """The event that a decision was made from."""
        return () if turn is None else (f"event-{self._story.decisions[turn]['event']}",)

    def _shown(self, hold: Hold) -> Hold:
        """The hold without personal data, in its reason and in the values that led to it."""
        rows: Any = hold.because or ()
        because = [{**row, "value": self._value(row)} for row in rows]
        closed_why = hold.closed_why if hold.by_hand else self._mask.text(hold.closed_why)
        return replace(hold, reason=self._mask.text(hold.reason), closed_why=closed_why, because=because)

    def _value(self, row: Row) -> Any:
        value = row.get("value")
        return self._mask.at(row["what"], value) if row["kind"] == "input" else self._mask.data(value)

    # --- what is unfinished

    def _pending(self) -> Iterator[Pending]:
        for row in self._story.events:
            if row["state"] in UNFINISHED:
                name, why = f"{row['system']}.{row['kind']}", self._mask.text(row["reason"])
                yield Pending(_event(row), name, row["state"], None, row["queue"], why)
        for row in self._story.effects:
            if row["state"] in UNFINISHED:
                due = _moment(row["due_at"]) if row["state"] == "waiting" else None
                why = self._mask.text(row["error"])
                yield Pending(f"effect-{row['id']}", row["operation"], row["state"], due, row["queue"], why)


def _after(row: Row, following: Row | None, call: Row) -> tuple[str, datetime | None]:
    """What followed a try: the next one, or where the call stands now."""
    if following is not None:
        again = row["outcome"] in ("failed", "unknown") and following["step"] != "person"
        return ("tried again", _moment(following["began_at"])) if again else ("", None)
    if call["state"] == "waiting":
        return "to be tried again", _moment(call["due_at"])
    if call["state"] == "queued":
        return f"put into queue {call['queue']}", None
    if call["state"] == "held":
        return "held for a person", None
    if call["state"] in ("skipped", "replaced") and row["step"] != "person":
        return call["error"], None
    return "", None


def _unsent(item: Row, before: Mapping[Slot, Any]) -> str:
    """Why nothing was sent for an effect that was wanted."""
    slot = _slot(item)
    if slot in before:
        return "as before" if same(before[slot], item["body"]) else "changed after it was sent"
    return "not begun any more" if not item["starts"] else "no call came of it"


def _first_body(call: Row) -> Any:
    """What a call was to send when it was decided, whatever people have changed since."""
    return call["body"] if call["original"] is None else call["original"]


def _slot(row: Row) -> Slot:
    return row["operation"], tuple(row["key"])


def _event(row: Row) -> str:
    return f"event-{row['seq']}"


def _place(data: Row) -> Place:
    return Place(data["file"], data["line"], data["column"])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _moment_or_none(text: str | None) -> datetime | None:
    return None if text is None else _moment(text)
