"""`retoure fmt` on real files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from retoure import data_folder

from .conftest import RETOURE, Call

SHIPPED = data_folder("mappings") / "reveni_to_scayle" / "returns.rmap"
UNTIDY = "queue   failed {keep 90d\r\nreplay by hand}   # for finance\r\n\r\n\r\nalert oncall { when 1 queued }"
TIDY = "queue failed { keep 90d  replay by hand }  # for finance\r\n\r\nalert oncall { when 1 queued }\r\n"


@pytest.fixture
def untidy(tmp_path: Path) -> Path:
    path = tmp_path / "untidy.rmap"
    path.write_bytes(UNTIDY.encode())
    return path


def test_a_file_is_written_in_the_layout(call: Call, untidy: Path) -> None:
    result = call("fmt", str(untidy))
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"{untidy}: formatted\n")
    assert untidy.read_bytes().decode() == TIDY
    again = call("fmt", str(untidy))
    assert (again.exit_code, again.output) == (0, "")


def test_check_names_the_file_and_leaves_it(call: Call, untidy: Path) -> None:
    result = call("fmt", "--check", str(untidy.parent))
    assert (result.exit_code, result.stderr) == (1, f"{untidy}: would be formatted\n")
    assert untidy.read_bytes().decode() == UNTIDY


def test_diff_shows_the_lines(call: Call, untidy: Path) -> None:
    result = call("fmt", "--diff", str(untidy))
    assert result.exit_code == 1
    assert "-queue   failed {keep 90d" in result.stdout
    assert "+queue failed { keep 90d  replay by hand }  # for finance\n" in result.stdout
    assert untidy.read_bytes().decode() == UNTIDY


def test_what_is_in_the_layout_is_left(call: Call) -> None:
    result = call("fmt", "--check", "reveni_to_scayle")
    assert (result.exit_code, result.output) == (0, "")


def test_a_syntax_error_is_shown_and_the_file_left(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "broken.rmap"
    path.write_text("queue failed { keep }\n", encoding="utf-8")
    result = call("fmt", str(path))
    assert result.exit_code == 1
    assert f"{path}:1:" in result.stderr
    assert f"{path}: left as it is" in result.stderr
    assert path.read_text(encoding="utf-8") == "queue failed { keep }\n"


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"], ids=["absent", "not UTF-8"])
def test_a_file_that_cannot_be_read(call: Call, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "any.rmap"
    if content is not None:
        path.write_bytes(content)
    result = call("fmt", str(path))
    assert result.exit_code == 2
    assert str(path) in result.stderr


def test_a_folder_without_mappings(call: Call, tmp_path: Path) -> None:
    result = call("fmt", str(tmp_path))
    assert (result.exit_code, result.stderr) == (2, f"error: {tmp_path} holds no *.rmap file\n")


def test_standard_input_goes_to_standard_output() -> None:
    text = SHIPPED.read_text(encoding="utf-8").replace("  key    id\n", "  key id\n")
    done = subprocess.run([*RETOURE, "fmt", "-"], input=text, capture_output=True, text=True, check=True)
    assert done.stdout == SHIPPED.read_text(encoding="utf-8")
