"""Syntax errors in the words of a consultant."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from ..diagnostics import Finding, error, replaced
from ..letters import named, twin
from ..source import Source, Span
from .reading import Unexpected

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
FOREIGN = {
    "&&": "write `and`",
    "||": "write `or`",
    "!=": "write `is not`",
    "!": "write `not`",
    "==": "write `is`",
    "??": "write `default`",
    "?.": "write `default` where a value may be missing",
    "//": "write `#` before a comment",
    "/*": "write `#` before each line of a comment",
    ";": "leave it out: a new line is enough",
    "'": 'write texts in "double quotes"',
    "“": 'write straight quotes: "',
    "”": 'write straight quotes: "',
    "„": 'write straight quotes: "',
    "`": 'write names as they are, and texts in "double quotes"',
}
MANY = 6
LONGEST_SHOWN = 40


def said(message: str, span: Span, help: str | None = None) -> Finding:
    """A finding about text that cannot be read."""
    return error("syntax", message, span, help=help)


def explain(source: Source, problem: Unexpected, span: Span, what: str) -> Finding:
    """The finding for what does not fit in the text of `span`; `what` names that text: a file, a placeholder."""
    if problem.found == "":
        return _early(source, problem, span, what)
    foreign = next((sign for sign in FOREIGN if source.text.startswith(sign, problem.at)), None)
    if foreign is not None:
        return _foreign(source, foreign, problem.at)
    return _character(source, problem) if problem.found is None else _token(source, problem.found, problem)


def _foreign(source: Source, sign: str, at: int) -> Finding:
    message = f"`{sign}` is not part of the language"
    return said(message.replace("```", "a backquote"), Span(at, at + len(sign)), FOREIGN[sign])


def _early(source: Source, problem: Unexpected, span: Span, what: str) -> Finding:
    end = span.start + len(source.text[span.start : span.end].rstrip())
    closing = next((WORDS[name] for name in ("RBRACE", "RPAR", "RSQB") if name in problem.expected), None)
    expected = f"{closing} is missing" if closing else _expectation(problem.expected)
    at = Span(end - 1, end) if what == "placeholder" and end > span.start else Span(end, end + 1)
    return error("syntax", f"the {what} stops early", at, expected)


def _token(source: Source, found: str, problem: Unexpected) -> Finding:
    at = Span(problem.at, problem.at + len(found))
    if twin(source.text[at.end : at.end + 1]) and found[-1:].isalnum():
        return _strange(source.text[at.end], at.end)  # a word ends at the letter that only looks right
    shown = found if len(found) <= LONGEST_SHOWN else f"{found[:LONGEST_SHOWN]}…"
    help = _advice(found, problem.expected)
    return error("syntax", f"`{shown}` does not fit here", at, _expectation(problem.expected), help=help)


def _character(source: Source, problem: Unexpected) -> Finding:
    at = problem.at
    shown = source.text[at : at + 1]
    if shown == '"':
        message = "this text, or a `{` in it, is not closed on its line"
        help = 'end it with `"`; write \\n for a new line'
        return error("syntax", message, Span(at, at + 1), "opened here", help=help)
    if " " < shown < "\x7f":
        return error("syntax", f"`{shown}` does not fit here", Span(at, at + 1), _expectation(problem.expected))
    return _strange(shown, at)


def _strange(char: str, at: int) -> Finding:
    """The finding for a character that no name and no sign of the language has."""
    meant, span = twin(char), Span(at, at + 1)
    fix = replaced(span, meant) if meant else None
    return error("syntax", f"{named(char)} does not fit here", span, help=_plain(char, meant), fix=fix)


def _plain(char: str, meant: str | None) -> str:
    if meant:
        return f"it only looks like `{meant}`: type that letter"
    if char.isspace():
        return "replace it by an ordinary space"
    if unicodedata.category(char) in ("Cc", "Cf"):
        return "take it out: nobody sees it"
    if char.isalpha():
        return "names are made of the letters a to z, digits and `_`"
    return "outside of texts and comments only plain signs are used"


def _expectation(terminals: Sequence[str]) -> str:
    if len(terminals) > 1:
        terminals = [name for name in terminals if name != "$END"]
    words = sorted({_word(terminal) for terminal in terminals} - {""}, key=lambda word: (word.startswith("`"), word))
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


def _advice(found: str, expected: Sequence[str]) -> str | None:
    if found == "=" and "IS" in expected:
        return FOREIGN["=="]
    if len(found) > LONGEST_SHOWN:
        return None
    from difflib import get_close_matches  # most texts can be read

    words = [terminal.lower().replace("_", " ") for terminal in expected if terminal not in WORDS]
    close = get_close_matches(found.lower(), words, 1)
    return f"did you mean `{close[0]}`?" if close else None
