"""Quoted text: escapes and `{placeholders}`."""

from __future__ import annotations

import re
from collections.abc import Iterator

ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}

_PLAIN = re.compile(r"[^{}\\]+")
_BRACE = re.compile(r"[{}]")


class BadText(Exception):
    """A quoted text that cannot be read: offset and what is wrong."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at = at
        self.message = message


def pieces(text: str, start: int, end: int) -> Iterator[str | tuple[int, int]]:
    """The constant pieces of the text from `start` to `end` (without its quotes), and the places of its placeholders.

    `{{` and `}}` stand for braces. Raises BadText.
    """
    constant: list[str] = []
    at = start
    while at < end:
        char = text[at]
        if char == "{" and text[at : at + 2] != "{{":
            if constant:
                yield "".join(constant)
                constant = []
            close = _closing(text, at, end)
            yield (at + 1, close)
            at = close + 1
        else:
            piece, at = _constant(text, at, end)
            constant.append(piece)
    if constant:
        yield "".join(constant)


def _constant(text: str, at: int, end: int) -> tuple[str, int]:
    run = _PLAIN.match(text, at, end)
    if run is not None:
        return run[0], run.end()
    char = text[at]
    if char in "{}":
        if text[at : at + 2] != char * 2:
            raise BadText(at, "a single `}` in a text: write `}}` for the character")
        return char, at + 2
    escape = text[at + 1] if at + 1 < end else ""
    if escape not in ESCAPES:
        raise BadText(at, f'`\\{escape}` is not an escape of the language: use \\n, \\t, \\" or \\\\')
    return ESCAPES[escape], at + 2


def _closing(text: str, at: int, end: int) -> int:
    depth = 0
    for brace in _BRACE.finditer(text, at, end):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return _filled(text, at, brace.start())
    raise BadText(at, "`{` opens a placeholder that is never closed: write `}` after it, or `{{` for the character")


def _filled(text: str, at: int, close: int) -> int:
    if not text[at + 1 : close].strip():
        raise BadText(at, "an empty placeholder: put a value between `{` and `}`")
    return close
