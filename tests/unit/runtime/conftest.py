"""Expressions as they are written in a mapping, evaluated."""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from retoure.language.parse import parse_template
from retoure.runtime.evaluate import Evaluator, Notes
from retoure.runtime.scope import Env
from retoure.source import Source

from .small import NOW, Small


class Evaluate(Protocol):
    def __call__(self, text: str, notes: Notes | None = None, **variables: Any) -> Any: ...


@pytest.fixture(scope="session")
def small() -> Small:
    """The small mapping without rules of its own."""
    return Small("")


@pytest.fixture(scope="session")
def value(small: Small) -> Evaluate:
    """The value of an expression with these variables; `return` has reached `received`."""

    def evaluate(text: str, notes: Notes | None = None, **variables: Any) -> Any:
        (node,) = parse_template(Source("expression", "{" + text + "}"))
        assert not isinstance(node, str)
        return Evaluator(small.program, notes).value(node, Env(variables, NOW, frozenset({"received"})))

    return evaluate
