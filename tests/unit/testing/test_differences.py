"""Bodies held against each other, cell by cell."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from retoure.testing.differences import closest, differing, holds_within, table


@pytest.mark.parametrize(
    ("wanted", "found", "paths"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, []),
        ({"a": 1}, {"a": 2}, ["a"]),
        ({"a": 1}, {}, ["a"]),
        ({"a": {"b": [1, {"c": "x"}]}}, {"a": {"b": [1, {"c": "y"}]}}, ["a.b[1].c"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a"]),
        ({"a": []}, {"a": [1]}, ["a"]),
        ({"a": {}}, {"a": 1}, ["a"]),
        ({"a": {}}, {"a": {"b": 1}}, []),
        ({"a": True}, {"a": 1}, ["a"]),
        ({"a": 1}, {"a": Decimal("1.0")}, []),
        ({"a": "xy"}, {"a": ["x", "y"]}, ["a"]),
        ({"a": 1}, None, [""]),
    ],
)
def test_what_differs(wanted: Any, found: Any, paths: list[str]) -> None:
    assert [cell.path for cell in differing(wanted, found)] == paths
    assert holds_within(wanted, found) is (not paths)


def test_the_body_with_the_fewest_differences_is_the_closest() -> None:
    bodies = [{"a": 0, "b": 0}, {"a": 1, "b": 0}, {"a": 1, "b": 3}]
    assert closest({"a": 1, "b": 2}, bodies) == {"a": 1, "b": 0}


def test_the_table_has_columns_and_long_values_do_not_push_it_apart() -> None:
    wanted, found = {"short": 1, "other": "x" * 60, "list": [1, 2]}, {"short": 22, "list": [1]}
    assert list(table(differing(wanted, found), "sent")) == [
        "field  expected  sent",
        "short  1         22",
        f'other  "{"x" * 60}"  missing',
        "list   [1,2]     1 instead of 2: [1]",
    ]
