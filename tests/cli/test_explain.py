"""`retoure explain`, and the page of all codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from retoure.diagnostics.codes import CODES
from retoure.diagnostics.page import main, reference

from .conftest import Call

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/codes.md"


def test_a_code_is_explained(call: Call) -> None:
    result = call("explain", "refund-before-approval")
    assert result.exit_code == 0
    assert result.stdout.startswith("refund-before-approval: ")
    assert "\nerror, keeps promise U3 of the language\n" in result.stdout
    assert "\nWhy: " in result.stdout
    assert "\nWhat to do: " in result.stdout


def test_a_warning_is_called_one(call: Call) -> None:
    assert "\nwarning\n" in call("explain", "personal-data").stdout


def test_all_codes_are_listed(call: Call) -> None:
    result = call("explain")
    assert result.exit_code == 0
    assert [code for code in CODES if code not in result.stdout] == []


def test_a_misspelt_code_is_corrected(call: Call) -> None:
    result = call("explain", "refund-before-aproval")
    assert result.exit_code == 2
    assert "there is no code `refund-before-aproval`: did you mean `refund-before-approval`?" in result.stderr


@pytest.mark.parametrize("name", CODES)
def test_every_code_says_why_and_what_to_do(call: Call, name: str) -> None:
    lines = call("explain", name).stdout.splitlines()
    assert lines[-2:] == [f"Why: {CODES[name].why}", f"What to do: {CODES[name].remedy}"]


def test_the_page_is_current(tmp_path: Path) -> None:
    """Otherwise: python -m retoure.diagnostics.page docs/reference/codes.md"""
    assert PAGE.read_text(encoding="utf-8") == reference()
    main([str(tmp_path / "codes.md")])
    assert (tmp_path / "codes.md").read_text(encoding="utf-8") == reference()
