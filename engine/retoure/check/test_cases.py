"""Do the `cases` of a test have a cell for each column, and is each column used?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label, error, warning
from ..language import nodes as n
from ..language.cases import expanded
from ..language.walk import walk
from .facts import Facts


def test_cases(facts: Facts) -> Iterator[Finding]:
    for test in facts.module.of(n.TestNode):
        if test.cases is not None:
            yield from _twice(test.cases)
            yield from _rows(test.cases)
            yield from _unused(test, test.cases)


def _rows(cases: n.Cases) -> Iterator[Finding]:
    titles = ", ".join(name.text for name in cases.columns)
    head = cases.columns[0].span.to(cases.columns[-1].span)
    if not cases.rows:
        yield error("case-cells", "there is no case, so the test is never played", head, help="add a row")
    counts = {len(row.cells) for row in cases.rows}
    if len(cases.rows) > 1 and len(counts) == 1 and counts != {len(cases.columns)}:
        message = f"{len(cases.columns)} columns ({titles}), and every case has {counts.pop()} cells"
        related = [Label(cases.rows[0].span, "the first case")]
        yield error("case-cells", message, head, "not one for each cell", related=related)
        return
    for row in cases.rows:
        if len(row.cells) != len(cases.columns):
            message = f"a case has {len(cases.columns)} cells ({titles})"
            label = f"{len(row.cells)} here: cells stand between commas, and a row ends where no comma follows"
            yield error("case-cells", message, row.span, label, related=[Label(head, "the columns")])


def _twice(cases: n.Cases) -> Iterator[Finding]:
    first: dict[str, n.Name] = {}
    for name in cases.columns:
        if first.setdefault(name.text, name) is not name:
            related = [Label(first[name.text].span, "first given here")]
            yield error("name-twice", f"column `{name}` is given twice", name.span, "again here", related=related)


def _unused(test: n.TestNode, cases: n.Cases) -> Iterator[Finding]:
    """Columns that stand in no step: changing their cells would change nothing."""
    if not any(True for _ in expanded(test)):
        return
    said = [item for item in walk(test.steps) if isinstance(item, str)]
    for name in cases.columns:
        if not any(text == name.text or f"{{{name}}}" in text for text in said):
            message = f"column `{name}` is not used in the test"
            yield warning("unused", message, name.span, help="remove it, or use it")
