"""What is wrong with a document or with one of retoure's own schema files, in words for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

SHOWN = 60
"""Characters of an unexpected value that a message repeats."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with a value: `return_items[2].quantity` and `expected a whole number, got "three"`.

    `pointer` is empty when the value as a whole is meant.
    """

    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.pointer}: {self.message}" if self.pointer else self.message


class SchemaInvalid(Exception):
    """A schema or manifest cannot be used: `file`, JSON `pointer` into it, and a `message` with the remedy."""

    def __init__(self, file: str, pointer: str, message: str) -> None:
        super().__init__(file, pointer, message)
        self.file = file
        self.pointer = pointer
        self.message = message

    def __str__(self) -> str:
        place = f"{self.file}#{self.pointer}" if self.pointer else self.file
        return f"{place}: {self.message}"


def dotted(path: Iterable[str | int]) -> str:
    """`return_items[2].quantity` for `("return_items", 2, "quantity")`."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(parts).removeprefix(".")


def json_pointer(path: Iterable[str | int]) -> str:
    """`/operations/orders.get/kind` (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def shown(value: object) -> str:
    """A short rendering of an unexpected value: `"three"`, `12.5`, `a list`, `a record`, `nothing`."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value[: SHOWN - 1]}…"' if len(value) > SHOWN else f'"{value}"'
    if isinstance(value, Mapping):
        return "a record"
    if isinstance(value, Sequence):
        return "a list"
    return _number(value) if isinstance(value, int | Decimal) else type(value).__name__


def _number(value: int | Decimal) -> str:
    small = abs(value) < 10**SHOWN if isinstance(value, int) else value.is_finite() and abs(value.adjusted()) < SHOWN
    return str(value)[:SHOWN] if small else "a number too large to show"


def listed(words: Iterable[str]) -> str:
    """`a, b, c`."""
    return ", ".join(words)


def expected(what: str, got: object) -> str:
    """`expected a whole number, got "three"`."""
    return f"expected {what}, got {shown(got)}"
