"""Makes the safe edits that findings carry, one pass after another, until none is left. Nothing is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from .compile import Checked, check_source
from .diagnostics import Finding, Severity
from .diagnostics.fixing import Fixed, fixed, safe
from .loading import Reader
from .source import Place, Source

MOST_PASSES = 100


@dataclass(frozen=True)
class Mended:
    """What a file and its imports read after all safe edits: new texts by file name, what was done, what is left."""

    checked: Checked
    texts: Mapping[str, str] = field(default_factory=dict)
    done: tuple[tuple[Place, Finding], ...] = ()


def mend(source: Source, schemas: Path | None = None, read: Reader = Source.read) -> Mended:
    """Makes every safe edit that leaves no new error and takes its finding away. Pure but for reading imports."""
    state = Mended(check_source(source, schemas, read))
    for _ in range(MOST_PASSES):
        wanted = safe(state.checked.findings)
        following = _tried(state, wanted, schemas, read) or _one_by_one(state, wanted, schemas, read)
        if following is None:
            break
        state = following
    return state


def _one_by_one(state: Mended, wanted: Iterable[Finding], schemas: Path | None, read: Reader) -> Mended | None:
    """The first of the edits that goes well alone."""
    tries = (_tried(state, (finding,), schemas, read) for finding in wanted)
    return next((found for found in tries if found is not None), None)


def _tried(state: Mended, wanted: tuple[Finding, ...], schemas: Path | None, read: Reader) -> Mended | None:
    """The state after edits; None when there are none, or when they do not go well."""
    made = fixed(state.checked.source, wanted)
    if not made.findings:
        return None
    texts = {**state.texts, **made.texts}
    checked = check_source(_own(state, texts), schemas, _over(texts, read))
    if not _better(state.checked, checked, made):
        return None
    places = ((state.checked.source.place(finding.at.span), finding) for finding in made.findings)
    return replace(state, checked=checked, texts=texts, done=(*state.done, *places))


def _own(state: Mended, texts: Mapping[str, str]) -> Source:
    source = state.checked.source
    own = source.part_span(source.name)
    return Source(source.name, texts.get(source.name, source.text[own.start : own.end]))


def _over(texts: Mapping[str, str], read: Reader) -> Reader:
    """Reads what was edited from memory, and anything else as before."""
    return lambda path: Source(str(path), texts[str(path)]) if str(path) in texts else read(path)


def _better(before: Checked, after: Checked, made: Fixed) -> bool:
    old, new = _counted(before.findings), _counted(after.findings)
    gone = all(new[_said(finding)] < old[_said(finding)] for finding in made.findings)
    errors = (_said(finding) for finding in after.findings if finding.severity is Severity.ERROR)
    return gone and all(new[said] <= old[said] for said in errors)


def _counted(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    return Counter(map(_said, findings))


def _said(finding: Finding) -> tuple[str, str]:
    return finding.code, finding.message
