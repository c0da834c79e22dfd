"""The works that are compared, each with all peers that are installed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import fields
from measuring import Run, Work

from retoure.compile import CompiledMapping, Expressions, check_source, compile_mapping
from retoure.runtime.decision import Decision, Occurrence, State
from retoure.runtime.evaluate import Evaluator
from retoure.runtime.scope import Env
from retoure.source import Source
from retoure.types.lift import lift
from retoure.types.lower import lower

HERE = Path(__file__).resolve().parent
SCHEMAS = HERE / "schemas"
SUITE = HERE.parent / "tests" / "conformance"
SHIPPED = HERE.parent / "mappings" / "reveni_to_scayle" / "returns.rmap"
NOW = datetime(2026, 5, 1, tzinfo=UTC)
SHOPS = 40
HAND, COMPILED, INTERPRETED = "hand-written Python", "retoure", "retoure, interpreted"


def works(*, quick: bool) -> Iterator[Work]:
    """The works, the large ones only when there is time."""
    yield Work("a", "25 fields, dict to dict", mapped(fields.order(3)))
    lines = 500 if quick else 5000
    yield Work("b", f"{lines:,} lines, dict to dict", mapped(fields.order(lines)))
    for count in (50, 400 if quick else 2000):
        yield Work(f"c{count}", f"{count} rules of {SHOPS} shops, one decision", decided(count), same=False)
    yield Work("e", "making a program of the shipped mapping", prepared(), same=False)


# ---- (a), (b): one map


def mapped(order: dict[str, Any]) -> dict[str, Run]:
    """The record of 25 fields, by every peer."""
    program = Expressions(check_source(Source("fields.rmap", fields.MAPPING), SCHEMAS).facts, {})
    node, env = program.maps["fields"], Env({}, NOW)
    kind, target = program.facts.type_of(node.parameters[0].type), program.facts.type_of(node.target)
    function, nothing = program.code.map("fields"), frozenset[str]()
    assert kind is not None
    assert target is not None
    assert function is not None

    def checked() -> Any:
        typed, wrong = lift(order, kind, root=order)
        made, problems = lower(program.evaluator().made(node, [typed], env)[0], target)
        assert not wrong
        assert not problems
        return made

    ours: dict[str, Run] = {
        COMPILED: lambda: program.evaluator().made(node, [order], env)[0],
        "retoure, the function alone": lambda: function(NOW, nothing, order),
        "retoure, every value checked": checked,
        INTERPRETED: lambda: Evaluator(program).made(node, [order], env)[0],
    }
    peers = {name: peer(order) for name, (module, peer) in PEERS.items() if find_spec(module)}
    return {HAND: lambda: fields.by_hand(order), **ours, **peers}


def _datalogic(order: dict[str, Any]) -> Run:
    from datalogic_py import Engine

    rule = Engine(templating=True).compile(fields.LOGIC)
    return lambda: rule.evaluate(order)


def _zen(order: dict[str, Any]) -> Run:
    from zen import compile_expression

    expression = compile_expression(fields.ZEN)
    return lambda: expression.evaluate(order)


def _jsonata(order: dict[str, Any]) -> Run:
    from jsonata import Jsonata

    expression = Jsonata(fields.JSONATA)
    return lambda: expression.evaluate(order)


def _jinja(order: dict[str, Any]) -> Run:
    from jinja2.nativetypes import NativeEnvironment

    tables = {"states": fields.STATES, "countries": fields.COUNTRIES, "methods": fields.METHODS}
    template = NativeEnvironment().from_string(fields.JINJA)
    return lambda: template.render(order=order, **tables)


PEERS: Mapping[str, tuple[str, Callable[[dict[str, Any]], Run]]] = {
    "datalogic-py": ("datalogic_py", _datalogic),
    "zen-engine": ("zen", _zen),
    "jsonata-python": ("jsonata", _jsonata),
    "jinja2": ("jinja2", _jinja),
}
"""Peers from PyPI: the module each needs, and how it does the work."""


# ---- (c): many rules


class Interpreted(CompiledMapping):
    def evaluator(self) -> Evaluator:
        return Evaluator(self)


def decided(count: int) -> dict[str, Run]:
    """One decision among so many rules, of which one applies. By hand nothing is told of the rules that do not."""
    program = compile_mapping(Source("rules.rmap", rules(count)), schemas=SUITE / "schemas")
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


def rules(count: int) -> str:
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


# ---- (e): from text to program


def prepared() -> dict[str, Run]:
    """Reading and checking the shipped mapping; then all its functions. What the parser needs is kept in memory."""
    os.environ.setdefault("RETOURE_CACHE", "off")
    source = Source.read(SHIPPED)
    program = compile_mapping(source)
    return {
        "read, check and bind": lambda: compile_mapping(source),
        "generate all functions": lambda: [generated.made() for generated in program.code.all()],
    }
