"""Findings as text and as data."""

from __future__ import annotations

from retoure.diagnostics import Label, did_you_mean, error, nearest, warning
from retoure.diagnostics.render import as_data, concise, full
from retoure.source import Source, Span

SOURCE = Source("shop.rmap", "one\n\ttwo three\n")


def test_full_has_the_caret_under_the_words() -> None:
    finding = error("syntax", "wrong", Span(9, 14), "here", help="mend it", related=[Label(Span(0, 3), "first")])
    assert full(finding, SOURCE).splitlines() == [
        "error[syntax]: wrong",
        " --> shop.rmap:2:6",
        "2 | \ttwo three",
        "  | \t    ^^^^^ here",
        " ::: shop.rmap:1:1",
        "1 | one",
        "  | ^^^ first",
        "  = help: mend it",
    ]


def test_a_very_long_line_is_cut_around_the_place() -> None:
    source = Source("x", "a" * 500 + "b" + "c" * 500)
    lines = full(error("syntax", "wrong", Span(500, 501)), source).splitlines()
    assert max(map(len, lines)) < 220
    assert lines[2][lines[3].index("^")] == "b"


def test_control_characters_do_not_reach_the_terminal() -> None:
    source = Source("x", "a\x1b[2J b")
    assert "\x1b" not in full(error("syntax", "wrong \x1b", Span(0, 1)), source)
    assert "\x1b" not in concise(error("syntax", "wrong \x1b", Span(0, 1)), source)


def test_concise_is_one_line() -> None:
    assert concise(warning("unused", "spare", Span(5, 8)), SOURCE) == "shop.rmap:2:2: warning[unused]: spare"


def test_data_counts_from_one() -> None:
    data = as_data(error("syntax", "wrong", Span(5, 8)), SOURCE)
    assert (data["code"], data["severity"], data["line"], data["column"]) == ("syntax", "error", 2, 2)


def test_suggestions_only_when_close() -> None:
    assert did_you_mean("Retrun", ["return", "order"]) == "did you mean `return`?"
    assert did_you_mean("x", ["return", "order"]) == "there is `order`, `return`"
    assert did_you_mean("x", [f"name{i}" for i in range(13)]) is None
    assert nearest("x", ["return"]) is None
