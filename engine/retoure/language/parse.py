"""From text to a frozen tree, or to findings that say what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from lark import Lark, TextSlice
from lark.exceptions import UnexpectedInput, VisitError

from .._data import data_folder
from ..diagnostics import CompileFailed, Finding
from ..source import Source
from .build import Builder, SyntaxProblem
from .expected import explain
from .nodes import Expression, Module
from .text import pieces

if TYPE_CHECKING:
    from lark import Tree


@dataclass(frozen=True)
class Parsed:
    """A tree as far as it could be read, and the findings on the way. No findings: the tree is whole."""

    module: Module
    findings: tuple[Finding, ...]


@cache
def _grammar() -> Lark:
    text = (data_folder("grammar") / "retoure.lark").read_text(encoding="utf-8")
    return Lark(
        text, parser="lalr", lexer="contextual", propagate_positions=True, maybe_placeholders=True,
        start=["start", "expression"],
    )  # fmt: skip


def parse(source: Source) -> Parsed:
    """Reads a whole file. Never raises for a mistake of the author."""
    try:
        tree = _grammar().parse(source.text, start="start")
        blocks = Builder(source, _placeholder).blocks(tree)
    except (UnexpectedInput, VisitError, SyntaxProblem) as problem:
        return Parsed(Module(source, ()), (explain(source, _cause(problem)),))
    return Parsed(Module(source, blocks), ())


def parse_expression(source: Source) -> Expression:
    """Reads a source that is one expression. Raises CompileFailed."""
    try:
        return _expression(source, 0, len(source.text))
    except (UnexpectedInput, VisitError, SyntaxProblem) as problem:
        raise CompileFailed(source, (explain(source, _cause(problem)),)) from problem


def parse_template(source: Source) -> tuple[str | Expression, ...]:
    """Reads a source that is the inside of a quoted text with `{placeholders}`. Raises CompileFailed."""
    try:
        return tuple(
            piece if isinstance(piece, str) else _expression(source, *piece)
            for piece in pieces(source.text, 0, len(source.text))
        )
    except (UnexpectedInput, VisitError, SyntaxProblem) as problem:
        raise CompileFailed(source, (explain(source, _cause(problem)),)) from problem


def _cause(problem: Exception) -> Exception:
    return problem.orig_exc if isinstance(problem, VisitError) else problem


def _expression(source: Source, start: int, end: int) -> Expression:
    tree = _slice(source, start, end)
    return Builder(source, _placeholder).expression(tree)


def _placeholder(source: Source, start: int, end: int) -> Expression:
    return _expression(source, start, end)


def _slice(source: Source, start: int, end: int) -> Tree:  # type: ignore[type-arg]  # Lark leaves the leaf type open
    return _grammar().parse(TextSlice(source.text, start, end), start="expression")
