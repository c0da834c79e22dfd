"""A test with `cases`: the tests that its rows stand for."""

from __future__ import annotations

from retoure import Source
from retoure.language import nodes as n
from retoure.language.cases import expanded
from retoure.language.parse import parse


def every_test(text: str) -> list[n.TestNode]:
    parsed = parse(Source("any.rmap", text))
    assert parsed.findings == ()
    return [case for test in parsed.module.of(n.TestNode) for case in expanded(test)]


def test_a_test_without_cases_stands_for_itself() -> None:
    (test,) = every_test('test "one" { expect no hold }')
    assert (test.name, len(test.steps)) == ("one", 1)


def test_cells_stand_for_words_names_and_placeholders() -> None:
    text = """test "{error} of {item}" {
      cases error, team, item {
        TIMEOUT, finance, { sku = "A" }
        INVALID, desk,    [1, 2]
      }
      answer scayle.orders.get once error
      given event reveni.return_updated from "{team}.json" with { items = [item]  team = "team" }
      expect hold for team about "{error}"
    }"""
    first, second = every_test(text)
    assert [first.name, second.name] == ["TIMEOUT of sku A", "INVALID of 1, 2"]
    answer, given, hold = first.steps
    assert isinstance(answer, n.AnswerError)
    assert (str(answer.operation), answer.error.text) == ("scayle.orders.get", "TIMEOUT")
    assert isinstance(given, n.GivenEvent)
    assert given.file == "finance.json"
    assert given.changes is not None
    assert isinstance(given.changes.value, dict)
    assert given.changes.value["team"].value == "team", "a text in quotes is not a column"
    listed = given.changes.value["items"].value
    assert isinstance(listed, tuple)
    (item,) = listed
    assert isinstance(item.value, dict)
    assert item.value["sku"].value == "A"
    assert isinstance(hold, n.ExpectHold)
    assert (hold.team.text if hold.team else "", hold.about) == ("finance", "TIMEOUT")


def test_a_cell_is_placed_where_it_stands() -> None:
    text = 'test "t" { cases stage { aproved } expect stage stage }'
    (test,) = every_test(text)
    (step,) = test.steps
    assert isinstance(step, n.ExpectStage)
    assert text[step.stage.span.start : step.stage.span.end] == "aproved"
    assert text[test.span.start : test.span.end] == "aproved"


def test_a_name_without_placeholders_is_told_apart_by_the_cells() -> None:
    text = 'test "t" { cases a, b { 1, x  2, "y z" } expect hold about "{a} {b}" }'
    assert [test.name for test in every_test(text)] == ["t: 1, x", "t: 2, y z"]
