"""What checks ask of the facts more than once is answered once, and for these facts alone."""

from __future__ import annotations

from pathlib import Path

from retoure.check import CHECKS, check, gather
from retoure.check.facts import Facts, remembered
from retoure.check.rule_scopes import steps
from retoure.checked import check_anew
from retoure.language import nodes as n
from retoure.source import Source

SHIPPED = Path(__file__).resolve().parents[3] / "mappings/reveni_to_scayle/returns.rmap"


def facts() -> Facts:
    found = check_anew(Source.read(SHIPPED)).facts
    return gather(found.module, found.manifests)


def test_a_question_is_asked_once_for_each_part_and_each_facts() -> None:
    asked: list[str] = []

    @remembered
    def name(facts: Facts, rule: n.RuleNode) -> str:
        asked.append(rule.name.text)
        return rule.name.text

    first, second = facts(), facts()
    rules = list(first.rules.values())
    for each in (first, first, second):
        assert [name(each, rule) for rule in rules] == [rule.name.text for rule in rules]
    assert asked == [rule.name.text for rule in rules] * 2


def test_facts_that_were_asked_are_equal_to_those_that_were_not() -> None:
    first = facts()
    second = gather(first.module, first.manifests)
    check(first)
    assert first.known
    assert not second.known
    assert first == second


def test_a_check_finds_the_same_whichever_were_made_before() -> None:
    """Also in a mapping with mistakes: each check on facts of its own, then all on the same."""
    text = SHIPPED.read_text(encoding="utf-8").replace("return.", "retrun.", 9).replace("hold ", "skip ", 3)
    found = check_anew(Source(str(SHIPPED), text)).facts
    alone = [list(run(gather(found.module, found.manifests))) for run in CHECKS]
    shared = gather(found.module, found.manifests)
    together = [list(run(shared)) for run in reversed(CHECKS)][::-1]
    assert together == alone
    assert any(alone)


def test_the_steps_of_a_rule_are_the_same_for_all_who_ask() -> None:
    each = facts()
    rule = next(iter(each.rules.values()))
    assert steps(each, rule) is steps(each, rule)
    assert [inside.step for inside in steps(each, rule)] == list(rule.steps)
