"""From text to a frozen tree, or to findings that say what was expected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lark import TextSlice, Tree
from lark.exceptions import UnexpectedInput

from ..diagnostics import CompileFailed, Finding
from ..source import Source, Span
from .blocks import KINDS, block_kind, block_spans
from .build import Builder, SyntaxProblem
from .depth import DEEPEST, deepest_allowed
from .expected import explain, said
from .nodes import Block, Expression, Module
from .tables import parser
from .text import BadText, pieces

LONGEST = 1_000_000
"""The most characters of a mapping file: some twenty thousand lines, and half a minute of reading and checking."""


@dataclass(frozen=True)
class Parsed:
    """A tree as far as it could be read, and the findings on the way. No findings: the tree is whole."""

    module: Module
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Piece:
    """What could be read of a piece of text: blocks, the kinds of those that are damaged, and why."""

    blocks: tuple[Block, ...]
    damaged: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


class _Unreadable(Exception):
    """Part of a text cannot be read; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def parse(source: Source, part: Span | None = None) -> Parsed:
    """Reads a whole file, or the part of a source that holds one. Never raises for a mistake of the author.

    When the text does not parse as a whole, each block is read alone: one finding for each damaged block, and the
    others stay in the tree.
    """
    span = part or Span(0, len(source))
    if span.end - span.start > LONGEST:
        return Parsed(Module(source, (), KINDS), (_too_long(source, span),))
    whole = _piece(source, span, "file")
    if not whole.findings:
        return Parsed(Module(source, whole.blocks), ())
    spans = block_spans(source.text, span)
    found = [_piece(source, piece, "block" if piece.end < span.end else "file") for piece in spans]
    if not any(piece.findings for piece in found):
        found = [whole]
    blocks = tuple(block for piece in found for block in piece.blocks)
    damaged = tuple(kind for piece in found for kind in piece.damaged)
    return Parsed(Module(source, blocks, damaged), tuple(finding for piece in found for finding in piece.findings))


def _too_long(source: Source, span: Span) -> Finding:
    length, at = span.end - span.start, Span(span.start, span.start + 1)
    message = f"this file has {length} characters, and a mapping at most {LONGEST}"
    return said(message, at, "split it and `import` the parts, or put long tables into CSV files")


def parse_expression(source: Source) -> Expression:
    """Reads a source that is one expression. Raises CompileFailed."""
    try:
        return _expression(source, Span(0, len(source)), "expression")
    except _Unreadable as problem:
        raise CompileFailed(source, (problem.finding,)) from problem


def parse_template(source: Source) -> tuple[str | Expression, ...]:
    """Reads a source that is the inside of a quoted text with `{placeholders}`. Raises CompileFailed."""
    try:
        return tuple(_template(source))
    except _Unreadable as problem:
        raise CompileFailed(source, (problem.finding,)) from problem


def _template(source: Source) -> Iterator[str | Expression]:
    try:
        for piece in pieces(source.text, 0, len(source)):
            yield piece if isinstance(piece, str) else _placeholder(source, *piece)
    except BadText as problem:
        raise _Unreadable(said(problem.message, Span(problem.at, problem.at + 1))) from problem


def _piece(source: Source, span: Span, what: str) -> _Piece:
    try:
        trees = _parsed(source, span, "start", what).children
    except _Unreadable as problem:
        return _Piece((), (block_kind(source.text, span),), (problem.finding,))
    blocks: list[Block] = []
    damaged: list[str] = []
    findings: list[Finding] = []
    for tree in trees:
        assert isinstance(tree, Tree), "the grammar's start rule holds blocks only"
        try:
            blocks.append(_built(source, tree))
        except _Unreadable as problem:
            damaged.append(str(tree.data))
            findings.append(problem.finding)
    return _Piece(tuple(blocks), tuple(damaged), tuple(findings))


def _expression(source: Source, span: Span, what: str) -> Expression:
    node: Expression = _built(source, _parsed(source, span, "expression", what))
    return node


def _placeholder(source: Source, start: int, end: int) -> Expression:
    return _expression(source, Span(start, end), "placeholder")


def _parsed(source: Source, span: Span, start: str, what: str) -> Tree[Any]:
    try:
        return parser().parse(TextSlice(source.text, span.start, span.end), start=start)
    except UnexpectedInput as problem:
        raise _Unreadable(explain(source, problem, span, what)) from problem


def _built(source: Source, tree: Tree[Any]) -> Any:
    deep = deepest_allowed(tree)
    if deep is not None:
        at = Span(deep.meta.start_pos, deep.meta.start_pos + 1)
        help = "split it: put a part into a map, a gate or a rule of its own"
        raise _Unreadable(said(f"this is nested more than {DEEPEST} levels deep", at, help))
    try:
        return Builder(source, _placeholder).node(tree)
    except SyntaxProblem as problem:
        raise _Unreadable(said(problem.message, problem.span)) from problem
