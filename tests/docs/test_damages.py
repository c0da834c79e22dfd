"""The table of damage in docs/drills.md is that of the drill."""

from __future__ import annotations

from pathlib import Path

from retoure_cli.drill.damages import DAMAGES, SILENCE, Damage

PAGE = Path(__file__).parents[2] / "docs" / "drills.md"


def row(damage: Damage) -> str:
    """Class, with those it may show besides in brackets, and what has become of it in the end."""
    also = f" ({', '.join(sorted(damage.also))})" if damage.also else ""
    return f"| {damage.name} | {damage.case.value} | {damage.kind}{also} | {damage.end} |"


def test_each_kind_of_damage_stands_in_the_table() -> None:
    wanted = [row(damage) for damage in (SILENCE, *DAMAGES)]
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = lines.index("| damage | done to | class | then |") + 2
    assert lines[start : start + len(wanted) + 1] == [*wanted, ""]
