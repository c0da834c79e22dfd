"""Rewrites a mapping from one version of the language into a later one.

A step leads from one version to the next, by edits of the text: the old text need not be readable any more. A new
version of the language adds one step to `STEPS`, with a test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .check.mapping_head import LANGUAGE
from .diagnostics.finding import Edit
from .source import Source, Span

FIRST = 1
SAID = re.compile(r'"{3}.*?"{3}|"(?:\\.|[^"\\\n])*"|#[^\n]*|\blanguage\s+([0-9]+)', re.DOTALL)
"""Texts and comments, in which nothing is said, or the version of the language."""

TESTS = re.compile(r"^\s*tests\s+for\b", re.MULTILINE)
"""The head of a file of tests."""


@dataclass(frozen=True)
class Step:
    """From one version to the next: what it does, in words for people, and the edits it makes of a text."""

    summary: str
    edits: Callable[[Source], Iterable[Edit]]


STEPS: tuple[Step, ...] = ()
"""The first leads from language 1 to language 2."""


@dataclass(frozen=True)
class Migrated:
    """A text in another version of the language, and the steps that led there."""

    text: str
    before: int
    after: int
    steps: tuple[Step, ...]


class CannotMigrate(Exception):
    """The text stays as it is; the message says why, and what to do."""


def migrate(source: Source, to: int | None = None, steps: Sequence[Step] = STEPS) -> Migrated:
    """The text in language `to`, or in the newest there is. Raises CannotMigrate."""
    newest = FIRST + len(steps)
    before, after = _language(source), newest if to is None else to
    known = f"languages {FIRST} to {newest}" if steps else f"language {FIRST}"
    if after > newest:
        raise CannotMigrate(f"this retoure knows {known}, and not {after}: install a newer one")
    if not FIRST <= before <= newest:
        message = f"{source.name} is written in language {before}, and this retoure knows {known}"
        raise CannotMigrate(f"{message}: correct it, or install a newer retoure")
    if after < before:
        raise CannotMigrate(f"{source.name} is written in language {before}: there is no way back to {after}")
    taken = tuple(steps[before - FIRST : after - FIRST])
    for number, step in enumerate(taken, before + 1):
        source = _stepped(source, step, number)
    return Migrated(source.text, before, after, taken)


def along(tests: Source, taken: Sequence[Step]) -> str:
    """The text of a file of tests after the steps that its mapping has taken. It says no version of its own."""
    for step in taken:
        tests = _edited(tests, step.edits(tests))
    return tests.text


def _stepped(source: Source, step: Step, number: int) -> Source:
    """One version on: the edits of the step, and the version itself."""
    return _edited(source, (*step.edits(source), Edit(_place(source), str(number))))


def _edited(source: Source, edits: Iterable[Edit]) -> Source:
    text = source.text
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        text = text[: edit.span.start] + edit.replacement + text[edit.span.end :]
    return Source(source.name, text)


def _language(source: Source) -> int:
    place = _place(source)
    return int(source.text[place.start : place.end])


def _place(source: Source) -> Span:
    """Where the text says its version."""
    for found in SAID.finditer(source.text):
        if found.group(1):
            return Span(*found.span(1))
    if TESTS.search(source.text):
        raise CannotMigrate(f"{source.name} is a file of tests, and goes with its mapping: name that one")
    raise CannotMigrate(f"{source.name} does not say its language: write `language {LANGUAGE}` into its first block")
