"""Reads the files of the platforms beside it: `make schemas` writes what they say into `read.json`.

Checking a mapping then needs neither YAML nor JSON Schema (decision 0035).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from retoure.types.load import fitting, sound
from retoure.types.read_before import entry, file
from retoure.types.system_files import SystemFiles, known_systems, system_files

HERE = Path(__file__).parent


def read() -> dict[str, Any]:
    """The plain data of each manifest, and that the types of each system are sound."""
    found: dict[str, Any] = {}
    for version in known_systems(HERE):
        found |= _entries(system_files(version, HERE))
    return found


def _entries(files: SystemFiles) -> dict[str, Any]:
    manifest = fitting(files.manifest_file, files.manifest, files.rules)
    types = sound(files.types_file, json.loads(files.types))
    return {entry("manifest", (files.manifest, files.rules)): manifest, entry("schema", (files.types,)): types}


def written(found: dict[str, Any]) -> str:
    return json.dumps(dict(sorted(found.items())), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    file().write_text(written(read()), encoding="utf-8")
