"""Mapping files and settings as they are named on the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from retoure import Source, SourceUnreadable, data_folder, files_of_tests

from .failures import WrongUse

if TYPE_CHECKING:
    from retoure import CompiledMapping, Deployment


def bundled() -> Mapping[str, Path]:
    """The mappings that come with retoure: their folders by name."""
    return {folder.name: folder for folder in sorted(data_folder("mappings").iterdir()) if any(folder.glob("*.rmap"))}


def find_mapping(path: Path) -> Path:
    """The mapping file: the path itself, the only mapping in a folder, or one that comes with retoure by name.

    What is on disk goes before what is bundled. Ends the command when there is none.
    """
    folder = _folder(path)
    if not folder.is_dir():
        return path
    files = sorted(folder.glob("*.rmap"))
    found = [file for file in files if not _is_library(file)] if len(files) > 1 else files
    if len(found) != 1:
        names = ", ".join(file.name for file in files) or "none"
        raise click.UsageError(f"{path} should hold one *.rmap file, and holds {names}: name the file")
    return found[0]


def mappings_of(path: Path) -> Iterator[Path]:
    """Every mapping and library that a word on the command line means. Ends the command when a folder holds none."""
    folder = _folder(path)
    if not folder.is_dir():
        yield path
        return
    found = sorted(folder.glob("*.rmap"))
    if not found:
        raise WrongUse(f"error: {path} holds no *.rmap file")
    yield from found


def files_of(path: Path) -> Iterator[Path]:
    """What `mappings_of` gives, and the files of tests of a folder."""
    yield from mappings_of(path)
    yield from sorted(_folder(path).glob("tests/*.rmap"))


def _folder(path: Path) -> Path:
    return path if path.exists() else bundled().get(str(path), path)


def folder_of(file: Path) -> Path:
    """The folder of a mapping file, or of the mapping that a file of tests is for."""
    return file.parent.parent if file.resolve().parent.name == "tests" else file.parent


def read_file(path: Path) -> Source:
    """The text of a file, whatever is in it. Ends the command when it cannot be read."""
    try:
        return Source.read(path)
    except SourceUnreadable as problem:
        raise WrongUse(f"error: {problem}") from problem


def _is_library(file: Path) -> bool:
    """Whether a file is there for others to import."""
    try:
        return any(line.startswith("library ") for line in Source.read(file).text.splitlines())
    except SourceUnreadable:
        return False


def read_mapping(path: Path) -> Source:
    """The text of a mapping file or folder."""
    try:
        return Source.read(find_mapping(path))
    except SourceUnreadable as problem:
        names = ", ".join(bundled())
        raise WrongUse(f"error: {problem}\nBundled mappings can be given by name: {names}") from problem


def tests_of(mapping: Source) -> tuple[Source, ...]:
    """The files of tests beside a mapping. Ends the command when one cannot be read."""
    try:
        return files_of_tests(Path(mapping.name))
    except SourceUnreadable as problem:
        raise WrongUse(f"error: {problem}") from problem


def compiled(path: Path, settings: tuple[str, ...]) -> CompiledMapping:
    """The compiled mapping, with `name=value` settings. Errors end the command with the findings, and exit code 1."""
    from retoure import compile_mapping

    return compile_mapping(read_mapping(path), dict(map(_pair, settings)))


def compiled_with_tests(path: Path, settings: tuple[str, ...]) -> CompiledMapping:
    """The compiled mapping with its files of tests, or with those of the one file of tests that is named.

    Settings without a value are left to the tests.
    """
    from retoure import compile_mapping

    source = read_mapping(path)
    return compile_mapping(source, dict(map(_pair, settings)), tests=tests_of(source), partly=True)


def compiled_for(
    path: Path, deployment: Deployment | None, settings: tuple[str, ...], *, strict: bool = True
) -> CompiledMapping:
    """The compiled mapping with the settings of a deployment, as far as it has them, and over them `name=value`.

    Unless `strict`, a `name=value` that the mapping does not have is left out: an other version may lack it.
    """
    from retoure import check_source, compile_mapping

    source, given = read_mapping(path), dict(map(_pair, settings))
    if deployment is None and strict:
        return compile_mapping(source, given)
    known = check_source(source).facts.settings
    values = {**deployment.teams, **deployment.settings} if deployment else {}
    kept = {name: value for name, value in values.items() if name in known}
    return compile_mapping(source, {**kept, **{name: v for name, v in given.items() if strict or name in known}})


def _pair(setting: str) -> tuple[str, str]:
    name, sign, value = setting.partition("=")
    if not sign:
        raise click.UsageError(f"--set {setting}: write NAME=VALUE")
    return name.strip(), value.strip()
