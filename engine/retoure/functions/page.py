"""The functions as people read them: the reference page, and one function on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ..types.moments import text_of
from . import AGGREGATES, FAMILIES, FUNCTIONS
from .declare import Aggregate, Example, Family, Function

INTRODUCTION = """\
# Functions

Made from the functions themselves by `python -m retoure.functions`; every example is a test. `retoure functions NAME`
shows one of them on the terminal.

A function takes values and gives a value; it changes nothing, and knows no clock. No argument may be missing: write
`default` before it is handed in. There are two ways not to answer:

* **Fails**: a call needs `on error`, like a conversion with `as`.
* **Refuses**: no answer is possible, as when two currencies are added. Nothing in a mapping catches it: the rule stops,
  and a person looks. What is written out in the file is tested when it is checked.

An integer may stand where a decimal is taken, and a word of a closed set where a text is."""

OVER_LISTS = """\
## Over the elements of a list

These are written with a loop: `sum(line.quantity for each line in order.lines where line.quantity > 0)`."""


def reference() -> str:
    """The reference page, in Markdown."""
    families = [part for family in FAMILIES for part in _family(family)]
    aggregates = [part for each in AGGREGATES.values() for part in _markdown_aggregate(each)]
    return "\n\n".join((INTRODUCTION, _contents(), *families, OVER_LISTS, *aggregates)) + "\n"


def described(name: str) -> str:
    """Everything about one name, as plain text. Raises KeyError when nothing has it."""
    if name not in FUNCTIONS and name not in AGGREGATES:
        raise KeyError(name)
    found = [_plain(FUNCTIONS[name])] if name in FUNCTIONS else []
    return "\n\n".join((*found, *([_plain_aggregate(AGGREGATES[name])] if name in AGGREGATES else ())))


def overview() -> Iterator[tuple[str, str, str]]:
    """Family, signature and summary of every function, and of every question about the elements of a list."""
    for function in FUNCTIONS.values():
        yield function.family, function.signature, _first_sentence(function.summary)
    for aggregate in AGGREGATES.values():
        yield "over a list", aggregate.signature, _first_sentence(aggregate.summary)


def written(value: Any) -> str:
    """A value that an example is given, as people write it."""
    if isinstance(value, Mapping):
        return "{ " + "  ".join(f"{name} = {written(each)}" for name, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, datetime):
        return text_of(value)
    return format(value, "f") if isinstance(value, Decimal) else _plain_value(value)


def _plain_value(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


# ---- Markdown


def _contents() -> str:
    rows = [f"* {family.name}: {_links(family.functions)}" for family in FAMILIES]
    return "\n".join((*rows, f"* over the elements of a list: {_links(tuple(AGGREGATES.values()))}"))


def _links(functions: Sequence[Function | Aggregate]) -> str:
    return ", ".join(f"[{each.name}](#{_anchor(each)})" for each in functions)


def _anchor(each: Function | Aggregate) -> str:
    return each.name if isinstance(each, Function) else f"{each.name}-for-each"


def _family(family: Family) -> Iterator[str]:
    yield f"## {family.name.capitalize()}\n\n{family.about}"
    for function in family.functions:
        yield from _markdown(function)


def _markdown(function: Function) -> Iterator[str]:
    yield f"### {function.name}\n\n`{function.signature}` → {function.result_words}"
    yield function.summary
    yield "\n".join(("| takes | type | meaning |", "|---|---|---|", *_rows(function)))
    for word, text in _endings(function):
        yield f"**{word}** {text}."
    yield _examples(function.examples)


def _rows(function: Function) -> Iterator[str]:
    for parameter in function.parameters:
        limit = f" It must be {parameter.limit.words}." if parameter.limit else ""
        yield f"| `{parameter.name}` | {parameter.words} | {parameter.meaning}{limit} |"


def _markdown_aggregate(aggregate: Aggregate) -> Iterator[str]:
    yield f"### {aggregate.name} for each\n\n`{aggregate.signature}` → {aggregate.gives}"
    yield aggregate.summary
    yield f"Takes {aggregate.value}. Of no elements: {aggregate.empty}."
    yield _examples(aggregate.examples)


def _examples(examples: Sequence[Example]) -> str:
    return "\n".join(("```text", *_example_lines(examples), "```"))


# ---- plain text


def _plain(function: Function) -> str:
    parts = [
        f"{function.signature}\n  gives {function.result_words}",
        function.summary,
        "\n".join(_arguments(function)),
    ]
    parts += [f"{word} {text}." for word, text in _endings(function)]
    return "\n\n".join((*parts, "\n".join(("Examples:", *(f"  {line}" for line in _example_lines(function.examples))))))


def _arguments(function: Function) -> Iterator[str]:
    widest = max(len(parameter.name) for parameter in function.parameters)
    for parameter in function.parameters:
        limit = f" It must be {parameter.limit.words}." if parameter.limit else ""
        yield f"  {parameter.name.ljust(widest)}  {parameter.words}. {parameter.meaning}{limit}"


def _plain_aggregate(aggregate: Aggregate) -> str:
    takes = f"Takes {aggregate.value}. Of no elements: {aggregate.empty}."
    examples = "\n".join(("Examples:", *(f"  {line}" for line in _example_lines(aggregate.examples))))
    return "\n\n".join((f"{aggregate.signature}\n  gives {aggregate.gives}", aggregate.summary, takes, examples))


# ---- both


def _endings(function: Function) -> Iterator[tuple[str, str]]:
    if function.fails:
        yield "Fails when", f"{function.fails}: write `on error`"
    if function.refuses:
        yield "Refuses", function.refuses


def _example_lines(examples: Sequence[Example]) -> Iterator[str]:
    """The values that are given, each once, then the examples with their results in one column."""
    given = {name: value for example in examples for name, value in _named_in(example)}
    yield from (f"# {name} is {written(value)}" for name, value in given.items())
    widest = max(len(example.text) for example in examples)
    for example in examples:
        yield f"{example.text.ljust(widest)}  # {example.result}"


def _named_in(example: Example) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in example.given.items() if name in example.text)


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".") + "."
