"""The shipped files in a folder of their own, and what people do with each of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from retoure import SchemaInvalid, Source, check_source
from retoure_cli.main import group

ROOT = Path(__file__).resolve().parents[2]
BUG = 70


class Traceback(Exception):
    """The command line came upon a mistake of its own."""


@dataclass(frozen=True)
class Mapping:
    """A shipped mapping in the copied folder."""

    folder: Path
    file: Path
    event: Path


@dataclass(frozen=True)
class Use:
    """Something people do with a file: how it is called, and how it is done. Raises when it ends in a traceback."""

    name: str
    do: Callable[[], None]


@dataclass(frozen=True)
class Target:
    """A file that may be damaged, and its uses."""

    file: Path
    uses: tuple[Use, ...]


def copied(to: Path) -> list[Target]:
    """Copies the shipped files into a folder: all that can be damaged, in the same order everywhere."""
    for name in ("mappings", "schemas"):
        shutil.copytree(ROOT / name, to / name)
    deployment = to / "mappings" / "retoure.yaml"
    shutil.copy(ROOT / "tests/fuzz/retoure.yaml", deployment)
    found = [_mapping(folder) for folder in sorted((to / "mappings").iterdir()) if folder.is_dir()]
    return [
        *(Target(file, _uses(file, mapping, to)) for mapping in found for file in _files(mapping.folder)),
        Target(deployment, _uses_of_deployment(deployment, found[-1])),
        *(Target(file, _uses_of_schema(found[-1], to / "schemas")) for file in _files(to / "schemas")),
    ]


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _mapping(folder: Path) -> Mapping:
    files = (file for file in sorted(folder.glob("*.rmap")) if "\nmapping " in f"\n{file.read_text('utf-8')}")
    return Mapping(folder, next(files), next(iter(sorted(folder.glob("fixtures/*.json")))))


def _uses(file: Path, mapping: Mapping, base: Path) -> tuple[Use, ...]:
    if file.suffix != ".json":
        return tuple(_uses_of_text(file, mapping, base))
    if "answers" in file.parts:
        return tuple(_uses_of_answer(mapping))
    return tuple(_uses_of_event(file, mapping))


def _uses_of_text(file: Path, mapping: Mapping, base: Path) -> Iterator[Use]:
    """A mapping, or what it imports: its tables, other files."""
    name, shipped = mapping.folder.name, str(ROOT / "mappings" / mapping.folder.name)
    for form in ("text", "json", "sarif", "github"):
        yield _command("check", mapping.file, "--format", form, "--show-silenced")
    yield _command("check", mapping.file, "--fix")
    yield _command("fmt", file)
    yield _command("fmt", "--diff", file)
    yield _command("diff", shipped, mapping.file)
    yield _command("diff", mapping.file, shipped, "--json")
    yield _command("doc", mapping.file, "--to", base / f"{name}.md")
    yield _command("test", mapping.file, "--coverage")
    yield _command("dry-run", mapping.file, "--event", mapping.event)
    yield _command("plan", mapping.file, "--event", mapping.event, "--against", shipped)


def _uses_of_event(file: Path, mapping: Mapping) -> Iterator[Use]:
    yield _command("dry-run", mapping.file, "--event", file)
    yield _command("dry-run", mapping.file, "--event", file, "--json")
    yield _command("plan", mapping.file, "--event", file)
    yield _command("plan", mapping.file, "--event", mapping.event, "--event", file, "--json")
    yield _command("explain", "--mapping", mapping.file, "--event", file)
    yield _command("test", mapping.file)


def _uses_of_answer(mapping: Mapping) -> Iterator[Use]:
    answers = mapping.folder / "fixtures" / "answers"
    for name in ("dry-run", "plan"):
        yield _command(name, mapping.file, "--event", mapping.event.parent, "--answers", answers)
    yield _command("test", mapping.file)


def _uses_of_deployment(file: Path, mapping: Mapping) -> tuple[Use, ...]:
    """Those that look only: no platform is asked."""
    return (
        _command("status", "--deployment", file),
        _command("holds", "list", "--deployment", file),
        _command("plan", mapping.file, "--deployment", file),
    )


def _uses_of_schema(mapping: Mapping, schemas: Path) -> tuple[Use, ...]:
    def check() -> None:
        with suppress(SchemaInvalid):
            check_source(Source.read(mapping.file), schemas)

    return (Use(f"check {mapping.file.name} with these schemas", check),)


def _command(*words: str | Path) -> Use:
    arguments = [str(word) for word in words]

    def run() -> None:
        done = CliRunner().invoke(group, ["--traceback", *arguments])
        if done.exit_code == BUG or not isinstance(done.exception, SystemExit | None):
            raise Traceback(done.stderr) from done.exception

    return Use(f"retoure {' '.join(arguments)}", run)
