"""Files of tests on the command line: checked, formatted, played and documented with their mapping, or alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from junitparser import JUnitXml

from retoure import Source, format_source

from .conftest import Call

ROOT = Path(__file__).resolve().parents[2]
BASE = format_source(Source.read(ROOT / "tests/golden/base.rmap"))
IN_FILE = """
test "in the mapping" {
  given event reveni.return_updated with {
    id           = "r1"
    status       = "in_progress"
    currency     = "EUR"
    order        = { external_id = "70001" }
    return_items = []
    updated_at   = "2026-04-12T08:00:00Z"
  }
  expect stage open
}
"""
FIRST = f'tests for "../shop.rmap"\n{IN_FILE.replace("in the mapping", "the first")}'
SECOND = f'tests for "../shop.rmap"\n{IN_FILE.replace("in the mapping", "the second")}'
WRONG = SECOND.replace("stage open", "stage received")


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a mapping with a test of its own and two files of tests."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop/tests").mkdir(parents=True)
    texts = {"shop.rmap": f"{BASE}{IN_FILE}", "tests/first.rmap": FIRST, "tests/second.rmap": SECOND}
    for name, text in texts.items():
        (tmp_path / "shop" / name).write_text(text, encoding="utf-8")
    return tmp_path / "shop"


def test_the_mapping_is_played_with_all_of_them(call: Call) -> None:
    lines = ["pass  in the mapping", "pass  the first", "pass  the second", "3 tests: 3 passed"]
    assert call("test", "shop").stdout.splitlines() == lines
    assert call("test", "shop", "--only", "second").stdout.splitlines() == ["pass  the second", "1 test: 1 passed"]


def test_one_of_them_is_played_alone(call: Call) -> None:
    lines = ["pass  the first", "1 test: 1 passed"]
    assert call("test", "shop/tests/first.rmap").stdout.splitlines() == lines


def test_what_fails_is_told_at_its_place_in_them(call: Call, shop: Path) -> None:
    (shop / "tests/second.rmap").write_text(WRONG, encoding="utf-8")
    told = call("test", "shop", "--junit", "results.xml")
    assert told.exit_code == 1
    assert "shop/tests/second.rmap:12: expected stage received" in told.stdout
    (suite,) = JUnitXml.fromfile("results.xml")
    assert [case._elem.get("file") for case in suite] == [
        "shop/shop.rmap",
        "shop/tests/first.rmap",
        "shop/tests/second.rmap",
    ]


def test_check_tells_mistakes_in_them(call: Call, shop: Path) -> None:
    (shop / "tests/second.rmap").write_text(WRONG.replace("received", "receivd"), encoding="utf-8")
    told = "shop/tests/second.rmap:12:16: error[unknown-stage]: there is no stage `receivd`\n"
    for named, errors in (("shop", told), ("shop/tests/second.rmap", told), ("shop/tests/first.rmap", "")):
        result = call("check", named, "--format", "concise")
        assert (result.stdout, result.exit_code) == (errors, int(bool(errors))), named
        shown = "shop/shop.rmap" if named == "shop" else named
        assert result.stderr == f"{shown}: {'1 error' if errors else 'no findings'}\n"


def test_one_that_cannot_be_read_is_named(call: Call, shop: Path) -> None:
    (shop / "tests/second.rmap").write_bytes(b"# \xe9\n")
    for command in ("check", "test", "doc"):
        result = call(command, "shop")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == "error: shop/tests/second.rmap:1 is not UTF-8 (byte 2): save it as UTF-8\n"


def test_fmt_lays_them_out(call: Call, shop: Path) -> None:
    (shop / "tests/second.rmap").write_text(SECOND.replace('tests for "', 'tests   for\n"'), encoding="utf-8")
    assert call("fmt", "--check", "shop").stderr == "shop/tests/second.rmap: would be formatted\n"
    assert call("fmt", "shop/tests/second.rmap").exit_code == 0
    assert (shop / "tests/second.rmap").read_text(encoding="utf-8") == SECOND
    assert call("fmt", "--check", "shop").exit_code == 0


def test_check_fix_edits_them(call: Call, shop: Path) -> None:
    file = shop / "tests/first.rmap"
    file.write_text(FIRST.replace("\ntest", "\n# allow unused: why not\ntest"), encoding="utf-8")
    assert call("check", "--fix", "shop").exit_code == 0
    assert file.read_text(encoding="utf-8") == FIRST


def test_the_document_names_their_tests(call: Call) -> None:
    assert call("doc", "shop", "--to", "shop.md").exit_code == 0
    page = Path("shop.md").read_text(encoding="utf-8")
    assert [name for name in ("in the mapping", "the first", "the second") if name not in page] == []


def test_migrate_takes_them_with_their_mapping(call: Call) -> None:
    assert call("migrate", "shop").stderr == "shop/shop.rmap is already written in language 1, nothing to do\n"
    result = call("migrate", "shop/tests/first.rmap")
    told = "error: shop/tests/first.rmap is a file of tests, and goes with its mapping: name that one\n"
    assert (result.exit_code, result.stderr) == (2, told)
