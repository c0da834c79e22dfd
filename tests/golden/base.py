"""Puts a piece of a mapping into the small mapping of `base.rmap`, so that a case holds only what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from retoure.language.blocks import block_spans

BASE = Path(__file__).with_name("base.rmap")
HEAD = re.compile(r'^(?:(?P<only>mapping|track)|(?P<kind>\w+)[ \t]+(?P<name>\w+|"[^"\n]*"))', re.MULTILINE)


def _head(block: str) -> str:
    """`rule refund`; `mapping` and `track` stand alone, for a file has one of each."""
    found = HEAD.search(block)
    return (found["only"] or f"{found['kind']} {found['name']}") if found else ""


def _blocks(text: str) -> Iterator[str]:
    for span in block_spans(text):
        yield text[span.start : span.end]


def whole(case: str) -> str:
    """The case, and the blocks of the base that it neither changes nor leaves out."""
    first = case.partition("\n")[0]
    if first == "# alone":
        return case
    heads = {_head(block) for block in _blocks(case)}
    heads |= set(first.removeprefix("# without ").split(", ")) if first.startswith("# without ") else set()
    kept = (block for block in _blocks(BASE.read_text(encoding="utf-8")) if _head(block) not in heads)
    return case + "\n" + "".join(kept)
