"""`retoure check` and `retoure mappings`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retoure import data_folder

from .conftest import Call

SHIPPED = data_folder("mappings") / "reveni_to_scayle"


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """The shipped mapping with one word wrong."""
    text = (SHIPPED / "returns.rmap").read_text(encoding="utf-8")
    path = tmp_path / "damaged.rmap"
    path.write_text(text.replace("only if refund_ok(", "only if refund_okay("), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", [str(SHIPPED), str(SHIPPED / "returns.rmap"), "reveni_to_scayle"])
def test_a_mapping_is_a_file_a_folder_or_the_name_of_a_bundled_one(call: Call, name: str) -> None:
    result = call("check", name)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"{SHIPPED / 'returns.rmap'}: no findings\n"


def test_what_is_on_disk_goes_before_what_is_bundled(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "reveni_to_scayle").mkdir()
    monkeypatch.chdir(tmp_path)
    result = call("check", "reveni_to_scayle")
    assert result.exit_code == 2
    assert "should hold one *.rmap file, and holds none" in result.stderr


def test_a_finding_is_shown_with_its_place_and_help(call: Call, damaged: Path) -> None:
    result = call("check", str(damaged))
    assert result.exit_code == 1
    assert "error[unknown-gate]: there is no gate `refund_okay`" in result.stdout
    assert "did you mean `refund_ok`?" in result.stdout
    assert result.stderr.startswith(f"{damaged}: 1 error")


def test_the_concise_form_has_one_line_a_finding(call: Call, damaged: Path) -> None:
    lines = call("check", str(damaged), "--format", "concise").stdout.splitlines()
    assert all(line.startswith(f"{damaged}:") for line in lines)
    assert any("unknown-gate" in line for line in lines)


def test_json_has_a_record_a_finding(call: Call, damaged: Path) -> None:
    result = call("check", str(damaged), "--format", "json")
    found = [finding for finding in json.loads(result.stdout) if finding["code"] == "unknown-gate"]
    assert result.exit_code == 1
    assert len(found) == 1
    assert found[0]["message"] == "there is no gate `refund_okay`"
    assert json.loads(call("check", str(SHIPPED), "--format", "json").stdout) == []


def test_several_files_and_the_worst_of_them_counts(call: Call, damaged: Path) -> None:
    result = call("check", str(SHIPPED), str(damaged))
    assert result.exit_code == 1
    assert [line.partition(": ")[0] for line in result.stderr.splitlines()] == [
        str(SHIPPED / "returns.rmap"),
        str(damaged),
    ]


def test_a_file_that_is_not_there_is_wrong_use(call: Call) -> None:
    result = call("check", "nowhere.rmap")
    assert (result.exit_code, result.stdout) == (2, "")
    problem, names = result.stderr.splitlines()
    assert problem == "error: nowhere.rmap cannot be read: No such file or directory: name an existing file"
    assert names.startswith("Bundled mappings can be given by name: ")
    assert "reveni_to_scayle" in names


def test_a_folder_with_two_mappings_asks_for_the_file(call: Call, tmp_path: Path) -> None:
    for name in ("a.rmap", "b.rmap"):
        (tmp_path / name).write_text("")
    result = call("check", str(tmp_path))
    assert result.exit_code == 2
    assert "holds a.rmap, b.rmap: name the file" in result.stderr


def test_bundled_mappings_are_listed(call: Call) -> None:
    result = call("mappings")
    assert result.exit_code == 0
    assert ["reveni_to_scayle", str(SHIPPED)] in [line.split() for line in result.stdout.splitlines()]
