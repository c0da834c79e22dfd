"""The whole text of failed expectations of every kind, as a consultant reads it. `--update-golden` writes it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from retoure import data_folder
from retoure_cli.main import group

from ...conftest import Golden

HERE = Path(__file__).parent
CASES = {"tests": "reveni_to_scayle/returns.rmap", "asked": "every_construct/exchanges.rmap"}


@pytest.mark.parametrize("case", CASES)
def test_failed_expectations(case: str, golden: Golden, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = data_folder("mappings") / CASES[case]
    shutil.copytree(mapping.parent, tmp_path / "mapping", ignore=shutil.ignore_patterns("tests"))
    monkeypatch.chdir(tmp_path / "mapping")
    rules = mapping.read_text(encoding="utf-8").partition('test "')[0]
    failing = (HERE / f"{case}.rmap").read_text(encoding="utf-8")
    Path(mapping.name).write_text(rules + failing, encoding="utf-8")
    result = CliRunner().invoke(group, ["test", mapping.name])
    assert result.exit_code == 1, result.output
    golden(HERE / f"{case}.expected", result.output)
