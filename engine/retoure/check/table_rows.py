"""Do a table's rows have keys and values of the right type, each key once, and an answer for every key?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import product
from math import prod
from typing import Any

from ..diagnostics import Finding, Label, did_you_mean, error, nearest, replaced, warning
from ..language import nodes as n
from ..runtime.values import shown
from ..source import Span
from ..types.exact import decimal_of
from ..types.kinds import ANYTHING, TEXT, Anything, Boolean, Day, Enum, Integer, Number, Text, Type
from ..types.moments import day_of
from .facts import Facts
from .typing import Scope, Typer
from .typing.words import a, conversion_help, counted

MANY = 10_000
INTEGER = re.compile(r"-?[0-9]+")
DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
SHOWN = 5
KEYS: Mapping[type[Type], tuple[str, Callable[[str], object]]] = {
    Integer: ("a whole number", lambda word: INTEGER.fullmatch(word)),
    Number: ("a number", lambda word: DECIMAL.fullmatch(word)),
    Day: ('a date like "2026-03-07"', day_of),
}
"""What the words of a key must be, and what reads them: nothing (or None) for others."""


def table_rows(facts: Facts) -> Iterator[Finding]:
    for table in facts.tables.values():
        kinds = [facts.type_of(reference) or ANYTHING for reference in table.keys]
        yield from _lookable(table, kinds)
        yield from _keys(table, kinds)
        yield from _values(facts, table)
        yield from _titles(table, kinds)
        yield from _covered(facts, table, kinds)


def key_text(kind: Type, value: Any) -> str:
    """A key as rows are found by it, from a word of the table or a value: in the schema's spelling, `7.50` as `7.5`."""
    if isinstance(kind, Enum):
        return kind.canonical(shown(value))
    if isinstance(kind, Boolean):
        return str(value).lower()
    if isinstance(kind, Integer | Number):
        number = decimal_of(value) if isinstance(value, str) else Decimal(value)
        digits = shown(value if number is None else number)
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    return shown(value)


def _canonical(key: tuple[n.Name, ...], kinds: list[Type]) -> tuple[str, ...]:
    return tuple(key_text(kind, word.text) for kind, word in zip(kinds, key, strict=False))


def _keys(table: n.TableNode, kinds: list[Type]) -> Iterator[Finding]:
    first: dict[tuple[str, ...], n.Name] = {}
    for key in (key for row in table.rows for key in row.keys):
        yield from _key(table, key, kinds)
        words = _canonical(key, kinds)
        earlier = first.setdefault(words, key[0])
        if earlier is not key[0]:
            message = f"table `{table.name}` has two rows for `{' and '.join(words)}`"
            related = [Label(earlier.span, "the first one counts")]
            yield error("row-twice", message, key[0].span, "never reached", related=related)
    for extra in [row for row in table.rows if not row.keys][1:]:
        yield error("row-twice", f"table `{table.name}` has two `otherwise`", extra.span, "never reached")


def _key(table: n.TableNode, key: tuple[n.Name, ...], kinds: list[Type]) -> Iterator[Finding]:
    if len(key) != len(kinds):
        message = f"table `{table.name}` has {counted(len(kinds), 'key')}, and this row gives {len(key)}"
        joining = "join the keys of a row with `and`" if len(kinds) > 1 else "put `,` between words that share a row"
        yield error("wrong-count", message, key[0].span.to(key[-1].span), help=joining)
        return
    for word, kind in zip(key, kinds, strict=True):
        yield from _word(table, word, kind)


def _word(table: n.TableNode, word: n.Name, kind: Type) -> Iterator[Finding]:
    if isinstance(kind, Enum | Boolean):
        words = kind.values if isinstance(kind, Enum) else ("true", "false")
        if key_text(kind, word.text) not in words:
            help = did_you_mean(word.text, words)
            yield error("unknown-word", f"`{word}` is not one of the values of {kind}", word.span, help=help)
        return
    wanted, reads = KEYS.get(type(kind), ("", None))
    if reads is not None and not reads(word.text):
        yield error("wrong-type", f"table `{table.name}` is looked up by {wanted}", word.span, f"`{word}` is none")


def _lookable(table: n.TableNode, kinds: list[Type]) -> Iterator[Finding]:
    for reference, kind in zip(table.keys, kinds, strict=True):
        if not isinstance(kind, Enum | Boolean | Text | Integer | Number | Day | Anything):
            message = f"a table is looked up by words, numbers, dates, yes or no, and not by {a(kind)}"
            yield error("wrong-type", message, reference.span, help=conversion_help(kind, TEXT))


def _values(facts: Facts, table: n.TableNode) -> list[Finding]:
    found: list[Finding] = []
    typer = Typer(facts, found.append)
    wanted = facts.type_of(table.result) or ANYTHING
    scope = Scope().having("key", TEXT)
    for row in table.rows:
        typer.require(row.value, scope, wanted, f"table `{table.name}`")
    unfit = [finding for finding in found if finding.code == "wrong-type"]
    if len(unfit) > 1 and len(unfit) == len(table.rows):
        return [finding for finding in found if finding not in unfit] + [_all_unfit(table, wanted, unfit)]
    return found


def _all_unfit(table: n.TableNode, wanted: Type, unfit: list[Finding]) -> Finding:
    """One finding for rows that are wrong in the same way: the type of the table may be what is wrong."""
    related = [Label(finding.at.span, finding.at.text) for finding in unfit[:SHOWN]]
    message = f"table `{table.name}` gives {a(wanted)}, and {len(unfit)} of its rows do not"
    help = "correct the type after `->`, or the rows"
    return error("wrong-type", message, table.result.span, "what it says", related=related, help=help)


def _covered(facts: Facts, table: n.TableNode, kinds: list[Type]) -> Iterator[Finding]:
    choices = [_words(kind) for kind in kinds]
    closed = [choice for choice in choices if choice is not None]
    if len(closed) < len(choices) or prod(map(len, closed)) > MANY:
        if table.otherwise is None and not _meant(table, kinds):
            message = f"table `{table.name}` has no answer for other keys"
            help = 'add `otherwise => …`, for example `otherwise => hold "…" for TEAM`'
            yield error("table-open", message, table.name.span, "no `otherwise`", help=help)
        return
    given = {_canonical(key, kinds) for row in table.rows for key in row.keys}
    every = list(product(*closed))
    lacking = [key for key in every if key not in given]
    unknown = given.difference(every)
    if not lacking or len(lacking) > len(unknown):  # else what lacks is only misspelt, and that is told
        yield from _lacking(facts, table, lacking)


def _titles(table: n.TableNode, kinds: list[Type]) -> Iterator[Finding]:
    """The first line of a CSV file is left out, so it must not be a row."""
    keys = table.titles[: len(kinds)]
    if len(keys) == len(kinds) and all(_is_key(word.text, kind) for word, kind in zip(keys, kinds, strict=True)):
        message = "the first line of the file is a row, and is taken for the titles of the columns"
        help = "write a line of titles above it"
        yield error("csv-row", message, keys[0].span.to(table.titles[-1].span), "left out", help=help)


def _is_key(word: str, kind: Type) -> bool:
    if isinstance(kind, Enum):
        return kind.canonical(word) in kind.values
    _, reads = KEYS.get(type(kind), ("", None))
    return reads is not None and bool(reads(word))


def _meant(table: n.TableNode, kinds: list[Type]) -> bool:
    """Whether a row is a misspelt `otherwise`: that it is no known word is told then."""
    words = [key[0].text for row in table.rows for key in row.keys if len(key) == 1]
    return any(nearest(word, ["otherwise"]) for word in words if not _is_key(word, kinds[0]))


def _lacking(facts: Facts, table: n.TableNode, lacking: list[tuple[str, ...]]) -> Iterator[Finding]:
    if lacking and table.otherwise is None:
        shown = ", ".join("`" + " and ".join(key) + "`" for key in lacking[:SHOWN])
        more = f" and {len(lacking) - SHOWN} more" if len(lacking) > SHOWN else ""
        help = "add a row for each, or `otherwise => …`"
        message = f"table `{table.name}` has no row for {shown}{more}"
        yield error("table-open", message, table.name.span, "not every key has a row", help=help)
    elif not lacking and table.otherwise is not None:
        message = f"every key of table `{table.name}` has a row"
        row, help = table.otherwise.span, "leave `otherwise` out"
        before = len(facts.module.source.text[: row.start].rstrip())
        fix = replaced(Span(before, row.end), "", safe=True)
        yield warning("row-unreachable", message, row, "never reached", help=help, fix=fix)


def _words(kind: Type) -> tuple[str, ...] | None:
    """The words of a closed set; None when there may be others."""
    if isinstance(kind, Boolean):
        return ("true", "false")
    return kind.values if isinstance(kind, Enum) and not kind.open else None
