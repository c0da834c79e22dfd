"""Mapping files and settings as they are named on the command line."""

from __future__ import annotations

from pathlib import Path

import click

from retoure import CompiledMapping, CompileFailed, SettingsInvalid, Source, SourceUnreadable, compile_mapping
from retoure.diagnostics import render


def find_mapping(path: Path) -> Path:
    """The mapping file: the path itself, or the only *.rmap in a folder. Ends the command when there is none."""
    if not path.is_dir():
        return path
    found = sorted(path.glob("*.rmap"))
    if len(found) != 1:
        names = ", ".join(file.name for file in found) or "none"
        raise click.UsageError(f"{path} should hold one *.rmap file, and holds {names}: name the file")
    return found[0]


def read_mapping(path: Path) -> Source:
    """The text of a mapping file or folder."""
    try:
        return Source.read(find_mapping(path))
    except SourceUnreadable as problem:
        raise click.ClickException(str(problem)) from problem


def compiled(path: Path, settings: tuple[str, ...]) -> CompiledMapping:
    """The compiled mapping, with `name=value` settings. Prints the findings and ends the command when it has errors."""
    source = read_mapping(path)
    try:
        return compile_mapping(source, dict(map(_pair, settings)))
    except CompileFailed as failed:
        click.echo(render.rendered(failed.findings, source))
        raise click.ClickException(str(failed)) from failed
    except SettingsInvalid as problem:
        raise click.UsageError("\n".join(problem.problems)) from problem


def _pair(setting: str) -> tuple[str, str]:
    name, sign, value = setting.partition("=")
    if not sign:
        raise click.UsageError(f"--set {setting}: write NAME=VALUE")
    return name.strip(), value.strip()
