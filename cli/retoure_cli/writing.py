"""Writes the text of a file whole or not at all."""

from __future__ import annotations

import codecs
import os
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from .failures import WrongUse


def write_text(path: Path, text: str) -> None:
    """Puts a text in the place of a file's, as UTF-8; a byte order mark, line ends and permissions stay.

    A reader sees the old text or the new one. Ends the command when the file cannot be written.
    """
    target = path.resolve()
    try:
        mark = codecs.BOM_UTF8 if target.read_bytes().startswith(codecs.BOM_UTF8) else b""
        _replace(target, mark + text.encode("utf-8"))
    except OSError as problem:
        raise WrongUse(f"error: {path} cannot be written: {problem.strerror or problem}") from problem


def write_new(path: Path, text: str) -> None:
    """Writes a file that may not be there yet, with the folders above it. Ends the command when it cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise WrongUse(f"error: {path} cannot be written: {problem.strerror or problem}") from problem


def create_text(path: Path, text: str) -> None:
    """Writes a file that must not be there yet, with the folders above it. Ends the command when it is."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as problem:
        raise WrongUse(f"error: {path} is there already, and is left as it is") from problem
    except OSError as problem:
        raise WrongUse(f"error: {path} cannot be written: {problem.strerror or problem}") from problem


def _replace(target: Path, content: bytes) -> None:
    with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        new = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            shutil.copymode(target, new)
            new.replace(target)
        except BaseException:
            with suppress(OSError):
                new.unlink()
            raise
