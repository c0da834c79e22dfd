"""The value of each sub-expression of what a mapping computed, for failed expectations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..language import nodes as n
from ..language.walk import walk
from ..language.wording import wording
from ..runtime.decision import FieldTrace
from ..runtime.evaluate import Definitions, Evaluator, Notes
from ..runtime.scope import Env
from ..runtime.values import shown
from ..source import Source
from ..types import json_text

MOST = 4
"""Of an expression in a loop, so many different values are told."""

OUTCOME = re.compile(r'\b(hold|skip|fail) "(?:[^"{\\]|\\.|\{[^{}]*\})*"( for \w+)?')

Seen = tuple[n.Alternative, Any]


@dataclass
class Values:
    """Every expression of one decision with its value, in the order they were computed; fields with theirs."""

    seen: list[Seen] = field(default_factory=list)
    fields: list[tuple[FieldTrace, n.Alternative, Sequence[Seen]]] = field(default_factory=list)


class WatchedEvaluator(Evaluator):
    """An evaluator that remembers what each expression came to."""

    def __init__(self, definitions: Definitions, values: Values) -> None:
        super().__init__(definitions, Notes())
        self._values = values

    def value(self, node: n.Alternative, env: Env) -> Any:
        value = super().value(node, env)
        self._values.seen.append((node, value))
        return value

    def _field(self, item: n.Assignment, env: Env, path: str) -> Any:
        before, traced = len(self._values.seen), len(self.notes.fields)
        value = super()._field(item, env, path)
        whole = isinstance(item.value, n.RecordLiteral | n.ForEachRecord)
        if not whole and len(self.notes.fields) > traced:
            self._values.fields.append((self.notes.fields[-1], item.value, self._values.seen[before:]))
        return value


def told(expression: n.Alternative, seen: Sequence[Seen], source: Source) -> Iterator[str]:
    """`item.quantity = 2` for each part of an expression that is not plain to see, the innermost first."""
    parts = {id(node) for node in walk(expression)}
    found: dict[str, dict[str, None]] = {}
    for node, value in seen:
        if id(node) in parts and not _plain(node, value):
            found.setdefault(shortened(wording(source, node)), {})[told_value(value)] = None
    for words, values in found.items():
        more = ", …" if len(values) > MOST else ""
        yield f"{words} = {', '.join(list(values)[:MOST])}{more}"


def shortened(words: str) -> str:
    """The words of an expression without the reasons of its outcomes."""
    return OUTCOME.sub(r"\1 …", words)


def _plain(node: n.Alternative, value: Any) -> bool:
    """Whether the words are their own value, or the value is a record too long to tell."""
    literal = isinstance(node, n.NumberLiteral) or (isinstance(node, n.TextLiteral) and node.constant is not None)
    return literal or isinstance(value, Mapping) or (isinstance(node, n.NameRef) and value == node.name)


def told_value(value: Any) -> str:
    """A value as a line of a failed expectation shows it."""
    if value is None:
        return "missing"
    if isinstance(value, str):
        return json_text.dump(value)
    return f"a list of {len(value)}" if isinstance(value, list | tuple) else shown(value)
