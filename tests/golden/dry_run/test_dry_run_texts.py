"""The whole text of dry runs, as a consultant reads it aloud. `--update-golden` writes it; then read the diff."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from retoure import data_folder
from retoure_cli.main import group

from ...conftest import Golden

SHIPPED = data_folder("mappings") / "reveni_to_scayle"
NOW = "2026-04-12T10:00:00Z"
ANSWERS = ("--answers", "fixtures/answers")

CASES: dict[str, tuple[str, ...]] = {
    "received": ("--event", "fixtures/received.json", *ANSWERS),
    "approved": ("--event", "fixtures/accepted.json", *ANSWERS),
    "corrected": (
        "--event", "fixtures/accepted.json", "--event", "fixtures/corrected-to-rejected.json", *ANSWERS,
        "--set", "restocks=engine",
    ),
    "exchange": ("--event", "fixtures/exchange-open.json", "--event", "fixtures/exchange-accepted.json", *ANSWERS),
    "undone": ("--event", "fixtures/instant-accepted.json", "--event", "fixtures/instant-rejected.json", *ANSWERS),
    "held": ("--event", "fixtures/no-mode.json", *ANSWERS),
    "stood_in": ("--event", "fixtures/webhook-accepted.json"),
    "unanswered": ("--event", "fixtures/webhook-accepted.json", "--no-stand-in"),
    "late": ("--event", "fixtures/accepted.json", "--event", "fixtures/received.json", *ANSWERS),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_dry_run(case: str, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SHIPPED)
    result = CliRunner().invoke(group, ["dry-run", "returns.rmap", "--now", NOW, *CASES[case]])
    assert result.exit_code == 0, result.output
    golden(Path(__file__).with_name(f"{case}.expected"), result.output)
