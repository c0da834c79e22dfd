"""`retoure explain`, and the page of all codes."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import indent

import pytest

from retoure.diagnostics.codes import CODES
from retoure.diagnostics.examples import examples
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
    said = call("explain", name).stdout
    assert f"\nWhy: {CODES[name].why}\nWhat to do: {CODES[name].remedy}\n\nBefore" in said


@pytest.mark.parametrize("name", CODES)
def test_every_code_has_an_example(call: Call, name: str) -> None:
    example = examples()[name]
    where = f" ({example.file})" if example.file else ""
    shown = f"\nBefore{where}:\n{indent(example.before, '    ')}\nAfter{where}:\n{indent(example.after, '    ')}"
    assert call("explain", name).stdout.endswith(shown)


def test_a_code_as_json(call: Call) -> None:
    record = json.loads(call("explain", "no-key", "--json").stdout)
    assert record["name"] == "no-key"
    assert record["kind"] == "error"
    assert record["before"] == examples()["no-key"].before
    assert [one["name"] for one in json.loads(call("explain", "--json").stdout)] == list(CODES)


def test_the_page_is_current(tmp_path: Path) -> None:
    """Otherwise: python -m retoure.diagnostics.page docs/reference/codes.md"""
    assert PAGE.read_text(encoding="utf-8") == reference()
    main([str(tmp_path / "codes.md")])
    assert (tmp_path / "codes.md").read_text(encoding="utf-8") == reference()
