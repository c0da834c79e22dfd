"""Parsers of the grammar. Their tables take half a second to work out, so they are remembered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

from .._data import data_folder
from ..cache import remembered

_PAIRS = "pairs"
"""Marks a record whose keys are numbers, which JSON writes as a list of pairs."""


@cache
def parser() -> lark.Lark:
    """Reads mapping files (`start`) and single expressions (`expression`) into trees with places."""
    return _parser("grammar", start=["start", "expression"], propagate_positions=True, maybe_placeholders=True)


@cache
def word_parser() -> lark.Lark:
    """Reads mapping files into trees that hold every word and sign as it is written."""
    return _parser("words", start="start", keep_all_tokens=True, maybe_placeholders=False)


def _parser(what: str, **options: Any) -> lark.Lark:
    text = (data_folder("grammar") / "retoure.lark").read_text(encoding="utf-8")
    asked = (lark.__version__, repr(options), text)
    data, memo = _numbered(remembered(what, asked, lambda: _worked_out(text, options)))
    load: Any = lark.Lark
    made: lark.Lark = load._load_from_dict(data, memo)
    return made


def _worked_out(text: str, options: Mapping[str, Any]) -> Any:
    made = lark.Lark(text, parser="lalr", lexer="contextual", **options)
    return _paired(list(made.memo_serialize([TerminalDef, Rule])))


def _paired(value: Any) -> Any:
    if isinstance(value, Mapping):
        if all(isinstance(key, str) for key in value):
            return {key: _paired(part) for key, part in value.items()}
        return {_PAIRS: [[key, _paired(part)] for key, part in value.items()]}
    return [_paired(part) for part in value] if isinstance(value, list | tuple) else value


def _numbered(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {_PAIRS}:
            return {key: _numbered(part) for key, part in value[_PAIRS]}
        return {key: _numbered(part) for key, part in value.items()}
    return [_numbered(part) for part in value] if isinstance(value, list) else value
