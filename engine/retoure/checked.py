"""From text to a checked file: its blocks with their types, and everything there is to say about them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .beside import own_schemas
from .check import Facts, check, gather, in_order
from .check.allowed import allowed
from .checked_before import Lately, Read
from .diagnostics import Finding, Severity, Silenced, error
from .language import nodes as n
from .loading import Reader, load
from .source import Source
from .types.documents import DOCUMENTS
from .types.load import load_system
from .types.manifest import Manifest
from .types.problem import SchemaInvalid

_ELSEWHERE = frozenset({"unknown-schema", "import-unreadable", "tests-for"})
"""Findings that depend on files which are not there: they are looked for again each time."""


@dataclass(frozen=True)
class Checked:
    """A file with everything there is to say about it; `silenced` is what the file allows with a written reason."""

    facts: Facts
    findings: tuple[Finding, ...]
    silenced: tuple[Silenced, ...] = ()

    @property
    def identity(self) -> str:
        """Name, version and a hash of the text: which mapping this is, exactly. Empty without a mapping block.

        The text is that of all its files but those of its tests: new tests make no new version.
        """
        return identity_of(self.facts.mapping, self.facts.module) if self.facts.mapping else ""

    @property
    def source(self) -> Source:
        """The text the findings' places are in: the file with everything it imports."""
        return self.facts.module.source

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


def check_source(
    source: Source,
    schemas: Path | None = None,
    read: Reader = Source.read,
    tests: Sequence[Source] = (),
    *,
    given: Mapping[str, Manifest] | None = None,
) -> Checked:
    """Reads and checks a file. Never raises for a mistake of the author; a damaged schema raises SchemaInvalid.

    `read` gives the files it imports, `tests` are its files of tests, `given` systems by version (`invoice/rows-v1`)
    that are not to be looked up. A file of tests is checked with its mapping.
    """
    if given or read != Source.read:
        return check_anew(source, schemas, read, tests, given=given)
    asked = (source, schemas, tuple(tests))
    return _CHECKED.get(asked, lambda: _checked_and_read(source, schemas, tests))[0]


def check_anew(
    source: Source,
    schemas: Path | None = None,
    read: Reader = Source.read,
    tests: Sequence[Source] = (),
    *,
    given: Mapping[str, Manifest] | None = None,
) -> Checked:
    """What `check_source` gives, even if the same texts have been checked before."""
    loaded = load(source, read, tests)
    known, own = {**DOCUMENTS, **(given or {})}, own_schemas(Path(loaded.module.source.name))
    manifests, findings = _manifests(
        loaded.module, lambda version: known.get(version) or load_system(version, schemas, own=own)
    )
    facts = gather(loaded.module, manifests)
    left, silenced = allowed(loaded.module, (*loaded.findings, *(findings or check(facts))))
    return Checked(facts, in_order(left), silenced)


def _checked_and_read(source: Source, schemas: Path | None, tests: Sequence[Source]) -> tuple[Checked, Read | None]:
    """What checking found, and all it has read; None for that when it depends on more."""
    files: dict[Path, Source] = {}

    def reading(path: Path) -> Source:
        found = files[path] = Source.read(path)
        return found

    checked = check_anew(source, schemas, reading, tests)
    systems = {known.version: known for known in checked.facts.manifests.values() if known.version not in DOCUMENTS}
    read = Read(files, systems, schemas, own_schemas(Path(checked.source.name)))
    return checked, read if depends_on_texts(checked, [source, *tests]) else None


def depends_on_texts(checked: Checked, given: Sequence[Source]) -> bool:
    """Whether what was found depends on nothing but the texts that were read: not on files that are not there."""
    used = {part.name for part in checked.source.parts} | {checked.source.name}
    found = {finding.code for finding in (*checked.findings, *(item.finding for item in checked.silenced))}
    return not found & _ELSEWHERE and all(file.name in used for file in given)


def _manifests(module: n.Module, find: Callable[[str], Manifest]) -> tuple[dict[str, Manifest], tuple[Finding, ...]]:
    found: dict[str, Manifest] = {}
    findings: list[Finding] = []
    for node in (node for head in module.of(n.MappingNode) for node in head.systems):
        try:
            manifest = find(node.schema)
        except SchemaInvalid as problem:
            findings.append(error("unknown-schema", str(problem), node.span))
            continue
        if manifest.system != node.name.text:
            message = f"`{node.schema}` describes `{manifest.system}`, not `{node.name}`"
            findings.append(error("unknown-schema", message, node.span))
        known = found.setdefault(node.name.text, manifest)
        if known.version != manifest.version:
            message = f"`{node.name}` is used in two versions, `{known.version}` and `{manifest.version}`"
            findings.append(error("unknown-schema", message, node.span))
    return found, tuple(findings)


def identity_of(head: n.MappingNode, module: n.Module) -> str:
    """Name, version and a hash of the text of all files but those of tests."""
    return f"{head.name} {head.version} {hashlib.sha256(module.without_tests().encode()).hexdigest()[:8]}"


_CHECKED: Lately[tuple[Checked, Read | None]] = Lately(lambda known: known[1] is not None and known[1].is_same())
