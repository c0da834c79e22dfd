"""Where a syntax error is shown, and what it says."""

from __future__ import annotations

import pytest

from retoure.diagnostics import CompileFailed
from retoure.language import parse, parse_expression
from retoure.language.parse import parse_template
from retoure.source import Source, Span


@pytest.mark.parametrize(
    ("text", "message", "start"),
    [
        ("a &&", "`&&` is not part of the language", 2),
        ("a == b", "`==` is not part of the language", 2),
        ("not", "the expression stops early", 3),
        ("a +", "the expression stops early", 3),
        ("(a", "the expression stops early", 2),
        ("a b", "`b` does not fit here", 2),
        ("'a'", "`'` is not part of the language", 0),
        ('"a', "this text, or a `{` in it, is not closed on its line", 0),
        ('"a {b +} c"', "the placeholder stops early", 6),
        ('"a {} c"', "an empty placeholder: put a value between `{` and `}`", 3),
        ("\u00e4", "U+00E4 (latin small letter a with diaeresis) does not fit here", 0),
        ("١", "U+0661 (arabic-indic digit one) does not fit here", 0),
    ],
)
def test_an_expression_that_cannot_be_read(text: str, message: str, start: int) -> None:
    with pytest.raises(CompileFailed) as failed:
        parse_expression(Source("x", text))
    (finding,) = failed.value.findings
    assert (finding.code, finding.message, finding.at.span.start) == ("syntax", message, start)


def test_an_equals_sign_in_a_condition_is_told_the_word_for_it() -> None:
    with pytest.raises(CompileFailed) as failed:
        parse_expression(Source("x", "a.status = b and c"))
    assert failed.value.findings[0].help == "write `is`"


def test_a_template_that_cannot_be_read_names_the_place_in_it() -> None:
    with pytest.raises(CompileFailed) as failed:
        parse_template(Source("setting key", "a-{b +}"))
    assert failed.value.findings[0].at.span == Span(5, 6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("queue q { keep 90000d }", "`90000d` is longer than ten years"),
        (f"queue q {{ keep {'9' * 5000}d }}", "`999999999999` is longer than ten years"),
        ("alert a { when 1.5 queued }", "`1.5` must be a whole number"),
        ("queue q { keep 1d keep 2d }", "this is given twice"),
        ('test "t" { given event a.b with { x = 1 x = 2 } }', "`x` is given twice"),
    ],
)
def test_values_that_cannot_be(text: str, message: str) -> None:
    assert [finding.message for finding in parse(Source("x", text)).findings] == [message]


def test_a_comment_ends_with_its_line_whatever_ends_the_line() -> None:
    parsed = parse(Source("x", "# one\rqueue a { keep 1d }\r# two\r\nqueue b { keep 1d }"))
    assert (len(parsed.module.blocks), parsed.findings) == (2, ())
