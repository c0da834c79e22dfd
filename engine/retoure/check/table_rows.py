"""Do a table's rows have keys and values of the right type, each key once, and an answer for every key?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from ..diagnostics import Finding, Label
from ..language import nodes as n
from ..types.kinds import Anything, Boolean, Enum, Integer, Text, Type
from .facts import Facts
from .typing import Scope, Typer
from .typing.suggest import did_you_mean


def table_rows(facts: Facts) -> Iterator[Finding]:
    for table in facts.tables.values():
        kinds = [facts.type_of(reference) or Anything() for reference in table.keys]
        yield from _keys(table, kinds)
        yield from _values(facts, table)
        yield from _covered(table, kinds)


def canonical_key(kind: Type, word: str) -> str:
    """The key as it is compared: in the spelling of the schema."""
    return kind.canonical(word) if isinstance(kind, Enum) else word


def _keys(table: n.TableNode, kinds: list[Type]) -> Iterator[Finding]:
    first: dict[tuple[str, ...], n.RowNode] = {}
    for row in table.rows:
        for key in row.keys:
            yield from _key(table, key, kinds)
            words = tuple(canonical_key(kind, word.text) for kind, word in zip(kinds, key, strict=False))
            earlier = first.setdefault(words, row)
            if earlier is not row:
                related = (Label(earlier.span, "the first one counts"),)
                message = f"table `{table.name}` has two rows for `{' and '.join(words)}`"
                yield Finding("row-twice", message, Label(key[0].span, "never reached"), related)


def _key(table: n.TableNode, key: tuple[n.Name, ...], kinds: list[Type]) -> Iterator[Finding]:
    if len(key) != len(kinds):
        message = f"table `{table.name}` has {len(kinds)} keys, and this row gives {len(key)}"
        yield Finding("wrong-count", message, Label(key[0].span), help="join them with `and`")
        return
    for word, kind in zip(key, kinds, strict=True):
        if isinstance(kind, Enum) and kind.canonical(word.text) not in kind.values:
            help = did_you_mean(word.text, kind.values)
            yield Finding("unknown-word", f"`{word}` is not one of the values of {kind}", Label(word.span), help=help)
        elif isinstance(kind, Integer) and not word.text.isdigit():
            yield Finding("wrong-type", f"table `{table.name}` is looked up by a whole number", Label(word.span))


def _values(facts: Facts, table: n.TableNode) -> Iterator[Finding]:
    found: list[Finding] = []
    typer = Typer(facts, found.append)
    wanted = facts.type_of(table.result) or Anything()
    scope = Scope().having("key", Text())
    for row in table.rows:
        typer.require(row.value, scope, wanted, f"table `{table.name}`")
    yield from found


def _covered(table: n.TableNode, kinds: list[Type]) -> Iterator[Finding]:
    if table.otherwise is not None:
        return
    words = [_words(kind) for kind in kinds]
    at = Label(table.name.span, "not every key has a row")
    if any(choice is None for choice in words):
        help = 'add `otherwise => …`, for example `otherwise => hold "…" for TEAM`'
        yield Finding("table-open", f"table `{table.name}` has no answer for other keys", at, help=help)
        return
    given = {
        tuple(canonical_key(k, w.text) for k, w in zip(kinds, key, strict=False)) for r in table.rows for key in r.keys
    }
    lacking = [key for key in product(*(choice or () for choice in words)) if key not in given]
    if lacking:
        shown = ", ".join("`" + " and ".join(key) + "`" for key in lacking[:5])
        help = "add a row for each, or `otherwise => …`"
        yield Finding("table-open", f"table `{table.name}` has no row for {shown}", at, help=help)


def _words(kind: Type) -> tuple[str, ...] | None:
    if isinstance(kind, Boolean):
        return ("true", "false")
    return kind.values if isinstance(kind, Enum) and not kind.open else None
