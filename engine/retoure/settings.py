"""The value of a setting, out of a deployment file, the command line, a test, or the mapping's own default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .check import Facts
from .check.template_settings import template_problems
from .language import nodes as n
from .types.exact import decimal_of, number_of
from .types.moments import day_of, instant_of


class Misfit(ValueError):
    """A value that a setting does not take; the message goes on after the setting's name: `takes an integer`."""


def setting_value(facts: Facts, node: n.SettingNode, raw: object) -> Any:
    """`raw` as the setting's type has it (see `types.kinds`). Raises Misfit.

    Files give typed values, the command line gives text for all of them; both are read the same way.
    """
    value = _READERS.get(node.kind.text, _text)(node, raw)
    if node.kind.text == "template":
        for problem in template_problems(facts, node, str(value)):
            raise Misfit(problem.message)
    return value


def _text(node: n.SettingNode, raw: object) -> str:
    if not isinstance(raw, str):
        raise Misfit("takes a text: write it in quotes")
    return raw


def _choice(node: n.SettingNode, raw: object) -> str:
    options = [option.text for option in node.options]
    if not isinstance(raw, str) or raw not in options:
        quotes = " (YAML reads words such as on, off, yes and no as truth values: write them in quotes)"
        raise Misfit("takes one of " + ", ".join(options) + (quotes if isinstance(raw, bool) else ""))
    return raw


def _boolean(node: n.SettingNode, raw: object) -> bool:
    if not isinstance(raw, bool) and raw not in ("true", "false"):
        raise Misfit("takes true or false")
    return raw in (True, "true")


def _integer(node: n.SettingNode, raw: object) -> int:
    number = _number(raw)
    if number is None or number != number.to_integral_value():
        raise Misfit("takes an integer")
    return int(number)


def _decimal(node: n.SettingNode, raw: object) -> Decimal:
    number = _number(raw)
    if number is None:
        raise Misfit("takes a decimal")
    return number


def _number(raw: object) -> Decimal | None:
    return decimal_of(str(raw)) if isinstance(raw, str | float) else number_of(raw)


def _instant(node: n.SettingNode, raw: object) -> datetime:
    moment = instant_of(raw.isoformat() if isinstance(raw, datetime) else str(raw))
    if moment is None:
        raise Misfit('takes an instant with its offset, for example "2026-03-07T12:00:00Z"')
    return moment


def _date(node: n.SettingNode, raw: object) -> date:
    day = day_of(raw.isoformat() if isinstance(raw, date) else str(raw))
    if day is None:
        raise Misfit('takes a date, for example "2026-03-07"')
    return day


_READERS: Mapping[str, Callable[[n.SettingNode, object], Any]] = {
    "choice": _choice,
    "boolean": _boolean,
    "integer": _integer,
    "decimal": _decimal,
    "instant": _instant,
    "date": _date,
}
