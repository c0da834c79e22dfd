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


def _schemas_of(point: EntryPoint) -> Path | None:
    """`schemas/` in the package that an entry point names; nothing of it is imported."""
    spec = find_spec(point.module.partition(".")[0])
    folders = (Path(place) / "schemas" for place in (spec and spec.submodule_search_locations) or ())
    return next((folder for folder in folders if folder.is_dir()), None)
