"""Finds the bundled grammar, schemas and mappings: in an installed wheel, or in the folders of a checkout."""

from __future__ import annotations

from pathlib import Path

_BUNDLED = Path(__file__).with_name("_data")
_CHECKOUT = Path(__file__).resolve().parents[2]


def data_folder(name: str) -> Path:
    """The folder `grammar`, `schemas` or `mappings`. Raises FileNotFoundError when the installation is damaged."""
    for base in (_BUNDLED, _CHECKOUT):
        if (base / name).is_dir():
            return base / name
    raise FileNotFoundError(f"retoure's own folder `{name}` is missing: install the package again")
