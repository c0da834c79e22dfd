"""What is remembered is what would be made anew, or it is made anew."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from retoure.cache import MOST, OFF, release, remembered
from retoure.verdict import LIBRARIES


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "cache"
    monkeypatch.setenv("RETOURE_CACHE", str(found))
    return found


@pytest.fixture
def numbers() -> Iterator[int]:
    return iter(range(1000))


def test_the_second_time_nothing_is_made(folder: Path, numbers: Iterator[int]) -> None:
    made = [remembered("thing", ("text",), lambda: [next(numbers), "é"]) for _ in range(2)]
    assert made == [[0, "é"], [0, "é"]]
    assert len(list(folder.iterdir())) == 1


def test_other_texts_are_other_things(folder: Path, numbers: Iterator[int]) -> None:
    asked: list[tuple[str, ...]] = [("ab", "c"), ("a", "bc"), ("abc",), ()]
    assert [remembered("thing", texts, lambda: next(numbers)) for texts in asked] == [0, 1, 2, 3]


@pytest.mark.parametrize("damage", [b"", b"{", b"0\n[1]", b"\xff\xfe", b"[1]"])
def test_a_damaged_entry_is_made_anew(folder: Path, damage: bytes, numbers: Iterator[int]) -> None:
    remembered("thing", (), lambda: next(numbers))
    (entry,) = folder.iterdir()
    entry.write_bytes(damage)
    assert remembered("thing", (), lambda: next(numbers)) == 1
    assert remembered("thing", (), lambda: next(numbers)) == 1


def test_one_changed_value_is_damage(folder: Path) -> None:
    remembered("thing", (), lambda: [7])
    (entry,) = folder.iterdir()
    entry.write_text(entry.read_text("utf-8").replace("[7]", "[8]"), encoding="utf-8")
    assert remembered("thing", (), lambda: [7]) == [7]


@pytest.mark.parametrize("mode", [0o777, 0o720, 0o702])
def test_a_folder_that_others_may_write_to_is_not_used(folder: Path, mode: int, numbers: Iterator[int]) -> None:
    folder.mkdir()
    folder.chmod(mode)
    assert [remembered("thing", (), lambda: next(numbers)) for _ in range(2)] == [0, 1]
    assert list(folder.iterdir()) == []


def test_a_link_to_another_folder_is_not_used(folder: Path, tmp_path: Path, numbers: Iterator[int]) -> None:
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    assert [remembered("thing", (), lambda: next(numbers)) for _ in range(2)] == [0, 1]


def test_a_file_in_its_place_is_no_harm(folder: Path, numbers: Iterator[int]) -> None:
    folder.write_text("", encoding="utf-8")
    assert [remembered("thing", (), lambda: next(numbers)) for _ in range(2)] == [0, 1]


def test_it_can_be_turned_off(monkeypatch: pytest.MonkeyPatch, numbers: Iterator[int]) -> None:
    monkeypatch.setenv("RETOURE_CACHE", OFF)
    assert [remembered("thing", (), lambda: next(numbers)) for _ in range(2)] == [0, 1]


def test_a_mistake_is_not_remembered(folder: Path) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            remembered("thing", (), lambda: 1 / 0)
    assert list(folder.iterdir()) == []


def test_the_oldest_entries_go(folder: Path) -> None:
    for number in range(MOST + 5):
        remembered("thing", (str(number),), lambda: 0)
    assert len(list(folder.iterdir())) == MOST


PROGRAM = """
import sys
from retoure.cache import remembered
for number in range(60):
    assert remembered("thing", (str(number % 7),), lambda: [number % 7] * 2000) == [number % 7] * 2000
"""


def test_several_processes_may_write_at_once(folder: Path) -> None:
    started = [subprocess.Popen([sys.executable, "-c", PROGRAM]) for _ in range(3)]
    assert [process.wait() for process in started] == [0, 0, 0]
    assert len(list(folder.iterdir())) == 7


@pytest.mark.parametrize("kept", ["", OFF])
def test_a_check_says_the_same_with_and_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str) -> None:
    """A process of its own: within one, the parser is made once."""
    monkeypatch.setenv("RETOURE_CACHE", kept or str(tmp_path / "cache"))
    (tmp_path / "wrong.rmap").write_text('mapping x {\n  system scayle "1"\n}\nrule {\n', encoding="utf-8")
    command = [sys.executable, "-m", "retoure_cli", "check", "wrong.rmap", "--format", "concise"]
    said = [subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout for _ in range(2)]
    assert said[0] == said[1]
    assert "wrong.rmap:" in said[0]


@pytest.mark.parametrize("library", [*LIBRARIES, "retoure"])
def test_the_release_of_a_library_is_what_is_installed(library: str) -> None:
    assert version(library) in release(library)


def test_a_library_that_is_missing_is_named() -> None:
    with pytest.raises(ModuleNotFoundError, match="nowhere is missing: install retoure again"):
        release("nowhere")
