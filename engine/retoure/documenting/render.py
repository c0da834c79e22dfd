"""The document as one page of HTML, or as Markdown."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from .document import Document


def html(found: Document, diagram: str, made: str) -> str:
    """A page that needs nothing else: styles and picture are inside, and every word of the mapping is escaped.

    `made` says when and from what it was made.
    """
    page = _environment(escapes=True).get_template("document.html")
    return page.render(d=found, diagram=Markup(diagram), made=made)


def markdown(found: Document, diagram: str, made: str) -> str:
    """The same as Markdown; `diagram` is the address of the picture."""
    return _environment(escapes=False).get_template("document.md").render(d=found, diagram=diagram, made=made)


def _environment(*, escapes: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("retoure.documenting"),
        autoescape=escapes,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = _cell
    return environment


def _cell(words: object) -> str:
    """Words as a cell of a Markdown table: nothing in them ends the cell, or is taken for markup."""
    text = str(words).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
    return text.replace("`", "'")
