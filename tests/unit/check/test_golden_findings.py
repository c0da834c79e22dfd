"""The whole text of findings, as an author sees it.

A case `tests/golden/check/NAME.rmap` holds one mistake, in the blocks that `tests/golden/base.rmap` has right: a block
of the case stands for the block of the same kind and name there, and what it leaves out is added after it, so that
lines are counted in the case. A first line `# alone` keeps the base out; `# without rule refund` leaves blocks out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from retoure.compile import check_source
from retoure.diagnostics import Finding
from retoure.diagnostics.codes import CODES
from retoure.diagnostics.render import rendered
from retoure.language.blocks import block_spans
from retoure.source import Source

ROOT = Path(__file__).resolve().parents[3]
CASES = sorted((ROOT / "tests/golden/check").glob("*.rmap"))
BASE = ROOT / "tests/golden/base.rmap"
HEAD = re.compile(r'^(?:(?P<only>mapping|track)|(?P<kind>\w+)[ \t]+(?P<name>\w+|"[^"\n]*"))', re.MULTILINE)
SAYING = ("Finding", "error", "warning", "unknown", "said", "say", "_known")
CODE = re.compile(r"[a-z]+(-[a-z]+)*")


def _head(block: str) -> str:
    """`rule refund`; `mapping` and `track` stand alone, for a file has one of each."""
    found = HEAD.search(block)
    return (found["only"] or f"{found['kind']} {found['name']}") if found else ""


def _blocks(text: str) -> Iterator[str]:
    for span in block_spans(text):
        yield text[span.start : span.end]


def whole(case: str) -> str:
    """The case, and the blocks of the base that it neither changes nor leaves out."""
    first = case.partition("\n")[0]
    if first == "# alone":
        return case
    heads = {_head(block) for block in _blocks(case)}
    heads |= set(first.removeprefix("# without ").split(", ")) if first.startswith("# without ") else set()
    kept = (block for block in _blocks(BASE.read_text(encoding="utf-8")) if _head(block) not in heads)
    return case + "\n" + "".join(kept)


def found_in(case: Path) -> tuple[Source, tuple[Finding, ...]]:
    source = Source(case.name, whole(case.read_text(encoding="utf-8")))
    return source, check_source(source).findings


@pytest.mark.parametrize("case", [pytest.param(path, id=path.stem) for path in CASES])
def test_findings_read_well(case: Path, golden: Callable[[Path, str], None]) -> None:
    source, findings = found_in(case)
    golden(case.with_suffix(".expected"), rendered(findings, source))


@pytest.mark.parametrize("path", [BASE, ROOT / "mappings/reveni_to_scayle/returns.rmap"], ids=["base", "shipped"])
def test_a_right_mapping_has_no_finding(path: Path) -> None:
    source = Source.read(path)
    assert rendered(check_source(source).findings, source) == ""


def test_every_code_has_a_case() -> None:
    """Codes about several files have their cases in the tests of loading: a case here is one file."""
    shown = {finding.code for case in CASES for finding in found_in(case)[1]}
    several_files = _raised([ROOT / "engine/retoure/loading.py"])
    assert sorted(set(CODES) - shown - several_files) == []


def test_every_code_raised_is_registered_and_the_other_way_round() -> None:
    engine = ROOT / "engine/retoure"
    files = [*engine.glob("*.py"), *(engine / "check").rglob("*.py"), *(engine / "language").rglob("*.py")]
    assert sorted(_raised(files)) == sorted(CODES)


def _raised(files: Iterable[Path]) -> set[str]:
    """The codes that stand in the text of files, as the first argument of whatever makes a finding."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in files]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    first = [call.args[0] for call in calls if _name(call.func) in SAYING]
    texts = [node.value for node in first if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return {text for text in texts if CODE.fullmatch(text)}


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
