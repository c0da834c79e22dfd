"""Puts a mapping together from its files: what it imports, the CSV files of its tables, and the files of its tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from .diagnostics import Finding, error
from .folder_tests import head_of_tests, misplaced, normal, not_as_tests_are, of_another
from .language import nodes as n
from .language import parse
from .language.blocks import KINDS
from .language.build import MOST_DIGITS, TOO_MANY_DIGITS
from .source import LARGEST, Source, SourceUnreadable, Span

Reader = Callable[[Path], Source]
MOST_FILES = 100


@dataclass(frozen=True)
class Loaded:
    """A module with everything it imports in one source, and what could not be read on the way."""

    module: n.Module
    findings: tuple[Finding, ...]


def load(source: Source, read: Reader = Source.read, tests: Sequence[Source] = ()) -> Loaded:
    """The module of a source and all it imports, with its files of tests.

    Paths are relative to the file that names them. A source that is a file of tests stands for the mapping it names,
    with these tests and no others.
    """
    loading = _begun(source, read)
    head = head_of_tests(loading.blocks)
    return loading.finished(tests) if head is None else _loaded_for(source, head, read)


def _loaded_for(tests: Source, head: n.TestsForNode, read: Reader) -> Loaded:
    """The mapping that a file of tests names, with these tests."""
    wrong = misplaced(Path(tests.name), head)
    if wrong:
        return _refused(tests, head, wrong, "move the file there, or write the place of its mapping after `tests for`")
    try:
        mapping = _begun(read(Path(tests.name).parent / head.path), read)
    except SourceUnreadable as problem:
        return _refused(tests, head, problem.what, problem.remedy)
    if head_of_tests(mapping.blocks) is not None:
        return _refused(tests, head, f"`{head.path}` is a file of tests itself", "name a mapping")
    mapping.blocks = [block for block in mapping.blocks if not isinstance(block, n.TestNode)]
    return mapping.finished([tests])


def _refused(tests: Source, head: n.TestsForNode, message: str, help: str) -> Loaded:
    """Only what is wrong with the head: without the mapping nothing else can be said."""
    return Loaded(n.Module(tests, (), KINDS), (error("tests-for", message, head.span, help=help),))


def _begun(source: Source, read: Reader) -> _Loading:
    loading = _Loading(source, read)
    loading.add(Span(0, len(source)), Path(source.name), ())
    return loading


class _Loading:
    def __init__(self, source: Source, read: Reader) -> None:
        self.source = source
        self.blocks: list[n.Block] = []
        self.damaged: list[str] = []
        self.findings: list[Finding] = []
        self._tests: list[Span] = []
        self._read = read
        self._seen: set[Path] = {normal(Path(source.name))}

    def add(self, part: Span, file: Path, chain: tuple[Path, ...]) -> None:
        """Reads one file's part of the source, then what it imports."""
        parsed = parse(self.source, part)
        self.blocks += parsed.module.blocks
        self.damaged += parsed.module.damaged
        self.findings += parsed.findings
        for node in parsed.module.of(n.ImportNode):
            self._import(node, file.parent / node.path, (*chain, normal(file)))

    def _import(self, node: n.ImportNode, path: Path, chain: tuple[Path, ...]) -> None:
        if normal(path) in chain:
            circle = " → ".join(step.name for step in (*chain[chain.index(normal(path)) :], path))
            message, help = f"`{node.path}` imports itself: {circle}", "take what both need into a third file"
            self.findings.append(error("import-circle", message, node.span, help=help))
        elif len(self._seen) >= MOST_FILES:
            message, help = f"more than {MOST_FILES} files are imported", "put several of them into one"
            self.findings.append(error("import-unreadable", message, node.span, help=help))
        elif normal(path) not in self._seen:
            self._seen.add(normal(path))
            part = self._append(path, node.span)
            if part is not None:
                self.add(part, path, chain)
            else:
                self.damaged.append("import")

    def _append(self, path: Path, at: Span) -> Span | None:
        try:
            other = self._read(path)
        except SourceUnreadable as problem:
            self.findings.append(error("import-unreadable", problem.what, at, help=problem.remedy))
            return None
        if len(self.source) + len(other) > LARGEST:
            message = f"with `{path.name}` this mapping has more than {LARGEST // 1_000_000} MB"
            self.findings.append(error("import-unreadable", message, at, help="leave out a part"))
            return None
        self.source, part = self.source.joined(other)
        return part

    def finished(self, tests: Sequence[Source]) -> Loaded:
        """Fills what stands in files of its own, and adds the tests, which come last."""
        self.blocks = [self._attached(block) for block in self.blocks]
        for file in tests:
            self._add_tests(file)
        module = n.Module(self.source, tuple(self.blocks), tuple(self.damaged), tuple(self._tests))
        return Loaded(module, tuple(self.findings))

    def _add_tests(self, tests: Source) -> None:
        """Reads a file of tests, unless it is one of another mapping."""
        source, part = self.source.joined(tests)
        parsed, file, mapping = parse(source, part), Path(tests.name), Path(self.source.name)
        if of_another(parsed, file, mapping):
            return
        self.source = source
        self._tests.append(part)
        self.blocks += parsed.module.of(n.TestNode)
        self.damaged += ["test"] if parsed.findings else []
        self.findings += (*parsed.findings, *not_as_tests_are(parsed, part, file, mapping))

    def _attached(self, block: n.Block) -> n.Block:
        if isinstance(block, n.TableNode) and block.file_span is not None:
            return self._filled(block, block.file_span)
        if isinstance(block, n.TemplateNode) and block.file:
            part = self._append(self._beside(block.span) / block.file, block.text_span)
            return block if part is None else replace(block, text_span=part)
        return block

    def _beside(self, span: Span) -> Path:
        """The folder of the file a place is in."""
        return Path(self.source.part(span).name).parent

    def _filled(self, table: n.TableNode, at: Span) -> n.TableNode:
        part = self._append(self._beside(table.span) / table.file, at)
        if part is None:
            self.damaged.append("table")
            return table
        found, problems = _cells(self.source, part, table)
        titles, *lines = found or [[]]
        problems += [finding for cells in (titles, *lines) for finding in _misfit(cells, table)]
        rows = [_row(cells, table) for cells in lines if not any(_misfit(cells, table))]
        if not rows and not problems:
            message, help = f"the file of table `{table.name}` has no rows", "write a line of titles, then the rows"
            problems.append(error("csv-row", message, at, help=help))
        self.findings += problems
        return replace(table, rows=(*rows, *table.rows), titles=tuple(titles))


def _misfit(cells: list[n.Name], table: n.TableNode) -> Iterator[Finding]:
    """What keeps a line of a CSV file from being a row of the table."""
    width, keys = len(table.keys) + 1, len(table.keys)
    empty = next((cell for cell in cells if not cell.text), None)
    if cells and len(cells) != width:
        message = f"table `{table.name}` has {width} columns ({keys} key{'s' if keys != 1 else ''} and the result)"
        yield error("csv-row", message, cells[0].span, f"{len(cells)} column{'s' if len(cells) != 1 else ''} here")
    elif empty is not None:
        whole = cells[0].span.to(cells[-1].span)
        yield error("csv-row", f"a cell of table `{table.name}` is empty", whole, help="fill it, or remove the line")
    elif cells and _numeric(cells[-1].text, table.result.text) and len(cells[-1].text) > MOST_DIGITS:
        yield error("csv-row", TOO_MANY_DIGITS, cells[-1].span, help="write it with fewer")


def _row(cells: list[n.Name], table: n.TableNode) -> n.RowNode:
    *keys, value = cells
    return n.RowNode((tuple(keys),), _value(value, table.result.text), keys[0].span.to(value.span))


def _value(cell: n.Name, kind: str) -> n.Expression:
    """A cell as an expression of the result's type; one that is none of it is refused where types are checked."""
    if _numeric(cell.text, kind):
        return n.NumberLiteral(Decimal(cell.text), cell.span)
    if kind == "boolean" and cell.text in ("true", "false"):
        return n.NameRef(cell.text, cell.span)
    text = n.TextLiteral((cell.text,) if cell.text else (), cell.span)
    if kind in ("integer", "decimal", "date", "instant"):
        return n.Convert(text, n.Name(kind, cell.span), None, None, None, cell.span)
    return text


def _numeric(text: str, kind: str) -> bool:
    """Whether a cell is a number and should be one."""
    digits = text.replace(".", "", 1).removeprefix("-")
    return kind in ("integer", "decimal") and digits.isascii() and digits.isdigit()


def _cells(source: Source, part: Span, table: n.TableNode) -> tuple[list[list[n.Name]], list[Finding]]:
    """The cells of each line that has any, with the places they stand at; and what cannot be read so."""
    lines: list[list[n.Name]] = []
    start = part.start
    for line in io.StringIO(source.text[part.start : part.end], newline=""):
        whole = Span(start, start + len(line.rstrip("\r\n")))
        try:
            cells = next(csv.reader([line.rstrip("\r\n")], strict=True), [])
        except csv.Error:
            return lines, [_uncut(whole)]
        other = next((mark for mark in ";\t" if not lines and mark in line and len(cells) == 1), None)
        if other is not None:
            message = f"the file of table `{table.name}` has `{other}` between its columns".replace("\t", "a tab")
            return lines, [error("csv-row", message, whole, help="save it with commas: CSV (comma separated)")]
        if any(cell.strip() for cell in cells):
            lines.append(list(_placed(cells, line, start)))
        start += len(line)
    return lines, []


def _uncut(line: Span) -> Finding:
    help = 'end each quoted cell with `"` before a comma or the end of its line; write `""` for a quote in it'
    return error("csv-row", "this line cannot be cut into cells", line, "a quote is not closed", help=help)


def _placed(cells: list[str], line: str, start: int) -> Iterator[n.Name]:
    at = 0
    for cell in cells:
        place = line.find(cell, at) if cell else at
        at = max(place, at)
        yield n.Name(cell.strip(), Span(start + at, start + at + len(cell)))
        at += len(cell)
