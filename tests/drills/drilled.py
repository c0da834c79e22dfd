"""Runs a drill as `make` does, to its end."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Drilled:
    """What a drill printed, and whether all was well."""

    text: str
    well: bool

    @property
    def last(self) -> str:
        """Its last line."""
        return self.text.splitlines()[-1]


def drilled(*words: str) -> Drilled:
    """`python -m tests.drills …`."""
    command = [sys.executable, "-m", "tests.drills", *words]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return Drilled(done.stdout, done.returncode == 0)
