"""After a syntax error the other blocks are still read."""

from __future__ import annotations

import pytest

from retoure.language import nodes as n
from retoure.language import parse
from retoure.language.blocks import block_kind, block_spans
from retoure.source import Source

QUEUE = "queue failed { keep 90d replay by hand }\n"
ALERT = "alert oncall { when 1 queued }\n"


def _read(text: str) -> tuple[list[str], tuple[str, ...], int]:
    parsed = parse(Source("x.rmap", text))
    names = [block.name.text for block in parsed.module.blocks if isinstance(block, n.QueueNode | n.AlertNode)]
    return names, parsed.module.damaged, len(parsed.findings)


@pytest.mark.parametrize(
    ("damaged", "kind"),
    [
        ("queue other { kep 90d }\n", "queue"),
        ("rule early {\n  when return becomes\n}\n", "rule"),
        ("gate open(return : reveni.Return) {\n", "gate"),
        ("ruel early {\n  skip\n}\n", ""),
        ("policy p {\n  on TIMEOUT &&\nqueue failed\n}\n", "policy"),
        ('rule early { skip "a \\% b" }\n', "rule"),
    ],
)
def test_a_damaged_block_leaves_the_others(damaged: str, kind: str) -> None:
    assert _read(QUEUE + damaged + ALERT) == (["failed", "oncall"], (kind,), 1)


@pytest.mark.parametrize("line", ['import "shared.rmap"\n', 'tests for "../x.rmap"\n\n# about\n'])
def test_a_misspelt_block_does_not_belong_to_the_line_before_it(line: str) -> None:
    assert _read(QUEUE + line + "trak early : a.B {\n}\n" + ALERT) == (["failed", "oncall"], ("",), 1)


def test_each_damaged_block_has_its_finding() -> None:
    assert _read("queue a { kep 1d }\n" + ALERT + "queue b { kep 1d }\n") == (["oncall"], ("queue", "queue"), 2)


def test_a_whole_file_has_no_damage() -> None:
    assert _read(QUEUE + ALERT) == (["failed", "oncall"], (), 0)


def test_pieces_cover_the_text() -> None:
    text = "# about\n" + QUEUE + "\n" + ALERT + "nonsense"
    assert "".join(text[span.start : span.end] for span in block_spans(text)) == text


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "nonsense"])
def test_a_text_without_blocks_has_no_kind(text: str) -> None:
    assert [block_kind(text, span) for span in block_spans(text)] == [""]
