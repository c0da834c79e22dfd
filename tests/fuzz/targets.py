"""The shipped files in a folder of their own, and what people do with each of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from retoure import SchemaInvalid, Source, check_source

from .recorded import recorded
from .uses import ROOT, Target, Use, command
from .words import worded

SHIPPED = ROOT / "mappings/reveni_to_scayle"
SMALL = 20
"""How often the small mapping is tried, compared with a file of a shipped one."""


@dataclass(frozen=True)
class Mapping:
    """A shipped mapping in the copied folder."""

    folder: Path
    file: Path
    event: Path


def copied(to: Path) -> list[Target]:
    """Copies the shipped files into a folder: all that can be damaged, in the same order everywhere."""
    for name in ("mappings", "schemas"):
        shutil.copytree(ROOT / name, to / name)
    _small(to / "mappings" / "small")
    deployment = to / "mappings" / "retoure.yaml"
    shutil.copy(ROOT / "tests/fuzz/retoure.yaml", deployment)
    found = [_mapping(folder) for folder in sorted((to / "mappings").iterdir()) if folder.is_dir()]
    shipped = next(mapping for mapping in found if mapping.folder.name == "reveni_to_scayle")
    return [
        *(_target(file, mapping, to) for mapping in found for file in _files(mapping.folder)),
        Target(deployment, _uses_of_deployment(deployment, shipped)),
        *(Target(file, _uses_of_schema(shipped, to / "schemas")) for file in _files(to / "schemas")),
        *recorded(to / "recorded"),
        *worded(to / "words"),
    ]


def _target(file: Path, mapping: Mapping, base: Path) -> Target:
    return Target(file, _uses(file, mapping, base), SMALL if mapping.folder.name == "small" else 1)


def _small(folder: Path) -> None:
    """A mapping that is checked and played in no time, with a file of tests and an event."""
    (folder / "tests").mkdir(parents=True)
    (folder / "fixtures").mkdir()
    shutil.copy(ROOT / "tests/golden/base.rmap", folder / "small.rmap")
    shutil.copy(ROOT / "tests/fuzz/small.rmap", folder / "tests" / "small.rmap")
    shutil.copy(SHIPPED / "fixtures/accepted.json", folder / "fixtures")


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _mapping(folder: Path) -> Mapping:
    """The mapping of a folder, or the library where there is only one; an event of another's where it has none."""
    files = sorted(folder.glob("*.rmap"))
    first = next((file for file in files if "\nmapping " in f"\n{file.read_text('utf-8')}"), files[0])
    events = [*sorted(folder.glob("fixtures/*.json")), SHIPPED / "fixtures/accepted.json"]
    return Mapping(folder, first, events[0])


def _uses(file: Path, mapping: Mapping, base: Path) -> tuple[Use, ...]:
    if file.suffix != ".json":
        return tuple(_uses_of_text(file, mapping, base))
    if "answers" in file.parts:
        return tuple(_uses_of_answer(mapping))
    return tuple(_uses_of_event(file, mapping))


def _uses_of_text(file: Path, mapping: Mapping, base: Path) -> Iterator[Use]:
    """A mapping, its tests, or what it imports: its tables, other files."""
    for form in ("text", "json", "sarif", "github"):
        yield command("check", mapping.file, "--format", form, "--show-silenced")
    yield command("check", file)
    yield command("check", mapping.file, "--fix")
    yield command("fmt", file)
    yield command("fmt", "--diff", file)
    yield command("fmt", "-", given=file)
    yield command("migrate", "--diff", file)
    yield command("migrate", "--check", mapping.folder)
    yield command("diff", SHIPPED, mapping.file)
    yield command("diff", mapping.file, SHIPPED, "--json")
    yield command("doc", mapping.file, "--to", base / f"{mapping.folder.name}.md")
    yield command("test", mapping.file, "--only", "noted", "--coverage")
    yield command("test", file, "--only", "a")
    yield command("dry-run", mapping.file, "--event", mapping.event)
    yield command("plan", mapping.file, "--event", mapping.event, "--against", SHIPPED)
    yield command("explain", "--mapping", mapping.file, "--event", mapping.event)


def _uses_of_event(file: Path, mapping: Mapping) -> Iterator[Use]:
    yield command("dry-run", mapping.file, "--event", file)
    yield command("dry-run", mapping.file, "--event", file, "--json")
    yield command("plan", mapping.file, "--event", file)
    yield command("plan", mapping.file, "--event", mapping.event, "--event", file, "--json")
    yield command("explain", "--mapping", mapping.file, "--event", file)
    yield command("test", mapping.file, "--only", "noted")


def _uses_of_answer(mapping: Mapping) -> Iterator[Use]:
    answers = mapping.folder / "fixtures" / "answers"
    for name in ("dry-run", "plan"):
        yield command(name, mapping.file, "--event", mapping.event, "--answers", answers)
    yield command("test", mapping.file, "--only", "noted")


def _uses_of_deployment(file: Path, mapping: Mapping) -> tuple[Use, ...]:
    """Those that look only: no platform is asked."""
    return (
        command("status", "--deployment", file),
        command("holds", "list", "--deployment", file),
        command("plan", mapping.file, "--deployment", file),
    )


def _uses_of_schema(mapping: Mapping, schemas: Path) -> tuple[Use, ...]:
    def check() -> None:
        with suppress(SchemaInvalid):
            check_source(Source.read(mapping.file), schemas)

    return (Use(f"check {mapping.file.name} with these schemas", check),)
