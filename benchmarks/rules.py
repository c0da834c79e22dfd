"""(c): one decision among many rules."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from measuring import Peers, Work
from peers import COMPILED, HAND, INTERPRETED, NOW, SUITE

from retoure.compile import CompiledMapping, compile_mapping
from retoure.runtime.decision import Decision, Occurrence, State
from retoure.runtime.evaluate import Evaluator
from retoure.source import Source

SHOPS = 40
ABOUT = """A decision tells of every rule why it did nothing, reads and stores nothing. By hand, a dictionary finds the
rules of the shop, and nothing is told of the others. A condition that does not hold is asked again by the interpreter,
which says what it looked at: that is what a decision costs here, a function cannot save it."""


def works(*, quick: bool) -> Iterator[Work]:
    for count in (50, 400 if quick else 2000):
        title = f"{count:,} rules of {SHOPS} shops, one decision"
        yield Work(f"c{count}", title, partial(decided, count), ABOUT, "1.00, better 0.65", same=False)


class Interpreted(CompiledMapping):
    def evaluator(self) -> Evaluator:
        return Evaluator(self)


def decided(count: int, _: object) -> Peers:
    """One decision among so many rules, of which one applies. By hand nothing is told of the rules that do not."""
    program = compile_mapping(Source("rules.rmap", mapping(count)), schemas=SUITE / "schemas")
    interpreted = Interpreted(program.facts, program.settings)
    record = {"id": "r1", "status": "new", "updated_at": "2026-04-01T10:00:00Z", "note": "shop 7", "reason": "small"}
    occurrence = Occurrence({**record, "pieces": 0, "lines": []}, NOW)
    by_shop: dict[str, list[tuple[int, str]]] = {}
    for number in range(count):
        by_shop.setdefault(f"shop {number % SHOPS}", []).append((number // SHOPS, f"rule {number}"))

    def by_hand() -> list[str]:
        event = occurrence.record
        return [
            text for pieces, text in by_shop[event["note"]] if event["pieces"] == pieces and event["reason"] == "small"
        ]

    assert by_hand() == reasons(program.decide(occurrence, State())) == ["rule 7"]
    return {
        HAND: by_hand,
        COMPILED: lambda: program.decide(occurrence, State()),
        INTERPRETED: lambda: interpreted.decide(occurrence, State()),
    }


def reasons(decision: Decision) -> list[str]:
    return [stop.outcome.reason for stop in decision.stops]


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
