"""Damaged words instead of damaged files: arguments of commands, and a line on which somebody presses Tab."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from click.shell_completion import BashComplete

from retoure_cli.main import group

from .uses import Target, Use, invoke

MADE = "--from reveni --to scayle --operation scayle.stock.add --event return_updated"
ASKED = "refund-before-approval"
TYPED = "check mappings/small reveni_to_scayle --format sarif --show-silenced --fix"

Words = Callable[[list[str]], None]


def worded(folder: Path) -> Iterator[Target]:
    """Files of words: what is damaged, and what is done with the words that are left."""
    folder.mkdir()
    yield _target(folder / "new", MADE, "new", lambda words: _new(folder / "made", words))
    yield _target(folder / "explain", ASKED, "explain", lambda words: invoke(("explain", *words)))
    yield _target(folder / "completion", TYPED, "completion", _completed)


def _target(file: Path, text: str, name: str, do: Words) -> Target:
    file.write_text(text, encoding="utf-8")
    use = Use(f"retoure {name} with the words of {file.name}", lambda: do(_words(file)))
    return Target(file, (use,), weight=4)


def _words(file: Path) -> list[str]:
    return file.read_bytes().decode("utf-8", "surrogateescape").split()


def _new(folder: Path, words: list[str]) -> None:
    """Its folder is always the same one: a damaged path might lead anywhere."""
    shutil.rmtree(folder, ignore_errors=True)
    invoke(("new", str(folder), *words))


def _completed(words: list[str]) -> None:
    """Whatever a shell asks, it gets an answer."""
    BashComplete(group, {}, "retoure", "_RETOURE_COMPLETE").get_completions(words[:-1], words[-1] if words else "")
