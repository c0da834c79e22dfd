"""The tutorial, followed to the letter: every command is typed, every change made, and what is shown compared.

`pytest --update-golden` writes what was seen into the page; then read the diff.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "tutorial.md"
BIN = Path(sys.executable).parent
LEFT_OUT = "…"
BLOCK = re.compile(r"^In `(?P<file>[^`]+)`:$|^```(?P<kind>[a-z]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Reader:
    """Somebody who follows the page in a folder of their own: the file they have open, and what they see."""

    folder: Path
    file: Path = Path("my_shop/my_shop.rmap")
    seen: str = ""

    def open(self, file: str) -> None:
        self.file = Path(file)

    def type(self, lines: str) -> None:
        """Types commands, one after another."""
        self.seen = "".join(self._run(line) for line in lines.splitlines())

    def change(self, lines: str) -> None:
        """Lines with `-` go, lines with `+` come; they stand in the file once."""
        old = "".join(line[1:] + "\n" for line in lines.splitlines() if line[0] != "+")
        new = "".join(line[1:] + "\n" for line in lines.splitlines() if line[0] != "-")
        path = self.folder / self.file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"not once in {self.file}:\n{old}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def append(self, lines: str) -> None:
        with (self.folder / self.file).open("a", encoding="utf-8") as file:
            file.write("\n" + lines)

    def _run(self, line: str) -> str:
        known = {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        }
        done = subprocess.run(
            line, shell=True, cwd=self.folder, env=known, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120
        )
        seen = done.stdout.decode()
        assert done.returncode in (0, 1, 2), f"{line} ended with {done.returncode}: {seen}"
        assert "Usage:" not in seen, f"{line} is wrong use: {seen}"
        return seen


def blocks(page: str) -> Iterator[re.Match[str]]:
    return BLOCK.finditer(page)


def followed(reader: Reader, page: str) -> Iterator[tuple[re.Match[str], str]]:
    """Does what the page says; gives each box of output with what was really seen."""
    for block in blocks(page):
        if block["file"]:
            reader.open(block["file"])
        elif block["kind"] == "text":
            yield block, "\n".join(line.rstrip() for line in reader.seen.splitlines())
        else:
            {"sh": reader.type, "diff": reader.change, "rmap": reader.append}[block["kind"]](block["text"])


def shows(shown: str, seen: str) -> bool:
    """Whether a box shows what was seen, but for what is left out."""
    parts = re.split(rf"^{LEFT_OUT}\n", shown, flags=re.MULTILINE)
    return re.fullmatch("(?:.*\n)*".join(map(re.escape, parts)), seen and f"{seen}\n") is not None


@pytest.fixture(scope="module")
def compared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, str, str]]:
    """Line, box and what was seen, of each box of output."""
    page = PAGE.read_text(encoding="utf-8")
    found = list(followed(Reader(tmp_path_factory.mktemp("reader")), page))
    if request.config.getoption("--update-golden"):
        for block, seen in reversed(found):
            if LEFT_OUT not in block["text"]:
                page = page[: block.start("text")] + (seen and f"{seen}\n") + page[block.end("text") :]
        PAGE.write_text(page, encoding="utf-8")
    boxes = [block for block in blocks(page) if block["kind"] == "text"]
    return [
        (page.count("\n", 0, box.start()) + 1, box["text"], seen) for box, (_, seen) in zip(boxes, found, strict=True)
    ]


def test_what_is_shown_is_what_is_seen(compared: list[tuple[int, str, str]]) -> None:
    for line, shown, seen in compared:
        assert shows(shown, seen), f"{PAGE.name}:{line} shows\n{shown}\nbut what is seen is\n{seen}"
    assert len(compared) > 15


def test_all_is_well_in_the_end(compared: list[tuple[int, str, str]]) -> None:
    _, _, seen = compared[-1]
    assert "no findings" in seen
    assert "2 tests: 2 passed" in seen


def test_it_leads_through_a_whole_mapping() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for command in ("new", "check", "plan", "explain", "fmt", "test", "doc"):
        assert f"\nretoure {command} " in page


def test_the_readme_leads_here() -> None:
    assert "(docs/tutorial.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
