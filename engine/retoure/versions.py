"""Mapping versions as a database keeps them: from a program to its texts and settings, and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from .checked import check_source
from .compile import CompiledMapping, bind, must_run
from .delivery.store.port import Activation, Scope, Store, Version
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
            what = f"{path} is not among the files that are kept of {version.identity}"
            raise SourceUnreadable(what, "deploy the mapping again")
        return Source(str(path), text)

    source = Source(version.main, version.files[version.main])
    checked = check_source(source, read=read)
    must_run(checked)
    program = CompiledMapping(checked.facts, bind(checked.facts, version.settings))
    if program.identity != version.identity:
        raise VersionUnusable(f"what is kept as {version.identity} is {program.identity}: deploy the mapping again")
    return program


def put_in_force(
    store: Store, program: CompiledMapping, scope: Scope, at: datetime, *, who: str, since: int = 0,
    again: Sequence[str] = (),
) -> Activation:  # fmt: skip
    """Keeps a version and activates it: for everything, for new returns, or from event `since` on.

    The returns in `again` are decided again. Workers notice by themselves, at their next decision.
    """
    store.keep_version(version_of(program), at)
    return store.activate(program.identity, scope, at, who=who, since=since, again=again)
