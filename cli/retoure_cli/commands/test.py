"""`retoure test`: does a mapping do what its tests expect?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from retoure.testing import TestResult, run_tests

from ..mapping_files import compiled, find_mapping
from ..output import counted, say, show_json


@click.command()
@click.argument("mapping", type=click.Path(path_type=Path))
@click.option("--only", default="", metavar="TEXT", help="Only tests with TEXT in their name.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting, for all tests.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def command(mapping: Path, only: str, settings: tuple[str, ...], as_json: bool) -> None:
    """Play the tests of a mapping: real delivery on a store in memory, answers from files, no network.

    MAPPING is an *.rmap file or a folder that holds one. Exit code 0: all passed. 1: a test failed, or none was found.

    \b
    Examples:
      retoure test mappings/reveni_to_scayle
      retoure test returns.rmap --only refund
    """
    program = compiled(mapping, settings)
    results = run_tests(program, find_mapping(mapping).parent, only)
    done = list(results) if as_json else [_shown(result) for result in results]
    if as_json:
        show_json([_data(result) for result in done])
    else:
        _summary(done)
    if not done or not all(result.passed for result in done):
        raise SystemExit(1)


def _shown(result: TestResult) -> TestResult:
    say(f"{'pass' if result.passed else 'FAIL'}  {result.name}", style="" if result.passed else "bold red")
    if result.error:
        say(f"      {result.place}: {result.error}")
    for failure in result.failures:
        say(f"      {failure.place}: expected {failure.expected}")
        for line in failure.found:
            say(f"        {line}")
    return result


def _summary(done: Sequence[TestResult]) -> None:
    failed = sum(not result.passed for result in done)
    if not done:
        say("no test was found", style="bold red")
        return
    words = f"{counted(len(done), 'test')}: {len(done) - failed} passed" + (f", {failed} failed" if failed else "")
    say(words, style="bold red" if failed else "bold green")


def _data(result: TestResult) -> dict[str, object]:
    failures = [{**asdict(failure), "place": str(failure.place)} for failure in result.failures]
    return {
        "name": result.name,
        "place": str(result.place),
        "passed": result.passed,
        "error": result.error,
        "failures": failures,
    }
