"""`retoure test`: does a mapping do what its tests expect?"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click
from retoure.testing import TestResult, run_tests

from ..mapping_files import compiled, find_mapping
from ..output import console, plural


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
        click.echo(json.dumps([_data(result) for result in done], indent=2, ensure_ascii=False))
    else:
        _summary(done)
    if not done or not all(result.passed for result in done):
        raise SystemExit(1)


def _shown(result: TestResult) -> TestResult:
    out = console()
    mark = "[green]pass[/]" if result.passed else "[bold red]FAIL[/]"
    out.print(f"{mark}  ", end="")
    out.print(result.name, markup=False, highlight=False)
    if result.error:
        out.print(f"      {result.place}: {result.error}", markup=False, highlight=False)
    for failure in result.failures:
        out.print(f"      {failure.place}: expected {failure.expected}", markup=False, highlight=False)
        for line in failure.found:
            out.print(f"        {line}", markup=False, highlight=False, soft_wrap=True)
    return result


def _summary(results: Iterable[TestResult]) -> None:
    done = list(results)
    failed = sum(not result.passed for result in done)
    if not done:
        console().print("no test was found", style="bold red")
        return
    words = f"{plural(len(done), 'test')}: {len(done) - failed} passed" + (f", {failed} failed" if failed else "")
    console().print(words, style="bold red" if failed else "bold green")


def _data(result: TestResult) -> dict[str, object]:
    failures = [{**asdict(failure), "place": str(failure.place)} for failure in result.failures]
    return {
        "name": result.name,
        "place": str(result.place),
        "passed": result.passed,
        "error": result.error,
        "failures": failures,
    }
