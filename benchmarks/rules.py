"""(c): one decision among many rules."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from cProfile import Profile
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from types import CodeType
from typing import Any

from measuring import Different, Gauge, Peers, Run, Work
from peers import COMPILED, HAND, INTERPRETED, NOW, SUITE

from retoure.compile import CompiledMapping, Interpreted, compile_mapping
from retoure.compiled.rulesets import Acting
from retoure.runtime.decision import Decision, Occurrence, State
from retoure.source import Source
from retoure.types.lift import lift

SHOPS = 40
RECORD: Mapping[str, Any] = {
    "id": "r1", "status": "new", "updated_at": "2026-04-01T10:00:00Z", "note": "shop 7", "reason": "small",
    "pieces": 0, "lines": [],
}  # fmt: skip
OCCURRENCE = Occurrence(RECORD, NOW)
Told = tuple[str, str, str]
"""A rule that acts, how it ends, and the reason it gives."""

ALONE = """Which rules act on a return that has become open, and what they come to: one, of many that ask for another
shop, reason or number of pieces. By hand, a dictionary finds the rules of a shop and a number of pieces, and the reason
is compared. The function is the one `retoure compile --show` prints."""
WHOLE = """From the record as JSON to a decision. By hand: the fields that are used are checked, the version is read and
compared, the move is looked up, the rules are asked, and all is put into one object. retoure checks every field of the
schema, and says for each rule that does not act why not, to whoever reads that (last row but one)."""
INSIDE = """Where the time of one decision among 50 rules goes, as Python's profiler sees it, which makes everything
slower. By hand, only the fields that are used are looked at, and nothing is kept to tell of the other rules later."""
DECISIONS = 500
PARTS = {
    "retoure/types/": "the record is checked and read",
    "<generated from a type>": "the record is checked and read",
    "retoure/compiled/": "rules are found",
    "<rules when": "rules are found",
    "retoure/runtime/": "version, stage, move and decision",
    "<string>": "version, stage, move and decision",  # what dataclasses generate
}
OTHER = "all other"
GROWTH = """The same decision; only the number of rules is another."""


def works(*, quick: bool) -> Iterator[Work]:
    most = 400 if quick else 2000
    for count in (50, most):
        title = f"{count:,} rules of {SHOPS} shops"
        yield Work(f"c{count}", f"{title}: which act", partial(alone, count), ALONE, "1.00, better 0.65", same=False)
        yield Work(f"c{count}-whole", f"{title}: one decision", partial(whole, count), WHOLE, same=False)
    yield Work("c-inside", "The parts of a decision", inside, INSIDE, same=False, gauge=Gauge.OWN)
    yield Work("c-growth", f"{most:,} rules beside 50", partial(growth, most), GROWTH, "1.20 at most", same=False)


def alone(count: int, _: object) -> Peers:
    """Which rules act, by the function and by hand."""
    mapping = program(count)
    typed, _wrong = lift(RECORD, mapping.record, root=RECORD)
    function, reached = mapping.code.rules.groups[0].function, frozenset({"open"})
    by_hand = asked_by_hand(count)
    must_be_same(by_hand(RECORD), told(function(NOW, reached, typed)))
    return {
        HAND: lambda: by_hand(RECORD),
        "retoure, the rules' function": lambda: function(NOW, reached, typed),
    }


def whole(count: int, _: object) -> Peers:
    """A whole decision. The interpreter makes the notes of all rules on the way."""
    mapping = program(count)
    interpreted, state = Interpreted(mapping.facts, mapping.settings), State()
    by_hand = decided_by_hand(count)
    must_be_same(by_hand(RECORD, state), likewise(mapping.decide(OCCURRENCE, state)))
    return {
        HAND: lambda: by_hand(RECORD, state),
        "retoure, decide as called": lambda: mapping.decide(OCCURRENCE, state),
        "retoure, and every note read": lambda: len(mapping.decide(OCCURRENCE, state).notes),
        INTERPRETED: lambda: interpreted.decide(OCCURRENCE, state),
    }


def growth(most: int, _: object) -> Peers:
    state = State()

    def run(count: int) -> Run:
        mapping = program(count)
        return lambda: mapping.decide(OCCURRENCE, state)

    return {f"{COMPILED}, 50 rules": run(50), f"{COMPILED}, {most:,} rules": run(most)}


def inside(_: object) -> Peers:
    """Microseconds under the profiler in each part of a decision; what Python itself does counts for who asked it."""
    mapping, state = program(50), State()
    found: dict[str, float] = {}

    def whole() -> float:
        profile = Profile(time.thread_time, builtins=False)
        gc.disable()
        profile.enable()
        for _each in range(DECISIONS):
            mapping.decide(OCCURRENCE, state)
        profile.disable()
        gc.enable()
        found.clear()
        for entry in profile.getstats():
            part = _part(entry.code)
            found[part] = found.get(part, 0) + entry.inlinetime / DECISIONS * 1e6
        return sum(found.values())

    parts = dict.fromkeys([*PARTS.values(), OTHER])
    return {"retoure, decide as called": whole, **{part: partial(found.get, part, 0.0) for part in parts}}


def _part(code: CodeType | str) -> str:
    path = code if isinstance(code, str) else code.co_filename
    return next((part for folder, part in PARTS.items() if folder in path), OTHER)


# ---- by hand

STAGES = {"new": "open", "sent": "open", "arrived": "arrived", "checked": "arrived", "accepted": "approved",
          "refused": "closed", "cancelled": "closed"}  # fmt: skip
MOVES = {None: {"open", "arrived", "approved", "closed"}, "open": {"arrived", "approved", "closed"},
         "arrived": {"approved", "closed"}, "approved": {"arrived", "closed"}}  # fmt: skip
TYPES = {"id": str, "status": str, "updated_at": str, "note": str, "reason": str, "pieces": int, "lines": list}


@dataclass(frozen=True)
class Decided:
    """A decision by hand."""

    subject: str
    version: str
    origin: str | None
    stage: str
    found: tuple[Told, ...]


def asked_by_hand(count: int) -> Callable[[Mapping[str, Any]], list[Told]]:
    """The rules as one would write them: looked up by shop and pieces, then asked for the reason."""
    rules: dict[tuple[Any, Any], list[tuple[str, Told]]] = {}
    for number in range(count):
        key = (f"shop {number % SHOPS}", number // SHOPS)
        rules.setdefault(key, []).append(("small", (f"rule_{number}", "skip", f"rule {number}")))

    def asked(event: Mapping[str, Any]) -> list[Told]:
        reason = event.get("reason")
        return [found for wanted, found in rules.get((event.get("note"), event.get("pieces")), ()) if reason == wanted]

    return asked


def decided_by_hand(count: int) -> Callable[[Mapping[str, Any], State], Decided]:
    asked = asked_by_hand(count)

    def decided(event: Mapping[str, Any], state: State) -> Decided:
        for name, kind in TYPES.items():
            if event.get(name) is not None and not isinstance(event[name], kind):
                raise TypeError(f"{name} is no {kind.__name__}")
        version = datetime.fromisoformat(event["updated_at"]).isoformat(timespec="microseconds")
        if state.version is not None and version < state.version:
            raise ValueError("this version is old")
        stage, before = STAGES[event["status"].lower()], state.stage
        if stage != before and stage not in MOVES[before]:
            raise ValueError(f"{before} does not become {stage}")
        found = asked(event) if stage == "open" else [("others", "skip", "nothing")]
        return Decided(event["id"], version, before, stage, tuple(found))

    return decided


# ---- the same in retoure


@cache
def program(count: int) -> CompiledMapping:
    return compile_mapping(Source("rules.rmap", mapping(count)), schemas=SUITE / "schemas")


def told(acting: Iterable[Acting]) -> list[Told]:
    stops = [each.stop for each in acting if each.stop is not None]
    return [(stop.rule, stop.outcome.ending.value, stop.outcome.reason) for stop in stops]


def likewise(decision: Decision) -> Decided:
    stops = [(stop.rule, stop.outcome.ending.value, stop.outcome.reason) for stop in decision.stops]
    assert decision.entry is not None
    return Decided(decision.subject, decision.version, decision.entry.origin, decision.entry.stage, tuple(stops))


def must_be_same(by_hand: object, ours: object) -> None:
    if by_hand != ours:
        raise Different(f"by hand: {by_hand}; retoure: {ours}")


def mapping(count: int) -> str:
    """A mapping with so many rules; each is for one shop and one number of pieces."""
    head = (SUITE / "cases/lists/count/mapping.rmap").read_text(encoding="utf-8").partition("map values")[0]
    made = "\n".join(
        f"""rule rule_{number} {{
  when return becomes open
  if return.note is "shop {number % SHOPS}" and return.pieces is {number // SHOPS} and return.reason is small
  skip "rule {number}"
}}"""
        for number in range(count)
    )
    return f'{head}{made}\nrule others {{\n  when return becomes arrived, approved, closed\n  skip "nothing"\n}}\n'
