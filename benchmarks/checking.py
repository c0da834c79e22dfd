"""(f): checking a mapping while it is written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count

import rules
from measuring import Peers, Work
from peers import SUITE

from retoure.checked import check_source
from retoure.language.parse import parse
from retoure.source import Source

ABOUT = """All checks of a mapping of rules, as an editor has them made, in a process that has checked before. The text
is another one each time: one condition compares with another number. `reading` is the part of the parser; a text that
was checked before is known. Ratios: to the check of an edited text."""


def works(*, quick: bool) -> Iterator[Work]:
    for number in (36, 100 if quick else 1000):
        lines = rules.mapping(number).count("\n")
        title = f"checking a mapping of {round(lines, -1 if lines < 1000 else -2):,} lines"
        yield Work(f"f{number}", title, partial(checked, number), ABOUT, same=False)


def checked(number: int, _: object) -> Peers:
    text = rules.mapping(number)
    source, edits = Source("rules.rmap", text), count(number)
    assert not check_source(source, SUITE / "schemas").errors

    def edited() -> object:
        changed = text.replace("return.pieces is 0 ", f"return.pieces is {next(edits)} ", 1)
        return check_source(Source("rules.rmap", changed), SUITE / "schemas")

    return {
        "check after an edit": edited,
        "of that, reading": lambda: parse(source),
        "check of the same text": lambda: check_source(source, SUITE / "schemas"),
    }
