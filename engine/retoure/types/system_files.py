"""The files that describe a platform: where they are looked for, and their texts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path
from typing import Final

from .._data import data_folder, schema_folders
from .problem import SchemaInvalid, listed

MANIFEST_SCHEMA: Final = "manifest.schema.json"
MOST: Final = 64
"""How many texts are remembered."""


@dataclass(frozen=True, slots=True)
class SystemFiles:
    """The names and texts of a platform's manifest and types, and the schema of manifests."""

    version: str
    manifest_file: str
    manifest: str
    types_file: str
    types: str
    rules: str

    @property
    def digest(self) -> str:
        """A hash of the texts and of where they are."""
        return hashlib.sha256("\0".join(astuple(self)).encode()).hexdigest()


def system_files(version: str, folder: Path | None = None, *, own: Path | None = None) -> SystemFiles:
    """The files of `scayle/admin-v1`, from `folder` alone, else from `own` (schemas beside a mapping), from those that
    come with retoure, or from those of installed connectors. Raises SchemaInvalid."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*/[a-z0-9][a-z0-9_.-]*", version):
        raise SchemaInvalid(version, "", "a system is named like `scayle/admin-v1`")
    base = next((base for base in _bases(folder, own) if (base / f"{version}.manifest.yaml").is_file()), None)
    if base is None:
        known = listed(known_systems(folder, own=own)) or "none"
        raise SchemaInvalid(version, "", f"there is no such system here: known are {known}")
    manifest, types = base / f"{version}.manifest.yaml", base / f"{version}.json"
    return SystemFiles(version, str(manifest), _text(manifest), str(types), _text(types), _rules())


def known_systems(folder: Path | None = None, *, own: Path | None = None) -> tuple[str, ...]:
    """Every `system/version` there is a manifest for, sorted; the folders are those of `system_files`."""
    found = [file for base in _bases(folder, own) for file in base.glob("*/*.manifest.yaml")]
    return tuple(sorted({f"{file.parent.name}/{file.name.removesuffix('.manifest.yaml')}" for file in found}))


def _bases(folder: Path | None, own: Path | None) -> Iterator[Path]:
    """One after the other: asking which connectors are installed takes time."""
    if folder is not None:
        yield folder
        return
    if own is not None:
        yield own
    yield data_folder("schemas")
    yield from schema_folders()


@cache
def _rules() -> str:
    """The schema of manifests. It belongs to this version, and does not change as long as that runs."""
    return _text(data_folder("schemas") / MANIFEST_SCHEMA)


def _text(file: Path) -> str:
    """The text of a file as it is now: the very same one as before, if the file holds the same."""
    try:
        raw = file.read_bytes()
        known = _KNOWN.get(file)
        return known[1] if known is not None and known[0] == raw else _remembered(file, raw)
    except FileNotFoundError:
        raise SchemaInvalid(str(file), "", "this file is missing: put it back or install retoure again") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise SchemaInvalid(str(file), "", f"cannot be read: {problem}") from problem


def _remembered(file: Path, raw: bytes) -> str:
    text = raw.decode().replace("\r\n", "\n").replace("\r", "\n")
    if len(_KNOWN) >= MOST:
        _KNOWN.clear()
    _KNOWN[file] = raw, text
    return text


_KNOWN: dict[Path, tuple[bytes, str]] = {}
"""What files held when they were read last, and their texts: a text that is the same need not be hashed once more."""
