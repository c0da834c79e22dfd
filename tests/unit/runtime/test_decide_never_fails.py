"""`decide` gives one decision for one input, compiled or interpreted, and never raises, whatever a platform sends."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retoure import data_folder
from retoure.compile import compile_mapping
from retoure.runtime.decision import Answer, Decision, Ending, Occurrence, State
from retoure.source import Source
from retoure.types import json_text

from ...property.interpreted import interpreted
from .small import after

FOLDER = data_folder("mappings") / "reveni_to_scayle"
PROGRAM = compile_mapping(
    Source.read(FOLDER / "returns.rmap"), {"restocks": "engine", "refund_payer": "scayle", "exchanges": "engine"}
)
INTERPRETED = interpreted(PROGRAM)
RECORDS = [
    json_text.parse(path.read_bytes())
    for path in sorted((FOLDER / "fixtures").glob("*.json"))
    if "webhook" not in path.name
]
ORDERS = [json_text.parse(path.read_bytes()) for path in sorted((FOLDER / "fixtures" / "answers").rglob("*.json"))]
NOW = datetime(2026, 4, 12, 10, 0, tzinfo=UTC)

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-3, max_value=30),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from([10**27, -(10**27), 10**40, Decimal("1E+300"), Decimal("0.001")]),
    st.text(max_size=5),
    st.sampled_from(["accepted", "ACCEPTED", "rejected", "received", "EUR", "JPY", "XXX", "12.345", "-1", "9" * 28]),
    st.sampled_from(["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59Z", "2026-03-29T01:30:00Z", "{error}", "{x}"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def mutated(draw: st.DrawFn, originals: list[Any]) -> Any:
    """One of the documents with some values exchanged, left out, doubled or added."""
    document = copy.deepcopy(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(0, 4))):
        _mutate(draw, document)
    return document


def _mutate(draw: st.DrawFn, document: Any) -> None:
    places = list(_places(document))
    if not places:
        return
    holder, name = draw(st.sampled_from(places))
    kind = draw(st.sampled_from(["exchange", "exchange", "leave out", "double"]))
    if kind == "exchange":
        holder[name] = draw(VALUES)
    elif kind == "leave out":
        del holder[name]
    elif isinstance(holder, list):
        holder.append(copy.deepcopy(holder[name]))


def _places(document: Any) -> Any:
    pairs = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for name, inner in list(pairs):
        yield document, name
        yield from _places(inner)


def finished(record: Any, state: State, order: Any, error: bool) -> Decision:
    """The decision with every read answered; checks on the way that a second look sees the same."""
    answers: dict[str, Answer] = {}
    for _ in range(9):
        occurrence = Occurrence(record, NOW, dict(answers))
        decision = PROGRAM.decide(occurrence, state)
        assert decision == PROGRAM.decide(occurrence, state) == INTERPRETED.decide(occurrence, state)
        if not decision.needs:
            return decision
        for need in decision.needs:
            answers[need.read.key] = Answer(error="gone") if error else Answer(copy.deepcopy(order))
    raise AssertionError("it never stops asking")


def sound(decision: Decision) -> None:
    """What holds of every decision."""
    keys = [(stop.rule, stop.key) for stop in decision.stops]
    assert len(keys) == len(set(keys))
    assert all(stop.outcome.reason and stop.place.line > 0 for stop in decision.stops)
    assert all(stop.outcome.team for stop in decision.stops if stop.outcome.ending is Ending.HOLD)
    for want in decision.wanted:
        json.dumps(want.body, default=str)
        assert want.trace
    assert decision.stale or decision.stops or decision.wanted or decision.notes


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated(RECORDS), mutated(RECORDS), mutated(ORDERS), st.booleans())
def test_changed_records_and_answers(first: Any, second: Any, order: Any, error: bool) -> None:
    decision = finished(first, State(), order, error)
    sound(decision)
    state = after(decision, at=NOW) if decision.version else State()
    sound(finished(second, state, order, error=False))


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_anything_at_all_as_a_record_is_held(record: Any) -> None:
    decision = finished(record, State(), ORDERS[0], error=False)
    assert [stop.outcome.ending for stop in decision.stops] == [Ending.HOLD]
    assert (decision.wanted, decision.version) == ((), "")


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_anything_at_all_as_an_answer_is_held(answer: Any) -> None:
    record = next(record for record in RECORDS if record["status"] == "accepted")
    decision = finished(record, State(), answer, error=False)
    assert any("does not fit its schema" in stop.outcome.reason for stop in decision.stops)
    assert "refund" not in decision.reviewed


@pytest.mark.parametrize("path", sorted((FOLDER / "fixtures").glob("[!w]*.json")), ids=lambda path: path.stem)
def test_the_fixtures_themselves_fit(path: Path) -> None:
    decision = finished(json_text.parse(path.read_bytes()), State(), ORDERS[0], error=False)
    assert decision.stage is not None
