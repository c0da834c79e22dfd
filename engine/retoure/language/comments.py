"""Comments and blank lines: what stands between two tokens and means nothing to the engine."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..source import LINE_END

COMMENT = re.compile(r"#[^\r\n]*")
_TEXT = r'"(?>\\.|\{\{|\{(?:[^{}\r\n]|\{[^{}\r\n]*\})*+\}|[^"\\\r\n])*+"'
_WRITTEN = re.compile(rf"(?P<comment>#[^\r\n]*)|{_TEXT}|\w+|[<>]=|\S")
_CLOSING = frozenset(",.)]:")
_OPENING = frozenset("([.")
_BEFORE_OPERAND = frozenset(
    {"and", "or", "not", "is", "of", "default", "error", "if", "then", "else", "where", "in", "times", "repeated"}
)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a line of its own, and whether a blank line stands above it."""

    text: str
    blank: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Between two tokens: the comment beside the first, those above the second, and a blank line right before it."""

    beside: str = ""
    above: tuple[Comment, ...] = ()
    blank: bool = False


def gap(text: str, start: int, end: int) -> Gap:
    """What stands in `text` from the end of one token to the start of the next."""
    beside, above, at = "", [], start
    for found in COMMENT.finditer(text, start, end):
        lines, words = _line_ends(text, at, found.start()), found[0].rstrip()
        if lines == 0 and at == start > 0:
            beside = words
        else:
            above.append(Comment(words, lines > 1))
        at = found.end()
    return Gap(beside, tuple(above), _line_ends(text, at, end) > 1)


def _line_ends(text: str, start: int, end: int) -> int:
    return len(LINE_END.findall(text, start, end))


def one_line(text: str) -> str:
    """A piece of a mapping on one line without its comments; the same however it was laid out."""
    tokens = [found[0] for found in _WRITTEN.finditer(text) if not found["comment"]]
    said = "".join(tokens[:1])
    for index in range(1, len(tokens)):
        said += ("" if _tight(tokens, index) else " ") + tokens[index]
    return said


def _tight(tokens: list[str], index: int) -> bool:
    """Whether a token follows the one before it without a blank."""
    before, token = tokens[index - 1], tokens[index]
    if token in "([":
        return _operand(before) or before in _OPENING
    if before == "-":
        return index < 2 or not _operand(tokens[index - 2])
    return token in _CLOSING or before in _OPENING


def _operand(token: str) -> bool:
    """Whether a value ends with this token, so that a bracket or a sign after it belongs to it."""
    word = token[0].isalnum() or token[0] in '_"'
    return token in ")]}" or (word and token not in _BEFORE_OPERAND)
