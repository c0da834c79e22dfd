"""`retoure diff` on changed copies of the shipped mapping."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from retoure import data_folder

from .conftest import Call

SHIPPED = data_folder("mappings") / "reveni_to_scayle" / "returns.rmap"
GOLDEN = Path(__file__).resolve().parents[1] / "golden/diff"

EDITS = {
    "head": [('version  "1.0.0"', 'version  "1.1.0"'), ('text default "main"', 'text default "south"')],
    "track": [
        ("closed    = cancelled, expired", "closed    = cancelled"),
        ("refused   = rejected", "refused   = rejected, expired"),
        ("    approved  -> inspected, refused via inspected, closed", "    approved  -> inspected, closed"),
    ],
    "table": [("  too_small, too_big, wrong_size", "  too_small, wrong_size"), ('=> "defective"', '=> "broken"')],
    "map": [
        ("  currencyCode = return.currency\n", '  currencyCode = "EUR"\n'),
        ("quantity  = item.quantity", "quantity  = 1"),
    ],
    "gate": [('  require "the currencies agree": return.currency is order.currencyCode\n', "")],
    "rule": [
        ("once per return.id, item.id, unit.id", "once per return.id, unit.id"),
        ("when return reached approved and setting.restocks is engine", "when return reached approved"),
    ],
    "policy": [
        (
            "retry 8 times wait 10s to 30m then queue failed_refunds",
            "retry 9 times wait 10s to 30m then queue failed_refunds",
        ),
        ("queue failed_refunds { keep 400d", "queue failed_refunds { keep 30d"),
        ("alert finance { when 1 queued }", "alert finance { when 5 queued }"),
    ],
    "renamed": [("gate exchange_ok(", "gate exchange_fits("), ("only if exchange_ok(", "only if exchange_fits(")],
}


def changed(folder: Path, edits: list[tuple[str, str]]) -> Path:
    text = SHIPPED.read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "new.rmap"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", EDITS)
def test_a_change_reads_well(call: Call, tmp_path: Path, golden: Callable[[Path, str], None], name: str) -> None:
    new = changed(tmp_path, EDITS[name])
    result = call("diff", str(SHIPPED), str(new))
    assert result.exit_code == 2
    text = result.stdout.replace(str(SHIPPED), "old.rmap").replace(str(new), "new.rmap")
    golden(GOLDEN / f"{name}.expected", text)


def test_layout_and_comments_are_no_difference(call: Call, tmp_path: Path) -> None:
    new = changed(
        tmp_path, [("  key    id\n", "  key id  # the return\n"), ("## Reveni returns into", "##    Returns into")]
    )
    result = call("diff", "reveni_to_scayle", str(new))
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "no difference")


def test_a_difference_as_data(call: Call, tmp_path: Path) -> None:
    result = call("diff", str(SHIPPED), str(changed(tmp_path, EDITS["rule"])), "--json")
    assert result.exit_code == 2
    found = json.loads(result.stdout)
    assert [(block["kind"], block["name"]) for block in found["blocks"]] == [("rule", "refund"), ("rule", "restock")]
    assert found["careful"] == 2


def test_the_same_version_twice_is_told(call: Call, tmp_path: Path) -> None:
    assert (
        "give the new one another version" in call("diff", str(SHIPPED), str(changed(tmp_path, EDITS["gate"]))).stderr
    )
    assert "another version" not in call("diff", str(SHIPPED), str(changed(tmp_path, EDITS["head"]))).stderr


def test_a_file_that_is_no_mapping(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "broken.rmap"
    path.write_text("rule x {", encoding="utf-8")
    result = call("diff", str(SHIPPED), str(path))
    assert result.exit_code == 1
    assert "broken.rmap" in result.stderr


@pytest.mark.parametrize("missing", ["nowhere.rmap", "empty"])
def test_a_mapping_that_is_not_there_is_no_difference(call: Call, tmp_path: Path, missing: str) -> None:
    (tmp_path / "empty").mkdir()
    result = call("diff", "every_construct", str(tmp_path / missing))
    assert (result.exit_code, result.stdout) == (1, "")
    assert missing in result.stderr
