"""`retoure migrate`: mappings in a later version of the language."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from retoure import Source
from retoure.migrating import STEPS, CannotMigrate, Migrated, Step, along, migrate

from ..completing import MappingPath
from ..failures import TO_DO, WrongUse
from ..mapping_files import mappings_of, read_file, tests_of
from ..output import say, show_diff
from ..writing import write_text


@click.command()
@click.argument("mappings", nargs=-1, required=True, type=MappingPath())
@click.option("--to", type=click.IntRange(min=1), metavar="N", help="The version; without it the newest.")
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 when a file is in an older version.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
def command(mappings: tuple[Path, ...], to: int | None, check: bool, diff: bool) -> None:
    """Rewrite mapping files for a later version of the language. So far there is one: language 1.

    MAPPINGS are *.rmap files, folders of them, or names of bundled mappings. The files of its tests go with a mapping;
    files that it imports are migrated by their own name.

    Exit code 0: done, or nothing to do. 1: with --check or --diff, a file would change. 2: a file cannot be read or
    written, or this version of retoure does not know its language.

    \b
    Examples:
      retoure migrate returns.rmap
      retoure migrate --check mappings/reveni_to_scayle
      retoure migrate --diff --to 1 returns.rmap
    """
    if run([file for path in mappings for file in mappings_of(path)], to, check=check, diff=diff) and (check or diff):
        raise SystemExit(TO_DO)


def run(files: Sequence[Path], to: int | None, *, check: bool, diff: bool, steps: Sequence[Step] = STEPS) -> int:
    """Migrates files, or only says what would change; how many that is."""
    return sum(_one(file, to, writes=not check and not diff, diff=diff, steps=steps) for file in files)


def _one(file: Path, to: int | None, *, writes: bool, diff: bool, steps: Sequence[Step]) -> bool:
    source = read_file(file)
    try:
        made = migrate(source, to, steps)
    except CannotMigrate as problem:
        raise WrongUse(f"error: {problem}") from problem
    if not made.steps:
        say(f"{source.name} is already written in language {made.after}, nothing to do", error=True)
        return False
    _tell(source, made, writes=writes)
    for old, new in ((source, made.text), *((tests, along(tests, made.steps)) for tests in tests_of(source))):
        if diff and new != old.text:
            show_diff(old.name, old.text, f"language {made.after}", new)
        elif writes and new != old.text:
            write_text(Path(old.name), new)
    return True


def _tell(source: Source, made: Migrated, *, writes: bool) -> None:
    done = "is now in" if writes else "would be in"
    say(f"{source.name} {done} language {made.after}, and was written in language {made.before}", error=True)
    for step in made.steps:
        say(f"  {step.summary}", error=True)
