"""Settings out of files, the command line and the mapping itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from retoure.compile import SettingsInvalid, compile_mapping
from retoure.source import Source

from ..runtime.small import HEAD, TAIL

KINDS = {
    "t": "text",
    "c": "one of (on, off)",
    "b": "boolean",
    "i": "integer",
    "d": "decimal",
    "m": "instant",
    "y": "date",
    "w": "team",
    "p": "template (item : reveni.ReturnItem)",
}
GOOD: dict[str, object] = {
    "t": "x", "c": "on", "b": True, "i": 1, "d": "1.5", "m": "2026-03-07T12:00:00Z", "y": "2026-03-07", "w": "crew",
    "p": "{item.id}",
}  # fmt: skip


def bound(**given: object) -> Any:
    declared = "\n".join(f"  setting {name} : {kind}" for name, kind in KINDS.items())
    source = Source("small.rmap", HEAD.replace("  setting  boss", declared + "\n  setting  boss") + TAIL)
    return compile_mapping(source, {**GOOD, **given}).settings


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("t", "7", "7"),
        ("t", "", ""),
        ("c", "off", "off"),
        ("b", False, False),
        ("b", "true", True),
        ("b", "false", False),
        ("i", "12", 12),
        ("i", "-3", -3),
        ("i", Decimal("3.0"), 3),
        ("i", "2.00", 2),
        ("d", "1.10", Decimal("1.10")),
        ("d", 3, Decimal(3)),
        ("d", 0.1, Decimal("0.1")),
        ("m", "2026-03-07T13:00:00+01:00", datetime(2026, 3, 7, 12, tzinfo=UTC)),
        ("m", datetime(2026, 3, 7, 12, tzinfo=UTC), datetime(2026, 3, 7, 12, tzinfo=UTC)),
        ("y", date(2026, 3, 7), date(2026, 3, 7)),
        ("p", '{item.sku default "none"}!', '{item.sku default "none"}!'),
    ],
)
def test_values_have_the_type_of_their_setting(name: str, raw: object, value: object) -> None:
    found = bound(**{name: raw})[name]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "raw", "why"),
    [
        ("t", 7, "takes a text: write it in quotes"),
        ("t", True, "takes a text: write it in quotes"),
        ("w", ["crew"], "takes a text: write it in quotes"),
        ("c", "maybe", "takes one of on, off"),
        ("c", True, "takes one of on, off (YAML reads words"),
        ("b", "yes", "takes true or false"),
        ("b", 1, "takes true or false"),
        ("b", Decimal(1), "takes true or false"),
        ("i", 1.5, "takes an integer"),
        ("i", "1e3", "takes an integer"),
        ("i", True, "takes an integer"),
        ("i", float("inf"), "takes an integer"),
        ("i", "", "takes an integer"),
        ("i", 10**40, "takes an integer"),
        ("d", float("nan"), "takes a decimal"),
        ("d", {"a": 1}, "takes a decimal"),
        ("m", "2026-03-07 12:00", "takes an instant with its offset"),
        ("m", datetime(2026, 3, 7), "takes an instant with its offset"),
        ("y", "7.3.2026", "takes a date"),
        ("p", "{item.nope}", "has no field `nope`"),
        ("p", "{item.id", ""),
        ("t", None, "has no value: give it in the deployment file or with --set t=…"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_refused_with_the_name(name: str, raw: object, why: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        bound(**{name: raw})
    (problem,) = refused.value.problems
    assert problem.startswith(f"setting `{name}` ")
    assert why in problem


def test_all_problems_come_at_once() -> None:
    with pytest.raises(SettingsInvalid) as refused:
        bound(i="x", d="y", colour="red")
    assert refused.value.problems == (
        "there is no setting `colour` in the mapping",
        "setting `i` takes an integer",
        "setting `d` takes a decimal",
    )
