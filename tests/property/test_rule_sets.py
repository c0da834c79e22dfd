"""Rules that are looked up come to the same decisions as all rules followed one after the other."""

from __future__ import annotations

import ast
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from retoure.compile import CompiledMapping, Interpreted, compile_mapping
from retoure.diagnostics import CompileFailed
from retoure.runtime.decision import Decision, Occurrence, State
from retoure.source import Source

from ..unit.test_compiled_shape import assert_own
from .interpreted import interpreted
from .programs import SCHEMAS, records
from .rule_sets import NOTES, STATUSES, after, moments, rule_sets
from .test_compiled import NOW

MANY = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=20)


def events() -> st.SearchStrategy[dict[str, Any]]:
    """Records that bring what rules ask for, or something unusual."""
    asked = st.fixed_dictionaries(
        {"status": st.sampled_from(STATUSES)},
        optional={
            "note": st.sampled_from(["a", "b", "12", "{x}", None, *NOTES[4:]]),
            "reason": st.sampled_from(["small", "broken", "big"]),
            "pieces": st.sampled_from([0, 1, 2, 7, None]),
            "urgent": st.booleans(),
            "order": st.sampled_from([None, {"number": "a"}, {"number": 'it\'s "here" {now}'}]),
        },
    )
    return st.tuples(records(), asked).map(lambda both: {**both[0], **both[1]})


@MANY
@given(rule_sets(), st.lists(st.tuples(events(), moments()), min_size=1, max_size=6))
def test_generated_rules(text: str, story: list[tuple[dict[str, Any], timedelta]]) -> None:
    try:
        program = compile_mapping(Source("generated.rmap", text), schemas=SCHEMAS)
    except CompileFailed as failed:
        event(failed.findings[0].code)
        assume(False)
        raise
    played(program, interpreted(program), story)
    for generated in program.code.all():
        assert_own(ast.parse(generated.text))
        assert all(0 < line.span.start < line.span.end <= len(text) for line in generated.lines)


def played(program: CompiledMapping, reference: Interpreted, story: list[tuple[dict[str, Any], timedelta]]) -> None:
    """Both decide on each event, from the state that the events before have left."""
    state = State()
    for number, (record, passed) in enumerate(story):
        versioned = {**record, "updated_at": f"2026-01-0{number + 1}T00:00:00Z"}
        occurrence = Occurrence(versioned, NOW + passed)
        decision, expected = program.decide(occurrence, state), reference.decide(occurrence, state)
        same(decision, expected)
        state = after(decision, state, occurrence.now)


def same(decision: Decision, expected: Decision) -> None:
    assert decision == expected
    assert tuple(decision.notes) == tuple(expected.notes)
    assert sorted(decision.reviewed) == sorted(expected.reviewed)
    assert repr(decision.stops) == repr(expected.stops)
    assert repr(decision.wanted) == repr(expected.wanted)
