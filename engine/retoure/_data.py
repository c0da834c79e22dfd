"""Finds the bundled grammar, schemas and mappings: in an installed wheel, or in the folders of a checkout."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_BUNDLED = Path(__file__).with_name("_data")
_CHECKOUT = Path(__file__).resolve().parents[2]


@cache
def data_folder(name: str) -> Path:
    """The folder `grammar`, `schemas` or `mappings`. Raises FileNotFoundError when the installation is damaged."""
    for base in (_BUNDLED, _CHECKOUT):
        if (base / name).is_dir():
            return base / name
    raise FileNotFoundError(f"retoure's own folder `{name}` is missing: install the package again")


@cache
def schema_folders() -> tuple[Path, ...]:
    """The folders with schemas of platforms: the one that comes with retoure, then those of installed connectors."""
    from importlib.metadata import entry_points

    found = (_schemas_of(point) for point in entry_points(group="retoure.connectors"))
    return (data_folder("schemas"), *dict.fromkeys(folder for folder in found if folder is not None))


def _schemas_of(point: EntryPoint) -> Path | None:
    """`schemas/` in the package that an entry point names; nothing of it is imported."""
    spec = find_spec(point.module.partition(".")[0])
    folders = (Path(place) / "schemas" for place in (spec and spec.submodule_search_locations) or ())
    return next((folder for folder in folders if folder.is_dir()), None)
