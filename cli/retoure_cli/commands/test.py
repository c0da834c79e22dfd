"""`retoure test`: does a mapping do what its tests expect?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

import click
from click.shell_completion import CompletionItem

from retoure import CompiledMapping
from retoure.testing import Coverage, Recorded, TestResult, coverage, junit, record_case, run_tests

from ..books import opened
from ..completing import MappingPath
from ..failures import WrongUse, expected
from ..mapping_files import compiled_with_tests, find_mapping, folder_of
from ..options import deployment_option
from ..output import counted, say, show_json
from ..writing import create_text, write_new

LOOK = 300
"""Milliseconds until the first play, by when the folder is watched: a change during a play is not missed."""


class PlayOrRecord(click.Group):
    """`retoure test MAPPING` plays; `retoure test record RETURN` records."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Without the name of a command of its own, the arguments are those of `play`."""
        if args and args[0] not in ("record", "play", "--help", "-h"):
            args = ["play", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Mappings, beside the names of its commands."""
        own = super().shell_complete(ctx, incomplete)
        return [*MappingPath().shell_complete(ctx, play.params[0], incomplete), *own]


@click.group(cls=PlayOrRecord, subcommand_metavar="MAPPING [OPTIONS]... | record RETURN_ID [OPTIONS]...")
def command() -> None:
    """Play the tests of a mapping, or make a test out of a recorded case.

    `retoure test play --help` and `retoure test record --help` say more.

    \b
    Examples:
      retoure test reveni_to_scayle --only "instant refund"
      retoure test returns.rmap --only approval
      retoure test returns.rmap --coverage --min 80
      retoure test record 018d8d18bef0c04bdead5dabafda4e58 --to mappings/my_shop --name "a refund that SCAYLE refused"
    """


@command.command()
@click.argument("mapping", type=MappingPath())
@click.option("--only", default="", metavar="TEXT", help="Only tests with TEXT in their name.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting, for all tests.")
@click.option("--coverage", "covered", is_flag=True, help="Name what no test exercises.")
@click.option("--min", "least", type=click.IntRange(0, 100), default=0, help="Fail below this coverage in percent.")
@click.option("--junit", "junit_file", type=click.Path(path_type=Path), help="Write the results as JUnit XML.")
@click.option("--watch", is_flag=True, help="Play again whenever a file beside the mapping changes.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def play(
    mapping: Path, only: str, settings: tuple[str, ...], covered: bool, least: int, junit_file: Path | None,
    watch: bool, as_json: bool,
) -> None:  # fmt: skip
    """Play the tests of a mapping: real delivery on a store in memory, answers from files, no network.

    MAPPING is an *.rmap file or a folder that holds one: its own tests are played, and those in the files of the folder
    `tests` beside it. It may be one of these files, too: then only its tests are played.

    Exit code 0: all passed. 1: a test failed, none was found, or less than --min is covered.

    \b
    Examples:
      retoure test play returns.rmap --only approval
      retoure test play mappings/reveni_to_scayle/tests/settled.rmap
      retoure test play returns.rmap --only stock --junit results.xml
    """

    def once() -> bool:
        program, done = _played(mapping, only, settings, as_json)
        if junit_file is not None:
            write_new(junit_file, junit(done, mapping.name))
        enough = not (covered or least) or _covered(coverage(program, done), least)
        return enough and bool(done) and all(result.passed for result in done)

    if watch:
        _watched(once, folder_of(find_mapping(mapping)), junit_file)
    if not once():
        raise SystemExit(1)


@command.command()
@click.argument("return_id")
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), required=True,
              help="The mapping's folder: the test goes into `tests`, what it needs into `fixtures`.")  # fmt: skip
@click.option("--name", required=True, help="What the test is called.")
@deployment_option
def record(return_id: str, folder: Path, name: str, deployment_file: Path) -> None:
    """Make fixtures and a test out of what the journal knows of a return, and play it. Personal data is replaced.

    Names, addresses, e-mail addresses, phone numbers and bank details become `[redacted]`; ids, SKUs, amounts, times
    and statuses stay, for the test needs them. Read the files before you share them. Exit code 0: recorded, and the
    test passes. 1: recorded, but the test does not pass yet. 2: nothing was written.

    \b
    Examples:
      retoure test record 018d8d18bef0c04bdead5dabafda4e58 --to mappings/my_shop --name "a refund that SCAYLE refused"
    """
    file = find_mapping(folder)
    known = compiled_with_tests(file, ())
    with opened(deployment_file) as (deployment, store):
        story = store.story(return_id)
    settings = {key: value for key, value in deployment.settings.items() if key in known.facts.settings}
    try:
        kind = f"{story.events[0]['system']}.{story.events[0]['kind']}" if story.events else ""
        made = record_case(story, name, kind, file.name, settings=settings)
    except ValueError as problem:
        raise WrongUse(f"error: {problem}") from problem
    _free(made, folder, known)
    for path, text in made.files.items():
        create_text(folder / path, text)
    say(f"{counted(len(made.files), 'file')} below {folder}: the test is {folder / made.tests}")
    results = [_shown(result) for result in run_tests(compiled_with_tests(folder / made.tests, ()), folder)]
    if not all(result.passed for result in results):
        say("the test does not pass yet: what happened then cannot be played from these files alone")
        raise SystemExit(1)


def _free(made: Recorded, folder: Path, known: CompiledMapping) -> None:
    """Ends the command when something of that name is there already."""
    taken = [str(folder / path) for path in made.files if (folder / path).exists()]
    if made.head in known.source.text:
        taken.append(f"a test of {known.source.name}")
    if taken:
        raise WrongUse(f"error: there is already {taken[0]}: give the test another --name")


def _played(
    mapping: Path, only: str, settings: tuple[str, ...], as_json: bool
) -> tuple[CompiledMapping, list[TestResult]]:
    program = compiled_with_tests(mapping, settings)
    results = run_tests(program, Path(program.source.name).parent, only)
    done = list(results) if as_json else [_shown(result) for result in results]
    if as_json:
        show_json([_data(result) for result in done])
    else:
        _summary(done)
    return program, done


def _watched(once: Callable[[], object], folder: Path, written: Path | None) -> NoReturn:
    """Plays, and plays again at every change below the folder, until interrupted; `written` by itself is no change."""
    from watchfiles import DefaultFilter
    from watchfiles import watch as changes

    own = DefaultFilter(ignore_paths=[written.resolve()] if written else [])
    played = False
    for changed in changes(folder.resolve(), watch_filter=own, rust_timeout=LOOK, yield_on_timeout=True):
        if changed or not played:
            _told(once)
            played = True
            say(f"waiting for a change below {folder} …", error=True)
    raise SystemExit(130)


def _told(once: Callable[[], object]) -> None:
    """Plays; a mistake in the mapping is shown, and does not end the watch."""
    try:
        once()
    except click.ClickException as problem:
        problem.show()
    except Exception as problem:
        known = expected(problem)
        if known is None:
            raise
        known.show()


def _covered(found: Coverage, least: int) -> bool:
    for item in found.missing:
        say(f"not exercised: {item.kind} {item.name}   ({item.place})")
    total, missing = len(found.declared), len(found.missing)
    enough = found.percent >= least
    words = f"{total - missing} of {total} declared things exercised: {found.percent}%"
    say(words if enough else f"{words}, and {least}% are asked for", style="" if enough else "bold red")
    return enough


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
