"""`retoure check`: is a mapping right?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from retoure import Severity, Source, Verdict, verdict_on
from retoure.diagnostics import render

from ..completing import MappingPath
from ..mapping_files import read_mapping, tests_of
from ..output import counted, say, show_json

if TYPE_CHECKING:
    from retoure.diagnostics.sarif import Told

FORMATS = ("text", "concise", "json", "sarif", "github")


@click.command()
@click.argument("mappings", nargs=-1, required=True, type=MappingPath())
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="How to print.")
@click.option("--fix", is_flag=True, help="Make the edits that are safe, and say which.")
@click.option("--show-silenced", is_flag=True, help="Show what the files allow with a written reason, too.")
def command(mappings: tuple[Path, ...], form: str, fix: bool, show_silenced: bool) -> None:
    """Read and check mapping files: names, types, keys, policies, approval before refunds.

    MAPPINGS are *.rmap files, folders that hold one, or names of bundled mappings; the files in the folder `tests`
    beside a mapping are checked with it, and such a file alone when it is named. A line `# allow CODE: reason`
    silences a warning on the line below. Exit code 0: no errors (warnings may be shown). 1: errors. 2: a file cannot
    be read.

    \b
    Examples:
      retoure check mappings/reveni_to_scayle
      retoure check returns.rmap --fix
      retoure check returns.rmap --format sarif > findings.sarif
    """
    sources = [read_mapping(path) for path in mappings]
    checked = {source.name: _mended(source) if fix else verdict_on(source, tests_of(source)) for source in sources}
    _show(checked, form, show_silenced)
    if any(found.errors for found in checked.values()):
        raise SystemExit(1)


def _mended(source: Source) -> Verdict:
    from retoure import mend

    from ..writing import write_text

    mended = mend(source, tests=tests_of(source))
    for name, text in mended.texts.items():
        write_text(Path(name), text)
    for place, finding in mended.done:
        say(f"{place}: fixed {finding.code}: {finding.message} ({finding.help})", error=True)
    return Verdict(mended.checked.source, mended.checked.findings, mended.checked.silenced)


def _show(checked: Mapping[str, Verdict], form: str, show_silenced: bool) -> None:
    if form == "json":
        show_json([item for found in checked.values() for item in _data(found, show_silenced)])
    elif form == "sarif":
        from importlib.metadata import version

        from retoure.diagnostics.sarif import sarif

        show_json(sarif((told for found in checked.values() for told in _told(found)), version("retoure")))
    else:
        for name, found in checked.items():
            _text(found, form, show_silenced)
            _total(name, found)


def _data(found: Verdict, show_silenced: bool) -> Iterable[Mapping[str, object]]:
    yield from (render.as_data(finding, found.source) for finding in found.findings)
    for silenced in found.silenced if show_silenced else ():
        yield {**render.as_data(silenced.finding, found.source), "allowed": silenced.reason}


def _told(found: Verdict) -> Iterable[Told]:
    from retoure.diagnostics.sarif import Told

    yield from (Told(finding, found.source) for finding in found.findings)
    yield from (Told(item.finding, found.source, item.reason, item.comment) for item in found.silenced)


def _text(found: Verdict, form: str, show_silenced: bool) -> None:
    from retoure.diagnostics.github import github

    show = {"text": render.full, "concise": render.concise, "github": github}[form]
    between = "\n" if form == "text" else ""
    for finding in found.findings:
        say(show(finding, found.source) + between)
    for silenced in found.silenced if show_silenced and form != "github" else ():
        say(f"{render.concise(silenced.finding, found.source)}\n  allowed: {silenced.reason}{between}")


def _total(name: str, found: Verdict) -> None:
    severities = [finding.severity for finding in found.findings]
    errors = severities.count(Severity.ERROR)
    warnings = len(severities) - errors
    counts = [counted(number, word) for number, word in ((errors, "error"), (warnings, "warning")) if number]
    counts = counts or ["no findings"]
    counts += [f"{len(found.silenced)} allowed with a reason"] if found.silenced else []
    say(f"{name}: {', '.join(counts)}", style="bold red" if errors else "green", error=True)
