"""What the shipped systems say is read once and for all: is it what they say today, and is anything else still read?"""

from __future__ import annotations

import runpy
import shutil
from pathlib import Path

import pytest

from retoure._data import data_folder
from retoure.types.load import built
from retoure.types.problem import SchemaInvalid
from retoure.types.read_before import _entries, file, read_before
from retoure.types.system_files import known_systems, system_files

SCHEMAS = Path(__file__).resolve().parents[3] / "schemas"


def test_it_is_what_the_files_say() -> None:
    made = runpy.run_path(str(SCHEMAS / "read.py"))
    assert made["written"](made["read"]()) == file().read_text(encoding="utf-8"), "run `make schemas`"


@pytest.mark.parametrize("version", known_systems())
def test_a_manifest_is_as_it_would_be_read(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = system_files(version)
    assert read_before("manifest", (files.manifest, files.rules)) is not None
    quick = built.__wrapped__(files)
    monkeypatch.setattr("retoure.types.load.read_before", lambda what, texts: None)
    monkeypatch.setenv("RETOURE_CACHE", "off")
    assert built.__wrapped__(files) == quick


def test_files_that_were_changed_are_read_and_refused_as_ever(tmp_path: Path) -> None:
    shutil.copytree(data_folder("schemas") / "reveni", tmp_path / "reveni")
    manifest = tmp_path / "reveni" / "merchants-v0.manifest.yaml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("title:", "tilte:", 1), encoding="utf-8")
    with pytest.raises(SchemaInvalid, match="tilte: is not known here"):
        built(system_files("reveni/merchants-v0", tmp_path))


def test_without_the_file_everything_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retoure.types.read_before.data_folder", lambda name: tmp_path)
    monkeypatch.setattr("retoure.types.read_before._entries", _entries.__wrapped__)
    files = system_files("reveni/merchants-v0")
    assert read_before("manifest", (files.manifest, files.rules)) is None
    assert built.__wrapped__(files).system == "reveni"
