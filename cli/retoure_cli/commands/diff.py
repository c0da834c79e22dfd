"""`retoure diff`: what do two mappings say differently?"""

from __future__ import annotations

from pathlib import Path

import click

from retoure import Checked, CompileFailed, Source, check_source
from retoure.comparing import difference, unreadable

from .. import diff_text
from ..completing import MappingPath
from ..failures import Told, WrongUse
from ..mapping_files import read_mapping
from ..options import json_option
from ..output import console, counted, plain, say, show_json

SOMETHING = 2


@click.command()
@click.argument("old", type=MappingPath())
@click.argument("new", type=MappingPath())
@json_option
@click.pass_context
def command(ctx: click.Context, old: Path, new: Path, as_json: bool) -> None:
    """Show what two mappings say differently, block by block, and what each change means.

    Layout, comments and the order of blocks are no difference. What is imported belongs to a mapping; an inherited
    policy or map is compared with all it inherits. Of tests only the names are compared. A block counts as renamed
    when nothing else in it differs. A note begins with `careful:` where a change may do harm.

    OLD and NEW are *.rmap files, folders that hold one, or names of bundled mappings.

    Exit code 0: no difference. 2: they differ. 1: a file cannot be read as a mapping.

    \b
    Examples:
      retoure diff released.rmap returns.rmap
      retoure diff reveni_to_scayle mappings/my_shop --json
    """
    before, after = _whole(old), _whole(new)
    found = difference(before, after)
    if as_json:
        show_json({**plain(found), "careful": found.careful})
    else:
        diff_text.tell(found, console())
        say()
        say(diff_text.total(found), style="bold")
    if found.same_version:
        say(f"Both are {found.after.mapping} {found.after.version}: give the new one another version.", error=True)
    _mistakes(before, after)
    ctx.exit(SOMETHING if found.blocks else 0)


def _whole(path: Path) -> Checked:
    """A mapping that could be read, mistakes or not. Otherwise the command ends with the findings."""
    checked = check_source(_source(path))
    findings = unreadable(checked)
    if findings:
        raise CompileFailed(checked.source, findings)
    return checked


def _mistakes(*both: Checked) -> None:
    for checked in both:
        if checked.errors:
            found = f"{checked.source.name} has {counted(len(checked.errors), 'error')}"
            say(f"{found}: `retoure check` shows them", style="bold red", error=True)


def _source(path: Path) -> Source:
    """The text of a mapping. One that is not there is no difference, so it does not end the command like one."""
    try:
        return read_mapping(path)
    except click.UsageError as problem:
        raise Told(f"error: {problem.format_message()}") from problem
    except WrongUse as problem:
        raise Told(problem.message) from problem
    except OSError as problem:
        raise Told(f"error: {path} cannot be used: {problem.strerror}") from problem
