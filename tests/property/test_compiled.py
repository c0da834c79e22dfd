"""Generated functions answer as the interpreter does: the same value, trace and decision, or the same failure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from retoure.compile import CompiledMapping, Interpreted, compile_mapping
from retoure.diagnostics import CompileFailed
from retoure.runtime.convert import ConversionFailed
from retoure.runtime.decision import Occurrence, State
from retoure.runtime.evaluate import Evaluator
from retoure.runtime.scope import Ended, Env
from retoure.runtime.values import Refused
from retoure.source import Source
from retoure.types.lift import lift

from .interpreted import interpreted
from .programs import HEAD, SCHEMAS, TAIL, programs, records

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
MANY = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=60)


def both(text: str) -> tuple[CompiledMapping, Interpreted]:
    program = compile_mapping(Source("generated.rmap", text), schemas=SCHEMAS)
    return program, interpreted(program)


def outcome(evaluator: Evaluator, program: CompiledMapping, record: Any, reached: frozenset[str]) -> str:
    """The record that the map makes, in order and with the type of every number, and its trace; or what stopped it."""
    try:
        made, trace = evaluator.made(program.maps["values"], [record], Env({}, NOW, reached))
    except Ended as ended:
        return f"{ended.outcome} at {ended.at}"
    except (ConversionFailed, Refused) as problem:
        return f"{type(problem).__name__}: {problem}"
    return f"{made} | {tuple(trace)}"


def made_alone(program: CompiledMapping, record: Any) -> str:
    """As `outcome`, by the function that makes records without traces."""
    try:
        return str(program.maker("values")(NOW, record))
    except Ended as ended:
        return f"{ended.outcome} at {ended.at}"
    except (ConversionFailed, Refused) as problem:
        return f"{type(problem).__name__}: {problem}"


@MANY
@given(programs(), st.lists(records(), min_size=1, max_size=4), st.sets(st.sampled_from(["arrived", "approved"])))
def test_a_generated_program(text: str, events: list[dict[str, Any]], reached: set[str]) -> None:
    try:
        program, reference = both(text)
    except CompileFailed as failed:
        event(failed.findings[0].code)
        assume(False)
        raise
    for each in events:
        typed, _ = lift(each, program.record, root=each)
        quick = outcome(program.evaluator(), program, typed, frozenset(reached))
        assert quick == outcome(reference.evaluator(), reference, typed, frozenset(reached))
        alone = outcome(reference.evaluator(), reference, typed, frozenset())
        assert made_alone(program, typed) == alone.partition(" | (")[0]
        occurrence = Occurrence(each, NOW)
        assert program.decide(occurrence, State()) == reference.decide(occurrence, State())


@pytest.mark.parametrize("what", ["map values", "gate fine", "rule put"])
def test_a_usual_program_is_generated(what: str) -> None:
    text = f"""{HEAD}
map values(return : returns.Return) -> shop.Values {{ name = return.id }}
gate fine(return : returns.Return) {{ require return.note exists otherwise hold "no note" for desk }}
rule put {{
  when return becomes open, approved
  if return.urgent is true
  only if fine(return)
  keep shop.values.put with values(return) per return.id on error follow plain
}}
{TAIL}"""
    program, _ = both(text)
    assert what in {generated.what for generated in program.code.all()}
