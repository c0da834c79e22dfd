"""Both ways to read and to write JSON: the same value or the same complaint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import IntEnum
from random import Random
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retoure.types import json_reference, json_text
from retoure.types.json_reference import DEPTH
from retoure.types.json_text import JsonInvalid
from retoure.types.kinds import Money


class _Level(IntEnum):
    LOW = 1


TEXTS = (
    *("0.1", "1e400", "1e401", "-1e-400", "-1E-401", "-0", "-0.0", "0e0", "1E5", "1.0", "01", "1.", ".5", "+1"),
    *("-", "1e+"),
    *("9" * 4300, "9" * 4301, str(2**64), str(-(2**63) - 1), f"{10**40}.5", f"0.{'1' * 500}"),
    *('{"a":1,"a":2}', '{"a":1,}', "[1,]", "{1:2}", "'a'", "NaN", "-Infinity", "tru", "", " ", "1 2", "\x0b1", "\xa01"),
    *(r'"\ud83d\ude00"', r'"\ud800"', r'"\udc00x"', r'{"\ud800":1}', r'"\u0000"', r'"\x"', r'"\/"', '"\x7f\u2028"'),
    *('"a\tb"', '"a\x00"', "\ufeff[1]", '"\ud800"', "//c\n1", "[" * 100_000, '{"a":' * 99),
    *("[" * depth + "]" * depth for depth in (DEPTH, DEPTH + 1)),
    *('{"a":' * depth + "1" + "}" * depth for depth in (DEPTH, DEPTH + 1)),
    f"[{'[1],' * 99}{'[' * DEPTH}{']' * DEPTH}]",
    f"[{'[1],' * 99}{'[' * (DEPTH - 1)}{']' * (DEPTH - 1)}]",
)  # fmt: skip

VALUES: tuple[Any, ...] = (
    *(Decimal("1E+3"), Decimal("0.10"), Decimal("-0"), Decimal("NaN"), [Decimal("Infinity")], 10**40, -(2**63), True),
    *(1.0, 1.5, {"a": [1.0]}, {"a": {"b": 1.5}}, {1: 2}, {None: 1}, {"a": {True: 1}}, b"x", {"a", "b"}, _Level.LOW),
    *(datetime(2026, 1, 1, tzinfo=UTC), Money(Decimal(1), "EUR"), {"at": [datetime(2026, 1, 1)]}),
    *((1, ("a", {})), object),
    *("é\x7f\x1f\u2028\\\"/\b\f\n\r\t", "\ud800", {"\ud800": 1}, {"b": 1, "a": 2, "é": 3, "\U0001f600": 4}),
    *(MappingProxyType({"b": 1, "a": [MappingProxyType({})]}), {"a": MappingProxyType({"b": 1.5})}, range(3)),
)  # fmt: skip


def said(ask: Callable[[Any], Any], given: Any) -> str:
    """The answer, in which the types of numbers and the order of fields can be seen, or the complaint."""
    try:
        return repr(ask(given))
    except JsonInvalid as problem:
        return f"refused: {problem}"


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_text_is_read_alike(text: str) -> None:
    assert said(json_text.parse, text) == said(json_reference.parse, text)
    raw = text.encode(errors="surrogatepass")
    assert said(json_text.parse, raw) == said(json_reference.parse, raw)


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_a_value_is_written_alike(value: Any) -> None:
    assert said(json_text.dump, value) == said(json_reference.dump, value)


def nested(depth: int, value: Any = 1) -> Any:
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


@pytest.mark.parametrize("depth", [DEPTH - 1, DEPTH, DEPTH + 1, 500])
@pytest.mark.parametrize("inner", [1, 1.5, Decimal("0.10"), Decimal("NaN"), {}])
def test_a_deep_value_is_written_alike(depth: int, inner: Any) -> None:
    assert said(json_text.dump, nested(depth, inner)) == said(json_reference.dump, nested(depth, inner))


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 2**32))
def test_a_damaged_text_is_read_alike(seed: int) -> None:
    random = Random(seed)
    raw = bytearray(json_reference.dump(_made(random, 4)).encode())
    for _ in range(random.randrange(3)):
        at = random.randrange(len(raw) + 1)
        raw[at : at + random.randrange(2)] = random.choice(
            [b"", b'"', b"\\", b"{", b"]", b"0", b".", b"e", b"\xc3", b","]
        )
    assert said(json_text.parse, bytes(raw)) == said(json_reference.parse, bytes(raw))


def _made(random: Random, depth: int) -> Any:
    kind = random.randrange(4 if depth else 2)
    if kind == 2:
        return [_made(random, depth - 1) for _ in range(random.randrange(4))]
    if kind == 3:
        return {random.choice("abé"): _made(random, depth - 1) for _ in range(random.randrange(4))}
    scalars: Mapping[int, tuple[Any, ...]] = {0: (1, -20, Decimal("0.10"), None, True), 1: ("", "\u20ac\\", "x\n")}
    return random.choice(scalars[kind])


def test_what_is_known_to_be_json_is_written_without_asking() -> None:
    value = {"b": [Decimal("0.10"), None, True], "a": "é"}
    assert json_text.written(value) == json_text.dump(value).encode()
