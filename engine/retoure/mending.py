"""Makes the safe edits that findings carry, one pass after another, until none is left. Nothing is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from .checked import Checked, check_source
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


Check = Callable[[Mapping[str, str]], Checked]
"""What is found when some files have other texts."""


def mend(
    source: Source, schemas: Path | None = None, read: Reader = Source.read, tests: Sequence[Source] = ()
) -> Mended:
    """Makes every safe edit that leaves no new error and takes its finding away. Pure but for reading imports."""

    def check(texts: Mapping[str, str]) -> Checked:
        edited = [_edited(file, texts) for file in tests]
        return check_source(_edited(source, texts), schemas, _over(texts, read), edited)

    state = Mended(check({}))
    for _ in range(MOST_PASSES):
        wanted = safe(state.checked.findings)
        following = _tried(state, wanted, check) or _one_by_one(state, wanted, check)
        if following is None:
            break
        state = following
    return state


def _one_by_one(state: Mended, wanted: Iterable[Finding], check: Check) -> Mended | None:
    """The first of the edits that goes well alone."""
    tries = (_tried(state, (finding,), check) for finding in wanted)
    return next((found for found in tries if found is not None), None)


def _tried(state: Mended, wanted: tuple[Finding, ...], check: Check) -> Mended | None:
    """The state after edits; None when there are none, or when they do not go well."""
    made = fixed(state.checked.source, wanted)
    if not made.findings:
        return None
    texts = {**state.texts, **made.texts}
    checked = check(texts)
    if not _better(state.checked, checked, made):
        return None
    places = ((state.checked.source.place(finding.at.span), finding) for finding in made.findings)
    return replace(state, checked=checked, texts=texts, done=(*state.done, *places))


def _edited(source: Source, texts: Mapping[str, str]) -> Source:
    return Source(source.name, texts[source.name]) if source.name in texts else source


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
