from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retoure.types.json_reference import DEPTH
from retoure.types.json_text import JsonInvalid, dump, parse

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.decimals(allow_nan=False, allow_infinity=False, places=4)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=20,
)


def test_a_number_with_a_point_is_an_exact_decimal() -> None:
    assert parse('{"rate": 0.19, "amount": 12}') == {"rate": Decimal("0.19"), "amount": 12}
    assert str(parse("[76.4800]")[0]) == "76.4800"


def test_bytes_are_utf8_with_or_without_a_mark() -> None:
    assert parse("﻿[1]".encode()) == [1]
    assert parse('"Lucía"'.encode()) == "Lucía"


def test_of_a_key_written_twice_the_last_counts() -> None:
    assert parse('{"a": 1, "a": 2}') == {"a": 2}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": }', "this is not JSON, line 1, column 7"),
        ("", "this is not JSON, line 1, column 1"),
        ("[NaN]", "NaN is not a number"),
        ("[-Infinity]", "-Infinity is not a number"),
        ("[1e999999]", "a number is too large"),
        ("[1e99999999999999999999]", "a number is too large"),
        ("[1e-999999]", "a number is too large"),
        ("9" * 5000, "a number is too long"),
        ("[" * 100_000, "nested deeper than 64 levels"),
        ("[" * (DEPTH + 1) + "]" * (DEPTH + 1), "nested deeper than 64 levels"),
        ('{"a":' * (DEPTH + 1) + "1" + "}" * (DEPTH + 1), "nested deeper than 64 levels"),
        ('["\\ud800"]', "a text holds half a surrogate pair"),
        ('{"\\udfff": 1}', "a text holds half a surrogate pair"),
    ],
)
def test_what_is_not_safe_json_is_refused(text: str, message: str) -> None:
    with pytest.raises(JsonInvalid, match=message.replace("[", r"\[")):
        parse(text)


def test_bytes_that_are_no_utf8_name_the_byte() -> None:
    with pytest.raises(JsonInvalid, match="this is not UTF-8, byte 2"):
        parse(b'["\xff"]')


def test_nesting_up_to_the_limit_is_read_and_written() -> None:
    text = "[" * DEPTH + "]" * DEPTH
    assert dump(parse(text)) == text


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert parse('"\\ud83d\\ude00"') == "😀"


def test_dump_sorts_keys_and_keeps_every_digit() -> None:
    assert dump({"b": Decimal("12.50"), "a": [True, None, 3, "ü\n"]}) == '{"a":[true,null,3,"ü\\n"],"b":12.50}'


@pytest.mark.parametrize("value", [0.1, Decimal("NaN"), {1: 2}, date(2026, 1, 1), object(), b"x"])
def test_dump_refuses_what_json_cannot_hold_exactly(value: Any) -> None:
    with pytest.raises(JsonInvalid):
        dump([value])


def test_dump_refuses_a_value_that_contains_itself() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(JsonInvalid, match="nested deeper"):
        dump(loop)


@given(JSON)
def test_what_is_written_reads_back_the_same(value: Any) -> None:
    text = dump(value)
    assert parse(text) == value
    assert dump(parse(text)) == text


@given(st.binary(max_size=40) | st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str | bytes) -> None:
    try:
        value = parse(text)
    except JsonInvalid:
        return
    assert parse(dump(value)) == value
