"""The benchmarks of large books fill them by SQL: with what the engine would have written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
ALIKE = "import pathlib, sys, books; books.alike(books.program(), pathlib.Path(sys.argv[1]), 3)"


def test_filled_books_are_as_the_engine_writes_them(tmp_path: Path) -> None:
    made = subprocess.run([sys.executable, "-c", ALIKE, str(tmp_path)], cwd=BENCHMARKS, capture_output=True, text=True)
    assert (made.returncode, made.stderr) == (0, "")
