"""Mapping versions as a database keeps them: from a program to its texts and settings, and back."""

from __future__ import annotations

from pathlib import Path

from .compile import CompiledMapping, bind, check_source
from .delivery.store.port import Store, Version
from .deployment.model import Deployment
from .diagnostics import CompileFailed
from .embed import compile_for
from .source import Source, SourceUnreadable


class VersionUnusable(Exception):
    """A version that is kept cannot be run by this release; the text says which one, and what to do."""


def version_of(program: CompiledMapping) -> Version:
    """The texts of all its files by name, and the value of each setting."""
    source = program.source
    names = (source.name, *(part.name for part in source.parts))
    files = {name: source.text[span.start : span.end] for name in names for span in (source.part_span(name),)}
    return Version(program.identity, source.name, files, program.settings)


def program_of(version: Version) -> CompiledMapping:
    """The program again. Raises CompileFailed, SettingsInvalid, or VersionUnusable when it is not the same any more."""

    def read(path: Path) -> Source:
        text = version.files.get(str(path))
        if text is None:
            raise SourceUnreadable(f"{path} is not among the files that are kept of {version.identity}")
        return Source(str(path), text)

    source = Source(version.main, version.files[version.main])
    checked = check_source(source, read=read)
    if checked.errors:
        raise CompileFailed(checked.source, checked.findings)
    program = CompiledMapping(checked.facts, bind(checked.facts, version.settings))
    if program.identity != version.identity:
        raise VersionUnusable(f"what is kept as {version.identity} is {program.identity}: deploy the mapping again")
    return program


def mapping_for(deployment: Deployment, store: Store, subject: str = "") -> CompiledMapping:
    """The version that decides a return, or one nothing was heard of yet: as the database keeps it, else the file's.

    Raises what `compile_for` raises, and VersionUnusable.
    """
    identity = store.decider(subject) if subject else store.in_force()
    if not identity:
        return compile_for(deployment)
    try:
        return program_of(store.version(identity))
    except CompileFailed as problem:
        raise VersionUnusable(f"{identity} does not compile with this release: {problem}") from problem
