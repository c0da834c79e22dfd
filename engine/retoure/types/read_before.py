"""What the files of the platforms that come with retoure say, read once and for all: `make schemas` writes it.

A manifest is YAML that is held against a JSON Schema, its types are held against the schema of JSON Schemas: with an
empty cache that took three fifths of checking a mapping. What was read is found by a hash of all the texts it was read
from, so that a file somebody has changed is read like any other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

from .._data import data_folder

FILE: Final = "read.json"


def read_before(what: str, texts: Iterable[str]) -> Any:
    """The plain data that was made of these texts; None where they are others."""
    return _entries().get(entry(what, texts))


def entry(what: str, texts: Iterable[str]) -> str:
    """The name of what was made of these texts."""
    return f"{what} {hashlib.sha256(json.dumps(list(texts)).encode()).hexdigest()}"


def file() -> Path:
    """Where it is written."""
    return data_folder("schemas") / FILE


@cache
def _entries() -> dict[str, Any]:
    """An installation without the file reads everything itself."""
    try:
        found: dict[str, Any] = json.loads(file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found
