"""What was measured, as a page and a picture of each work."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import drawsvg as draw

WIDTH, ROW, LEFT = 760, 22, 250
LEAST = 0.001
"""Ratios below it are drawn as if they were that."""
PEER, OURS, TEXT = "#9aa5b1", "#2f6f4f", "#1f2933"

INTRO = """# Performance

What a mapping costs beside the same work written by hand in Python, and beside languages one could use instead. Written
by `{command}`: Python {python}, {cores} cores, {versions}. Figures in full: `benchmarks/results.json`.

Each peer makes the same record, which is compared before anything is timed. Peers take turns, and a ratio is to the
first row of the same round; the tables tell medians. Of times, 1.00 is as fast and 2.00 takes twice as long; they are
processor time of one thread where nothing else is said.
"""


def write(results: dict[str, Any], docs: Path) -> None:
    """docs/performance.md, and a picture of each work in docs/pictures."""
    (docs / "performance.md").write_text(page(results), encoding="utf-8")
    for old in (docs / "pictures").glob("performance*.svg"):
        old.unlink()
    for work in results["works"]:
        if "peers" in work:
            (docs / "pictures" / _file(work)).write_text(picture(work["peers"]), encoding="utf-8")


def _file(work: dict[str, Any]) -> str:
    return f"performance-{work['name'].replace(' ', '-')}.svg"


def page(results: dict[str, Any]) -> str:
    """The page in Markdown."""
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    return INTRO.format(**{**results, "versions": versions}) + "".join(map(_section, results["works"]))


def _section(work: dict[str, Any]) -> str:
    head = f"\n## ({work['name'][0]}) {work['title']}\n\n{work['about']}\n"
    if "failed" in work:
        return f"{head}\nNot measured: {work['failed']}\n"
    goal = f"Wanted: {work['goal']}.\n\n" if work["goal"] else ""
    rows = "".join(
        f"| {each['peer']} | {each['ratio']:,.2f} | {figure(each['median'], work['unit'])} |\n"
        for each in work["peers"]
    )
    rounds, shown = work["peers"][0]["rounds"], f"![{work['title']}](pictures/{_file(work)})"
    return f"{head}\n{goal}| {rounds} rounds | ratio | median |\n|---|---:|---:|\n{rows}\n{shown}\n"


def figure(median: float, unit: str) -> str:
    """A figure with its unit; milliseconds and seconds where microseconds would be many."""
    if unit != "µs":
        return f"{median:,.1f} {unit}" if median < 100 else f"{median:,.0f} {unit}"
    for size, name in ((1e6, "s"), (1e3, "ms")):
        if median >= size:
            return f"{median / size:,.2f} {name}"
    return f"{median:,.1f} µs"


def picture(peers: list[dict[str, Any]]) -> str:
    """The ratios of a work as bars on a logarithmic scale, least first."""
    drawing = draw.Drawing(WIDTH, ROW * (len(peers) + 1), font_family="sans-serif")
    shown = [{**each, "ratio": max(each["ratio"], LEAST)} for each in peers]
    for element in _bars(sorted(shown, key=lambda each: each["ratio"])):
        drawing.append(element)
    svg: str = drawing.as_svg()
    return svg


def _bars(peers: list[dict[str, Any]]) -> Iterator[Any]:
    least = min(1.0, *(each["ratio"] for each in peers)) / 1.5
    span = math.log(max(each["ratio"] for each in peers) / least)
    for place, each in enumerate(peers):
        middle = ROW * (place + 1)
        length = (WIDTH - LEFT - 60) * math.log(each["ratio"] / least) / span
        colour = OURS if each["peer"].startswith("retoure") else PEER
        yield draw.Text(each["peer"], 13, LEFT - 8, middle, text_anchor="end", dominant_baseline="middle", fill=TEXT)
        yield draw.Rectangle(LEFT, middle - 7, length, 14, fill=colour)
        yield draw.Text(f"{each['ratio']:.2f}", 12, LEFT + length + 6, middle, dominant_baseline="middle", fill=TEXT)
