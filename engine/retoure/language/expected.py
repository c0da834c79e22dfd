"""Syntax errors in the words of a consultant."""

from __future__ import annotations

from difflib import get_close_matches

from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from ..diagnostics import Finding, Label
from ..source import Source, Span
from .build import SyntaxProblem

WORDS = {
    "NAME": "a name",
    "STRING": 'a text in "quotes"',
    "NUMBER": "a number",
    "SIGNED": "a number",
    "DURATION": "a time span such as 30m or 90d",
    "TARGET": "a field followed by `=`",
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "LSQB": "`[`",
    "RSQB": "`]`",
    "COMMA": "`,`",
    "COLON": "`:`",
    "EQUAL": "`=`",
    "DOT": "`.`",
    "MINUS": "`-`",
    "SIGN": "`+` or `-`",
    "TIMES": "`*` or `/`",
    "COMPARE": "`<`, `<=`, `>` or `>=`",
    "VERB": "`do` or `keep`",
    "SAME_EVENT": "`the same event again`",
    "ON_ERROR_FOLLOW": "`on error follow`",
    "$END": "the end of the file",
    "__ANON_0": "`->`",
    "__ANON_1": "`=>`",
}
FOREIGN = {"&&": "and", "||": "or", "!": "not", "==": "is", "!=": "is not", "??": "default", "?.": "default"}
TOP = ("mapping", "track", "table", "map", "gate", "rule", "policy", "queue", "alert", "test")
MANY = 6


def explain(source: Source, problem: Exception) -> Finding:
    """The finding for whatever reading a text raised."""
    if isinstance(problem, UnexpectedToken):
        return _token(source, problem)
    if isinstance(problem, UnexpectedCharacters):
        return _character(source, problem)
    if isinstance(problem, SyntaxProblem):
        return Finding("syntax", problem.message, Label(problem.span))
    if isinstance(problem, UnexpectedInput):
        at = problem.pos_in_stream or 0
        return Finding("syntax", "this text could not be read", Label(Span(at, at + 1)))
    raise problem


def _token(source: Source, problem: UnexpectedToken) -> Finding:
    expected = sorted(problem.accepts or problem.expected)
    if problem.token.type == "$END":
        end = len(source.text.rstrip())
        return Finding("syntax", "the file stops early", Label(Span(end, end + 1), _expectation(expected)))
    start = problem.token.start_pos or 0
    found = str(problem.token)
    return Finding(
        "syntax", f"`{found}` does not fit here", Label(Span(start, start + len(found)), _expectation(expected)),
        help=_advice(found, expected),
    )  # fmt: skip


def _character(source: Source, problem: UnexpectedCharacters) -> Finding:
    at = problem.pos_in_stream or 0
    text = source.text
    foreign = next((sign for sign in FOREIGN if text.startswith(sign, at)), None)
    if foreign:
        return Finding(
            "syntax", f"`{foreign}` is not part of the language", Label(Span(at, at + len(foreign)), "a symbol"),
            help=f"write `{FOREIGN[foreign]}`",
        )  # fmt: skip
    if text[at : at + 1] == '"':
        return Finding(
            "syntax", "this text, or a `{` in it, is not closed on its line", Label(Span(at, at + 1), "opened here"),
            help='end it with `"`; for a longer text join pieces or use \\n',
        )  # fmt: skip
    expected = sorted(problem.allowed or ())
    shown = text[at : at + 1]
    name = f"U+{ord(shown):04X}" if shown and (ord(shown) < 32 or ord(shown) > 126) else f"`{shown}`"
    return Finding("syntax", f"{name} does not fit here", Label(Span(at, at + 1), _expectation(expected)))


def _expectation(terminals: list[str]) -> str:
    words = sorted({_word(terminal) for terminal in terminals} - {""})
    if not words:
        return ""
    if len(words) > MANY:
        return "expected one of " + ", ".join(words[:MANY]) + " …"
    return "expected " + (words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1])


def _word(terminal: str) -> str:
    if terminal in WORDS:
        return WORDS[terminal]
    if terminal.startswith("__"):
        return ""
    return f"`{terminal.lower().replace('_', ' ')}`"


def _advice(found: str, expected: list[str]) -> str | None:
    words = [terminal.lower().replace("_", " ") for terminal in expected if terminal not in WORDS]
    close = get_close_matches(found.lower(), words, 1)
    return f"did you mean `{close[0]}`?" if close else None
