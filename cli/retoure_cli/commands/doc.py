"""`retoure doc`: a mapping as a document for sign-off."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from retoure import check_source, must_run
from retoure.documenting import Document, document, html, markdown, stages_svg

from ..completing import MappingPath
from ..failures import WrongUse
from ..mapping_files import read_mapping, tests_of
from ..output import say
from ..writing import write_new

FORMATS = ("html", "markdown")


@click.command()
@click.argument("mapping", type=MappingPath())
@click.option("--to", "target", type=click.Path(path_type=Path), metavar="FILE|FOLDER",
              help="Where to write it; without it into the working folder, called as the mapping.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(FORMATS), help="By default what the name of FILE says, or html.")
def command(mapping: Path, target: Path | None, form: str | None) -> None:
    """Write what a mapping does as a document that a client reads and signs.

    It tells what is connected and taken for granted, the stages with a picture, what is sent when and once per what,
    every field with where it comes from, the rules, what happens when a call fails, and the agreed tests. The page of
    HTML is one file and needs no network; Markdown has its picture beside it.

    Exit code 0: written. 1: the mapping has errors. 2: it cannot be written.

    \b
    Examples:
      retoure doc reveni_to_scayle
      retoure doc returns.rmap --to sign-off.html
      retoure doc returns.rmap --to docs --format markdown
    """
    source = read_mapping(mapping)
    checked = check_source(source, tests=tests_of(source))
    must_run(checked)
    found = document(checked, checked.identity)
    chosen = form or ("markdown" if target is not None and target.suffix == ".md" else "html")
    file = _file(target, found, chosen)
    _write(file, found, chosen)
    say(f"wrote {file}", error=True)


def _file(target: Path | None, found: Document, form: str) -> Path:
    """The file to write: a name with an ending is a file, anything else a folder."""
    if target is not None and target.suffix:
        return target
    return (target or Path()) / f"{found.name}.{'md' if form == 'markdown' else 'html'}"


def _write(file: Path, found: Document, form: str) -> None:
    try:
        picture = stages_svg(found)
    except ImportError as problem:
        remedy = f"pip install 'retoure[doc]' ({problem})"
        raise WrongUse(f"error: drawing the stages needs more packages: {remedy}") from None
    made = f"made by retoure on {date.today():%-d %B %Y}"
    if form == "html":
        write_new(file, html(found, picture, made))
        return
    write_new(file.with_suffix(".svg"), picture)
    write_new(file, markdown(found, file.with_suffix(".svg").name, made))
