"""Expressions through the whole front end: parsed, typed, evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from retoure.check.facts import gather
from retoure.check.typing import Scope, Typer
from retoure.diagnostics import Finding
from retoure.language import nodes as n
from retoure.language import parse_expression
from retoure.runtime.evaluate import Evaluator
from retoure.runtime.scope import Env
from retoure.source import Place, Source, Span
from retoure.types.kinds import (
    Anything,
    Boolean,
    Day,
    Field,
    Instant,
    Integer,
    ListOf,
    Money,
    MoneyType,
    Number,
    Record,
    Text,
    Type,
)

PLAIN: tuple[tuple[type, Type], ...] = (
    (str, Text()),
    (bool, Boolean()),
    (int, Integer()),
    (Decimal, Number()),
    (datetime, Instant()),
    (date, Day()),
    (Money, MoneyType()),
)


class NothingDeclared:
    """A mapping without maps, settings, tables and templates."""

    maps: Mapping[str, n.MapNode] = {}
    settings: Mapping[str, Any] = {}
    money_sums: frozenset[n.Aggregate] = frozenset()
    texts: Mapping[str, tuple[tuple[str, ...], str, Span]] = {}

    def row(self, table: str, keys: object) -> n.RowNode:
        raise AssertionError(table)

    def template(self, setting: str) -> tuple[tuple[str, ...], n.TextLiteral]:
        raise AssertionError(setting)

    def place(self, span: Span) -> Place:
        return Source("expression", "").place(span)


def kind_of(value: object) -> Type:
    """The type of a value of an example; lists hold values of one type."""
    if isinstance(value, list):
        return ListOf(kind_of(value[0]) if value else Anything())
    if isinstance(value, dict):
        return Record("", {name: Field(kind_of(each), True) for name, each in value.items()})
    return next(kind for python, kind in PLAIN if isinstance(value, python))


@dataclass(frozen=True)
class Ran:
    """The type of an expression, the findings about it, and how to get its value."""

    type: Type
    findings: tuple[Finding, ...]
    value: Callable[[], Any]

    @property
    def codes(self) -> list[str]:
        return [finding.code for finding in self.findings]


Run = Callable[..., Ran]


def run(text: str, given: Mapping[str, Any] | None = None, types: Mapping[str, Type] | None = None) -> Ran:
    """An expression with variables, typed by what they hold, or as `types` says."""
    source, values = Source("expression", text), given or {}
    node = parse_expression(source)
    findings: list[Finding] = []
    scope = Scope({**{name: kind_of(value) for name, value in values.items()}, **(types or {})})
    kind = Typer(gather(n.Module(source, ()), {}), findings.append).infer(node, scope)
    env = Env(values, datetime(2026, 1, 1, tzinfo=UTC))
    return Ran(kind, tuple(findings), lambda: Evaluator(NothingDeclared()).value(node, env))


@pytest.fixture(scope="session")
def ran() -> Run:
    return run
