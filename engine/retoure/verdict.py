"""What checking a mapping found, remembered between runs: one that has not changed is not read and checked again.

Nothing that runs relies on it: a program is always made of a mapping that was checked in the same process.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ._data import data_folder
from .beside import own_schemas
from .cache import keep, name_of, recalled, release
from .diagnostics.finding import Finding, Severity, Silenced
from .source import Part, Source, SourceUnreadable
from .types.problem import SchemaInvalid
from .types.system_files import system_files

if TYPE_CHECKING:
    from .checked import Checked

LIBRARIES: Final = ("iso4217", "jinja2", "jsonschema", "tzdata")
"""Those that have a say in what is found."""


@dataclass(frozen=True)
class Verdict:
    """What there is to say about a file; `silenced` is what it allows with a written reason.

    `source` is the text the places are in: the file with everything it imports.
    """

    source: Source
    findings: tuple[Finding, ...]
    silenced: tuple[Silenced, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


def verdict_on(source: Source, tests: Sequence[Source] = ()) -> Verdict:
    """What checking finds in a mapping file with its files of tests, or in a file of tests."""
    name = name_of([_engine(), *(file.name for file in (source, *tests))])
    with suppress(SourceUnreadable, SchemaInvalid, ValueError):
        found = _standing(recalled("verdict", name), [source, *tests])
        if found is not None:
            return found
    return _found(name, source, tests)


@dataclass(frozen=True)
class _Entry:
    """A verdict as it is kept, with a hash of every text it depends on: files by name, systems by version.

    `files` are those the mapping names. `main` and `parts` say how the text of the verdict was put together.
    """

    given: dict[str, str]
    files: dict[str, str]
    systems: dict[str, str]
    main: str
    parts: tuple[Part, ...]
    findings: tuple[Finding, ...]
    silenced: tuple[Silenced, ...]


def _standing(data: Any, given: Sequence[Source]) -> Verdict | None:
    """The verdict of an entry if every text is as it was. Raises ValueError for an entry that cannot be used.

    Raises SourceUnreadable or SchemaInvalid when a file is not there any more.
    """
    from msgspec import convert

    if data is None:
        return None
    entry = convert(data, _Entry)
    if entry.given != _digests(given):
        return None
    texts = [*given, *(Source.read(Path(name)) for name in entry.files)]
    if entry.files != _digests(texts[len(given) :]) or entry.systems != _systems(entry.systems, entry.main):
        return None
    source = _joined({text.name: text for text in texts}, entry)
    return Verdict(source, entry.findings, entry.silenced)


def _joined(texts: Mapping[str, Source], entry: _Entry) -> Source:
    """The text the places are in."""
    if not {entry.main, *(part.name for part in entry.parts)} <= texts.keys():
        raise ValueError("the entry names a text that it does not depend on")
    source = texts[entry.main]
    for part in entry.parts:
        source, _ = source.joined(texts[part.name])
    if source.parts != entry.parts:
        raise ValueError("the entry was put together in another way")
    return source


def _found(name: str, source: Source, tests: Sequence[Source]) -> Verdict:
    """The verdict, made now, and kept if it depends on nothing but what was read."""
    from .checked import check_anew

    read: dict[str, Source] = {}

    def reading(path: Path) -> Source:
        found = read[str(path)] = Source.read(path)
        return found

    checked = check_anew(source, read=reading, tests=tests)
    with suppress(SchemaInvalid):
        _keep(name, checked, [source, *tests], read.values())
    return Verdict(checked.source, checked.findings, checked.silenced)


def _keep(name: str, checked: Checked, given: Sequence[Source], read: Iterable[Source]) -> None:
    from msgspec import to_builtins

    from .checked import depends_on_texts

    systems = _unchanged(checked)
    if systems is None or not depends_on_texts(checked, given):
        return
    put_together = (checked.source.name, checked.source.parts)
    entry = _Entry(_digests(given), _digests(read), systems, *put_together, checked.findings, checked.silenced)
    keep("verdict", name, to_builtins(entry))


def _unchanged(checked: Checked) -> dict[str, str] | None:
    """The hashes of the systems; None when one is not what was checked any more."""
    from .types.documents import DOCUMENTS
    from .types.load import load_system

    own = own_schemas(Path(checked.source.name))
    loaded = [manifest for manifest in checked.facts.manifests.values() if manifest.version not in DOCUMENTS]
    found = _systems((manifest.version for manifest in loaded), checked.source.name)
    same = all(load_system(manifest.version, own=own) is manifest for manifest in loaded)
    return found if same else None


def _systems(versions: Iterable[str], main: str) -> dict[str, str]:
    """A hash of the files of each system. Raises SchemaInvalid."""
    own = own_schemas(Path(main))
    return {version: system_files(version, own=own).digest for version in versions}


def _digests(texts: Iterable[Source]) -> dict[str, str]:
    return {text.name: hashlib.sha256(text.text.encode("utf-8", "surrogatepass")).hexdigest() for text in texts}


@cache
def _engine() -> str:
    """A mark of the engine that checks: of its own files by size and time, and of the libraries by version."""
    versions = [release(library) for library in LIBRARIES]
    files = [*_python(Path(__file__).parent), str(data_folder("grammar") / "tables.json")]
    marks = [f"{found.st_size} {found.st_mtime_ns} {file}" for file in files for found in (os.stat(file),)]
    return name_of([*versions, *marks])


def _python(folder: str | Path) -> Iterator[str]:
    """Every module below a folder, in the order of their names."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _python(entry.path)
        elif entry.name.endswith(".py"):
            yield entry.path
