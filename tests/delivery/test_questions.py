"""Questions answered at once: one try a read, nothing stored, nothing sent."""

from __future__ import annotations

from typing import Any

import pytest

from retoure.delivery.questions import NoSuchQuestion
from retoure.runner import AsyncRunner
from retoure.runtime.decision import Ending, Reply
from retoure.runtime.reply import ValuesInvalid

from .conftest import Bench

ORDER: dict[str, Any] = {"email": "a@b.example", "items": [{"id": 11}, {"id": 12}]}
VALUES = {"order": "1", "email": "a@b.example"}


def asked(bench: Bench, values: Any = VALUES, name: str = "returnable") -> Reply:
    async def story(runner: AsyncRunner) -> Reply:
        return await runner.ask_question(name, values)

    return bench.run(story)


def test_an_answer_is_read_and_given(bench: Bench) -> None:
    bench.shop.always("orders.get", ORDER)
    assert asked(bench).body == {"items": [11, 12]}


def test_units_of_other_returns_count_as_taken(bench: Bench) -> None:
    bench.shop.always("orders.get", ORDER)
    bench.deliver(bench.returned(order="1"))
    assert asked(bench).body == {"items": [12]}


def test_nothing_is_stored(bench: Bench) -> None:
    bench.shop.always("orders.get", ORDER)
    before = bench.ask(lambda store: store.status())
    asked(bench)
    assert bench.ask(lambda store: store.status()) == before
    assert bench.ask(lambda store: store.subjects()) == ()


def test_a_failed_read_is_tried_once_and_is_the_outcome(bench: Bench) -> None:
    bench.shop.fails("orders.get", "UNAVAILABLE")
    outcome = asked(bench).outcome
    assert outcome is not None
    assert outcome.ending is Ending.FAIL
    assert bench.shop.counts()["orders.get"] == 1


def test_values_of_the_wrong_type_are_told(bench: Bench) -> None:
    with pytest.raises(ValuesInvalid, match="text is wanted"):
        asked(bench, {"order": 1})


def test_an_unknown_question_is_told(bench: Bench) -> None:
    with pytest.raises(NoSuchQuestion):
        asked(bench, VALUES, "returnabel")
