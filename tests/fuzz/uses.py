"""What people do with a file on the command line, in this process; a process of its own confirms what was found."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from retoure_cli.main import group

ROOT = Path(__file__).resolve().parents[2]
BUG = 70
NOTHING: tuple[str, ...] = ()


class Traceback(Exception):
    """The command line came upon a mistake of its own."""


@dataclass(frozen=True)
class Use:
    """Something people do with a file: how it is called, and how it is done. Raises when it ends in a traceback.

    `words` are what a process would be called with, now that the file is damaged; empty where none does the same.
    """

    name: str
    do: Callable[[], None]
    words: Callable[[], tuple[str, ...]] = tuple

    def confirmed(self) -> str:
        """Whether a process of its own ends in a traceback, too."""
        words = self.words()
        if not words:
            return "no command does just this"
        done = subprocess.run(
            [sys.executable, "-m", "retoure_cli", *words], capture_output=True, timeout=120, check=False
        )
        return "so does a process" if done.returncode == BUG or b"Traceback" in done.stderr else "a process does not"


@dataclass(frozen=True)
class Target:
    """A file that may be damaged, its uses, and how often it is tried compared with others."""

    file: Path
    uses: tuple[Use, ...]
    weight: int = 1


def command(*words: str | Path, given: Path | None = None) -> Use:
    """A command with these words; `given` is the file that it reads as standard input."""
    arguments = tuple(str(word) for word in words)

    def run() -> None:
        invoke(arguments, given.read_bytes() if given else b"")

    return Use(f"retoure {' '.join(arguments)}", run, lambda: NOTHING if given else arguments)


def invoke(arguments: tuple[str, ...], typed: bytes = b"") -> None:
    """Runs a command here. Raises Traceback."""
    done = CliRunner().invoke(group, ["--traceback", *arguments], input=typed)
    if done.exit_code == BUG or not isinstance(done.exception, SystemExit | None):
        raise Traceback(done.stderr) from done.exception
