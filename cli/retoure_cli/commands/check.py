"""`retoure check`: is a mapping right?"""

from __future__ import annotations

from pathlib import Path

import click

from retoure import Severity, check_source
from retoure.diagnostics import render

from ..mapping_files import read_mapping
from ..output import counted, say, show_json


@click.command()
@click.argument("mappings", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "concise", "json"]), default="text", help="How to print.")
def command(mappings: tuple[Path, ...], form: str) -> None:
    """Read and check mapping files: names, types, keys, policies, approval before refunds.

    MAPPINGS are *.rmap files, or folders that hold one. Exit code 0: no errors (warnings may be shown). 1: errors.

    \b
    Examples:
      retoure check mappings/reveni_to_scayle
      retoure check returns.rmap --format json
    """
    checked = [check_source(read_mapping(path)) for path in mappings]
    if form == "json":
        show_json([render.as_data(finding, found.source) for found in checked for finding in found.findings])
    else:
        show = render.full if form == "text" else render.concise
        for found in checked:
            for finding in found.findings:
                say(show(finding, found.source) + ("\n" if form == "text" else ""))
            _total(found.source.name, [finding.severity for finding in found.findings])
    if any(found.errors for found in checked):
        raise SystemExit(1)


def _total(name: str, severities: list[Severity]) -> None:
    errors = severities.count(Severity.ERROR)
    warnings = len(severities) - errors
    counts = [counted(number, word) for number, word in ((errors, "error"), (warnings, "warning")) if number]
    say(f"{name}: {', '.join(counts) or 'no findings'}", style="bold red" if errors else "green", error=True)
