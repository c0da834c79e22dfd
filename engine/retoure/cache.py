"""What was worked out once from texts, kept in the user's cache folder: only ever what can be made anew.

An entry is data (JSON), never code, with a checksum. A folder that others may write to is not used, a damaged entry is
made anew, and where nothing can be kept everything works as well, only slower. `RETOURE_CACHE=off` turns it off; with
another value that is the folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

OFF = "off"
MOST = 64
"""How many entries of a kind are kept; the oldest go first."""

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def remembered(what: str, texts: Iterable[str], make: Callable[[], Any]) -> Any:
    """The plain data that `make` makes of the texts, from the cache where it is known. Raises what `make` raises.

    `texts` is everything the data depends on, versions of libraries included.
    """
    name = name_of(texts)
    found = recalled(what, name)
    if found is None:
        found = make()
        keep(what, name, found)
    return found


def name_of(texts: Iterable[str]) -> str:
    """The name of an entry that depends on these texts and the version of Python."""
    return _digest(json.dumps([sys.version, *texts]))


@cache
def release(library: str) -> str:
    """Which release of a library is installed, as the folder says that stands beside it (`jinja2-3.1.6.dist-info`).

    Asking importlib.metadata for the first time takes as long as checking a mapping.
    """
    spec = find_spec(library)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{library} is missing: install retoure again")
    beside = Path(spec.origin).parent.parent.glob(f"{library}-*.dist-info")
    return " ".join(sorted(folder.name for folder in beside)) or _metadata(library)


def _metadata(library: str) -> str:
    from importlib.metadata import version

    return version(library)


def recalled(what: str, name: str) -> Any:
    """The plain data of an entry, None when there is none that can be used."""
    folder = _folder()
    if folder is None:
        return None
    with suppress(OSError, ValueError):
        return _read(_entry(folder, what, name))
    return None


def keep(what: str, name: str, data: Any) -> None:
    """Puts plain data in the place of an entry, where anything can be kept."""
    folder = _folder()
    if folder is not None:
        with suppress(OSError):
            _write(_entry(folder, what, name), json.dumps(data))
            _tidy(folder, what)


def _entry(folder: Path, what: str, name: str) -> Path:
    return folder / f"{what}-{name}.json"


def _folder() -> Path | None:
    """The folder, made if need be; None where there is none that only this user can write to."""
    named = os.environ.get("RETOURE_CACHE", "")
    if named == OFF:
        return None
    try:
        folder = Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "retoure"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except (OSError, RuntimeError):
        return None
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & _OTHERS_WRITE
    return folder if ours else None


def _read(file: Path) -> Any:
    """Raises OSError when there is no such entry, ValueError when it is damaged."""
    digest, _, text = file.read_text(encoding="utf-8").partition("\n")
    if digest != _digest(text):
        raise ValueError("the entry is damaged")
    return json.loads(text)


def _write(file: Path, text: str) -> None:
    """Whole or not at all, whoever else writes or reads it."""
    part = file.with_name(f"{os.urandom(8).hex()}.part")  # as tempfile does, which takes 3 ms to import
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.write(f"{_digest(text)}\n{text}")
    part.replace(file)


def _tidy(folder: Path, what: str) -> None:
    entries = sorted(folder.glob(f"{what}-*"), key=lambda entry: entry.stat().st_mtime, reverse=True)
    for entry in entries[MOST:]:
        entry.unlink(missing_ok=True)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
