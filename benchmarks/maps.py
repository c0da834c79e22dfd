"""(a), (b): one map."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from typing import Any

import fields
from measuring import Peers, Run, Work
from peers import COMPILED, HAND, INTERPRETED, NOW, SCHEMAS

from retoure.checked import check_source
from retoure.compile import Expressions
from retoure.runtime.evaluate import Evaluator
from retoure.runtime.scope import Env
from retoure.source import Source
from retoure.types.lift import lift
from retoure.types.lower import lower

FIELDS = """`retoure` runs the map as a generated function (decision 0040), `retoure, interpreted` is the reference it
falls back to, which also notes where each value comes from. `every value checked` lifts the input through its JSON
Schema first, and lowers the output through its own. zen-engine calculates in binary floats.

`by hand, every trick` is what stands between here and less: it reads no path twice, walks once through the lines, and
has a template of the record to copy. So does the generated function, but for a walk through the lines for each loop of
the mapping, and it looks whether products are too long and lists too many. Calling it is the other half: whatever it
stumbles on, the interpreter answers."""
LINES = "The same map with many lines in the order."
GOAL = "1.00, better 0.75"


def works(*, quick: bool) -> Iterator[Work]:
    few, many = fields.order(3), fields.order(500 if quick else 5000)
    yield Work("a", "25 fields, dict to dict", lambda _: mapped(few), FIELDS, GOAL)
    yield Work("b", f"{len(many['lines']):,} lines, dict to dict", lambda _: mapped(many), LINES, GOAL)


def mapped(order: dict[str, Any]) -> Peers:
    """The record of 25 fields, by every peer."""
    program = Expressions(check_source(Source("fields.rmap", fields.MAPPING), SCHEMAS).facts, {})
    node, env = program.maps["fields"], Env({}, NOW)
    kind, target = program.facts.type_of(node.parameters[0].type), program.facts.type_of(node.target)
    function, nothing, make = program.code.map("fields"), frozenset[str](), program.maker("fields")
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
        COMPILED: lambda: make(NOW, order),
        "retoure, the function alone": lambda: function(NOW, nothing, order),
        "retoure, every value checked": checked,
        INTERPRETED: lambda: Evaluator(program).made(node, [order], env)[0],
    }
    peers = {name: peer(order) for name, (module, peer) in PEERS.items() if find_spec(module)}
    by_trick = {"by hand, every trick": lambda: fields.by_trick(order)}
    return {HAND: lambda: fields.by_hand(order), **by_trick, **ours, **peers}


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
