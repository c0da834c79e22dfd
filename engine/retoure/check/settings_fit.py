"""Does every setting's default fit its type?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..diagnostics import Finding, did_you_mean, error
from ..language import nodes as n
from ..types.moments import day_of, instant_of
from .facts import SETTING_KINDS, Facts


def settings_fit(facts: Facts) -> Iterator[Finding]:
    for node in facts.settings.values():
        problem = literal_problem(node, node.default) if node.default is not None else None
        if problem is not None and node.default is not None:
            help = did_you_mean(str(node.default.value), [option.text for option in node.options])
            yield error("wrong-type", f"setting `{node.name}` {problem}", node.default.span, help=help)


def literal_problem(node: n.SettingNode, given: n.Literal) -> str | None:
    """Why a literal cannot be the value of a setting, for example `takes a whole number`; None when it can."""
    value, kind = given.value, node.kind.text
    if kind == "choice":
        options = [option.text for option in node.options]
        return None if value in options else "takes one of " + ", ".join(options)
    if kind == "boolean":
        return None if value in ("true", "false") else "takes true or false"
    if kind in ("integer", "decimal"):
        fits = isinstance(value, Decimal) and (kind == "decimal" or value == value.to_integral_value())
        return None if fits else f"takes a{'n' if kind == 'integer' else ''} {kind}"
    if kind in ("instant", "date") and isinstance(value, str):
        example = "2026-03-07T12:00:00Z" if kind == "instant" else "2026-03-07"
        known = instant_of(value) if kind == "instant" else day_of(value)
        return None if known else f'takes a{"n" if kind == "instant" else ""} {kind}, for example "{example}"'
    return None if isinstance(value, str) or kind not in SETTING_KINDS else "takes a text"
