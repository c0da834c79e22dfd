"""`retoure fmt`: mapping files in the one layout that all mappings are written in."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from retoure import CompileFailed, Source, SourceUnreadable, format_source
from retoure.diagnostics import render

from ..completing import MappingPath
from ..failures import TO_DO, WrongUse
from ..mapping_files import files_of, read_file
from ..output import say, show_diff
from ..writing import write_text


@click.command()
@click.argument("mappings", nargs=-1, required=True, type=MappingPath(allow_dash=True))
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 when a file is not in the layout.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
def command(mappings: tuple[Path, ...], check: bool, diff: bool) -> None:
    """Write mapping files in their one canonical layout. Meaning, comments and line ends stay.

    MAPPINGS are *.rmap files, folders of them, or names of bundled mappings; `-` reads standard input and writes to
    standard output. A file with a syntax error is left as it is.

    Exit code 0: done, or nothing to do. 1: a syntax error; with --check or --diff also when a file would change. 2: a
    file cannot be read or written.

    \b
    Examples:
      retoure fmt mappings/reveni_to_scayle
      retoure fmt --check mappings/reveni_to_scayle/returns.rmap
      retoure fmt --diff returns.rmap
    """
    problems = 0
    for file in [file for path in mappings for file in files_of(path)]:
        problems += _one(file, writes=not check and not diff, diff=diff)
    if problems:
        raise SystemExit(TO_DO)


def _one(path: Path, *, writes: bool, diff: bool) -> bool:
    """Formats one file; whether that leaves something for people to do."""
    source = _read(path)
    try:
        text = format_source(source)
    except CompileFailed as failed:
        for finding in failed.findings:
            say(render.full(finding, failed.source) + "\n", error=True)
        say(f"{source.name}: left as it is", style="bold red", error=True)
        return True
    if path == Path("-") and writes:
        sys.stdout.buffer.write(text.encode("utf-8"))
        return False
    if text == source.text:
        return False
    _tell(path, source, text, writes=writes, diff=diff)
    return not writes


def _read(path: Path) -> Source:
    if path != Path("-"):
        return read_file(path)
    try:
        return Source.decoded("<standard input>", sys.stdin.buffer.read())
    except SourceUnreadable as problem:
        raise WrongUse(f"error: {problem}") from problem


def _tell(path: Path, source: Source, text: str, *, writes: bool, diff: bool) -> None:
    if writes:
        write_text(path, text)
        say(f"{source.name}: formatted", error=True)
    elif diff:
        show_diff(source.name, source.text, "formatted", text)
    else:
        say(f"{source.name}: would be formatted", style="bold red", error=True)
