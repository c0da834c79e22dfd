"""A mapping that is asked for again is the same one, as long as all its texts are."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from retoure.checked import Checked, check_anew, check_source
from retoure.checked_before import MOST, Lately
from retoure.compile import compile_mapping
from retoure.source import Source

SHIPPED = Path("mappings/reveni_to_scayle").resolve()
EVERY = Path("mappings/every_construct").resolve()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EVERY, tmp_path / "every"))


def checked(folder: Path) -> Checked:
    return check_source(Source.read(folder / "exchanges.rmap"))


def test_the_same_texts_give_the_same_answer(folder: Path) -> None:
    assert checked(folder) is checked(folder)


@pytest.mark.parametrize("name", ["exchanges.rmap", "shared.rmap", "reasons.csv"])
def test_another_text_gives_another(folder: Path, name: str) -> None:
    before = checked(folder)
    (folder / name).write_text((folder / name).read_text("utf-8") + "\n", encoding="utf-8")
    assert checked(folder) is not before
    assert checked(folder).source == check_anew(Source.read(folder / "exchanges.rmap")).source
    assert checked(folder) is checked(folder)


def test_what_is_missing_is_looked_for_each_time(folder: Path) -> None:
    (folder / "shared.rmap").rename(folder / "elsewhere")
    assert "import-unreadable" in {finding.code for finding in checked(folder).errors}
    (folder / "elsewhere").rename(folder / "shared.rmap")
    assert not checked(folder).errors


def test_a_schema_beside_the_mapping_counts_from_then_on(folder: Path) -> None:
    before = checked(folder)
    shutil.copytree("schemas/reveni", folder / "schemas" / "reveni")
    (manifest,) = (folder / "schemas" / "reveni").glob("*.yaml")
    manifest.write_text(manifest.read_text("utf-8").replace("title:", "title: Another", 1), encoding="utf-8")
    assert checked(folder) is not before
    assert checked(folder).facts.manifests["reveni"].title.startswith("Another")


def test_programs_are_shared_by_those_who_set_the_same() -> None:
    source = Source.read(SHIPPED / "returns.rmap")
    plain = compile_mapping(source)
    assert compile_mapping(source) is plain
    other = compile_mapping(source, {"restocks": "engine"})
    assert other.settings != plain.settings
    assert compile_mapping(source, {"restocks": "engine"}) is other


def test_an_answer_that_does_not_stand_is_made_anew() -> None:
    made = iter(range(100))
    lately: Lately[int] = Lately(lambda number: number % 2 == 1)
    assert [lately.get("x", lambda: next(made)) for _ in range(4)] == [0, 1, 1, 1]


def test_the_answer_that_was_not_asked_for_the_longest_goes() -> None:
    made = iter(range(100))
    lately: Lately[int] = Lately()
    for asked in range(MOST):
        lately.get(asked, lambda: next(made))
    lately.get(0, lambda: next(made))
    lately.get("more", lambda: next(made))
    assert lately.get(0, lambda: next(made)) == 0
    assert lately.get(1, lambda: next(made)) == MOST + 1


def test_a_failure_is_not_kept() -> None:
    lately: Lately[int] = Lately()
    with pytest.raises(KeyError):
        lately.get("x", lambda: dict[str, int]()["x"])
    assert lately.get("x", lambda: 1) == 1
