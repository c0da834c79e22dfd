"""The whole text of findings, as an author sees it.

A case `tests/golden/check/NAME.rmap` holds one mistake, in the blocks that `tests/golden/base.rmap` has right: a block
of the case stands for the block of the same kind and name there, and what it leaves out is added after it, so that
lines are counted in the case. A first line `# alone` keeps the base out; `# without rule refund` leaves blocks out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from retoure.checked import check_source
from retoure.diagnostics import Finding
from retoure.diagnostics.codes import CODES
from retoure.diagnostics.render import rendered
from retoure.source import Source

from ...golden.base import BASE, whole

ROOT = Path(__file__).resolve().parents[3]
CASES = sorted((ROOT / "tests/golden/check").glob("*.rmap"))
SAYING = ("Finding", "error", "warning", "unknown", "said", "say", "_known")
CODE = re.compile(r"[a-z]+(-[a-z]+)*")
SHOWN = re.compile(r"^(?:error|warning)\[([a-z-]+)\]", re.MULTILINE)


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
    shown = {code for case in CASES for code in SHOWN.findall(case.with_suffix(".expected").read_text("utf-8"))}
    several_files = _raised([ROOT / "engine/retoure" / name for name in ("loading.py", "folder_tests.py")])
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
