"""What is looked for beside a mapping file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from .source import Source

FOLDER: Final = "tests"


def files_of_tests(mapping: Path) -> tuple[Source, ...]:
    """The files of tests in the folder `tests` beside a mapping file, by name. Raises SourceUnreadable."""
    return tuple(Source.read(file) for file in sorted((mapping.parent / FOLDER).glob("*.rmap")))


def own_schemas(mapping: Path) -> Path:
    """The folder beside a mapping, or in the mapping's folder, where the schemas of its own systems stand."""
    return (mapping if mapping.is_dir() else mapping.parent) / "schemas"
