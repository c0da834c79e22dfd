"""Every code has an example: `before` raises it alone, `after` raises nothing.

A piece that begins with a block stands for the blocks of `tests/golden/base.rmap`; any other piece stands for its own
`after`, which stands there once. `tests/golden/examples/CODE.rmap` has blocks that an example needs around it, and
`# alone` when it is a whole file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from retoure import Finding, Source, check_source
from retoure.diagnostics.codes import CODES
from retoure.diagnostics.examples import Example, examples
from retoure.mending import mend
from retoure.source import SourceUnreadable

from ...golden.base import whole

AROUND = Path(__file__).resolve().parents[2] / "golden/examples"
BLOCK = re.compile(
    r"(?:mapping|library|import|track|table|template|map|gate|rule|policy|queue|alert|watch|audit|answer|test)\b[^=]*\{|import"
)
MAIN = "returns.rmap"
BESIDE = {"shared.rmap": 'library shared {\n  language 1\n  version "1"\n  owner "returns"\n}\n'}
"""Files that the examples import."""


SAFE = {
    *("allow-refused", "allow-unused", "redundant-default", "redundant-on-error", "row-unreachable"),
    *("unknown-alert", "unknown-answer", "unknown-audit", "unknown-team"),
}
"""Codes whose edit changes nothing that a mapping does."""


def found(code: str, example: Example, piece: str) -> tuple[Finding, ...]:
    """All that is found when a piece of an example stands in its place."""
    source, read = placed(code, example, piece)
    tests = [Source(example.file, piece)] if example.file.startswith("tests/") else []
    return check_source(source, read=read, tests=tests).findings


def placed(code: str, example: Example, piece: str) -> tuple[Source, Callable[[Path], Source]]:
    """The mapping with a piece of an example in it, and what reads the files beside it."""
    texts = {MAIN: around(code, example, piece), **BESIDE}
    if example.file:
        texts[example.file] = piece

    def read(path: Path) -> Source:
        if path.name not in texts:
            raise SourceUnreadable(f"{path.name} is not there")
        return Source(path.name, texts[path.name])

    return read(Path(MAIN)), read


def around(code: str, example: Example, piece: str) -> str:
    """The mapping with a piece of an example in it."""
    file = AROUND / f"{code}.rmap"
    own = file.read_text(encoding="utf-8") if file.exists() else ""
    if own.startswith("# alone"):
        return piece
    if example.file:
        return whole(own)
    return whole(f"{piece}\n{own}") if BLOCK.match(piece) else _exchanged(whole(own), example.after, piece)


def _exchanged(text: str, old: str, new: str) -> str:
    """The text with some lines exchanged. How far they are indented is no matter."""
    lines, wanted = text.splitlines(), [_words(line) for line in old.splitlines()]
    starts = range(len(lines) - len(wanted) + 1)
    places = [at for at in starts if [_words(line) for line in lines[at : at + len(wanted)]] == wanted]
    assert len(places) == 1, f"stands {len(places)} times in the mapping: {old}"
    return "\n".join((*lines[: places[0]], new, *lines[places[0] + len(wanted) :]))


def _words(line: str) -> str:
    return " ".join(line.split())


def test_every_code_has_an_example() -> None:
    assert examples().keys() == CODES.keys()


@pytest.mark.parametrize("code", CODES)
def test_before_raises_the_code_alone(code: str) -> None:
    example = examples()[code]
    assert [finding.code for finding in found(code, example, example.before)] == [code]


@pytest.mark.parametrize("code", CODES)
def test_after_raises_nothing(code: str) -> None:
    example = examples()[code]
    assert found(code, example, example.after) == ()


@pytest.mark.parametrize("code", CODES)
def test_the_finding_says_what_and_what_to_do(code: str) -> None:
    example = examples()[code]
    (finding,) = found(code, example, example.before)
    assert finding.message
    assert not finding.message.endswith(".")
    assert finding.help or (code == "syntax" and finding.at.text)


def test_safe_edits_mend_their_examples() -> None:
    """What `retoure check --fix` does."""
    safe, left = set(), {}
    for code, example in examples().items():
        if any(finding.fix is not None and finding.fix.safe for finding in found(code, example, example.before)):
            source, read = placed(code, example, example.before)
            safe.add(code)
            left[code] = mend(source, read=read).checked.findings
    assert safe == SAFE
    assert [code for code, findings in left.items() if findings] == []
