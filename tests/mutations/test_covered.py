"""The corpus covers every promise, construct and warning of the language, and README.md says how often."""

from __future__ import annotations

import re

from retoure.diagnostics.codes import CODES

from .corpus import ROOT, mutations
from .covered import README, by_construct, by_promise, by_warning, readme

CORPUS = list(mutations())
FEWEST = 160
SEVERAL = 3
CASES = ROOT / "tests/golden/check"
SHOWN = re.compile(r"^(?:error|warning)\[([a-z-]+)\]", re.MULTILINE)


def test_there_are_many() -> None:
    assert len(CORPUS) >= FEWEST


def test_no_mutation_stands_twice() -> None:
    changes = [(one.file, one.line, one.becomes) for one in CORPUS]
    assert [change for change in changes if changes.count(change) > 1] == []


def test_every_promise_is_broken_several_times() -> None:
    counted = {promise: codes.total() for promise, codes in by_promise(CORPUS).items()}
    assert {promise: count for promise, count in counted.items() if count < SEVERAL} == {}


def test_every_promise_has_codes_and_they_are_in_the_list() -> None:
    assert {code.check for code in CODES.values() if code.check} == by_promise(CORPUS).keys()


def test_every_construct_is_got_wrong_several_times() -> None:
    assert {name: count for name, count in by_construct(CORPUS).items() if count < SEVERAL} == {}


def test_every_warning_is_raised_more_than_once() -> None:
    assert {name: count for name, count in by_warning(CORPUS).items() if count < 2} == {}


def test_every_code_is_raised_by_a_mutation_or_a_golden_case() -> None:
    golden = (case.read_text(encoding="utf-8") for case in CASES.glob("*.expected"))
    raised = {code for text in golden for code in SHOWN.findall(text)} | {one.code for one in CORPUS}
    assert sorted(set(CODES) - raised) == []


def test_the_readme_has_the_tables() -> None:
    text = README.read_text(encoding="utf-8")
    assert readme(text, CORPUS) == text, "run: python -m tests.mutations.covered"
