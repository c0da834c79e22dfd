"""From text to a frozen tree, or to findings that say what was expected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..diagnostics import CompileFailed, Finding
from ..source import Source, Span
from .blocks import KINDS, block_kind, block_spans
from .build import Builder, SyntaxProblem
from .expected import explain, said
from .nodes import Block, Expression, Module
from .reading import DEEPEST, Makers, TooDeep, Unexpected, grammar
from .text import BadText, pieces
from .trees import Tree, made, too_deep, tree

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
    reader = _Reader(source)
    whole = reader.piece(span, "file")
    if not whole.findings:
        return Parsed(Module(source, whole.blocks), ())
    spans = block_spans(source.text, span)
    found = [reader.piece(piece, "block" if piece.end < span.end else "file") for piece in spans]
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
        return _Reader(source).expression(Span(0, len(source)), "expression")
    except _Unreadable as problem:
        raise CompileFailed(source, (problem.finding,)) from problem


def parse_template(source: Source) -> tuple[str | Expression, ...]:
    """Reads a source that is the inside of a quoted text with `{placeholders}`. Raises CompileFailed."""
    try:
        return tuple(_template(source, _Reader(source)))
    except _Unreadable as problem:
        raise CompileFailed(source, (problem.finding,)) from problem


def _template(source: Source, reader: _Reader) -> Iterator[str | Expression]:
    try:
        for piece in pieces(source.text, 0, len(source)):
            yield piece if isinstance(piece, str) else reader.placeholder(*piece)
    except BadText as problem:
        raise _Unreadable(said(problem.message, Span(problem.at, problem.at + 1))) from problem


class _Reader:
    """Reads parts of one source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._makers = Makers(Builder(source, self.placeholder).maker)

    def piece(self, span: Span, what: str) -> _Piece:
        """The blocks in a part of the text; when one cannot be read, it is looked for alone."""
        try:
            return _Piece(self._read(span, "start", what))
        except (_Unreadable, SyntaxProblem, TooDeep):
            return self._pieces(span, what)

    def _pieces(self, span: Span, what: str) -> _Piece:
        try:
            found = self._tree(span, "start", what).inner()
        except _Unreadable as problem:
            return _Piece((), (block_kind(self._source.text, span),), (problem.finding,))
        blocks: list[Block] = []
        damaged: list[str] = []
        findings: list[Finding] = []
        for block in found:
            try:
                blocks.append(self._made(block))
            except _Unreadable as problem:
                damaged.append(block.rule)
                findings.append(problem.finding)
        return _Piece(tuple(blocks), tuple(damaged), tuple(findings))

    def expression(self, span: Span, what: str) -> Expression:
        """The expression that a part of the text is. Raises _Unreadable."""
        try:
            found: Expression = self._read(span, "expression", what)
        except (SyntaxProblem, TooDeep):
            found = self._made(self._tree(span, "expression", what))
        return found

    def placeholder(self, start: int, end: int) -> Expression:
        return self.expression(Span(start, end), "placeholder")

    def _read(self, span: Span, goal: str, what: str) -> Any:
        try:
            return grammar().read(self._source.text, span, goal, self._makers)
        except Unexpected as problem:
            raise _Unreadable(explain(self._source, problem, span, what)) from problem

    def _tree(self, span: Span, goal: str, what: str) -> Tree:
        try:
            return tree(self._source.text, span, goal)
        except Unexpected as problem:
            raise _Unreadable(explain(self._source, problem, span, what)) from problem

    def _made(self, found: Tree) -> Any:
        deep = too_deep(found)
        if deep is not None:
            at = Span(deep.span.start, deep.span.start + 1)
            help = "split it: put a part into a map, a gate or a rule of its own"
            raise _Unreadable(said(f"this is nested more than {DEEPEST} levels deep", at, help))
        try:
            return made(found, self._makers)
        except SyntaxProblem as problem:
            raise _Unreadable(said(problem.message, problem.span)) from problem
