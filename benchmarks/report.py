"""What was measured, as a page and a picture."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import drawsvg as draw

WIDTH, ROW, LEFT = 760, 22, 250
PEER, OURS, TEXT = "#9aa5b1", "#2f6f4f", "#1f2933"

INTRO = """# Performance

What a mapping costs beside the same work written by hand in Python, and beside languages one could use instead. Written
by `{command}`: Python {python}, {cores} cores, {versions}. Figures in full: `benchmarks/results.json`.

Each peer makes the same record, which is compared before anything is timed. Peers take turns, and a ratio is to the
hand-written Python of the same turn; the tables tell medians. 1.00 is as fast, 2.00 takes twice as long. Times are
processor time of one thread.

![25 fields, dict to dict](pictures/performance.svg)
"""
NOTES = {
    "a": "`retoure` runs the map as a generated function (decision 0040), `retoure, interpreted` is the reference it"
    " falls back to, which also notes where each value comes from. `every value checked` lifts the input through its"
    " JSON Schema first, and lowers the output through its own. zen-engine calculates in binary floats.",
    "b": "The same map with many lines in the order.",
    "c": "A decision tells of every rule why it did nothing, reads and stores nothing. By hand, a dictionary finds the"
    " rules of the shop, and nothing is told of the others. A condition that does not hold is asked again by the"
    " interpreter, which says what it looked at: that is what a decision costs here, a function cannot save it.",
    "e": "From text to a program that decides, in a process that has read a mapping before. Ratios: to the first row.",
}


def page(results: dict[str, Any]) -> str:
    """The page in Markdown."""
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    return INTRO.format(**{**results, "versions": versions}) + "".join(map(_section, results["works"]))


def _section(work: dict[str, Any]) -> str:
    rows = "".join(
        f"| {each['peer']} | {each['ratio']:.2f} | {_time(each['microseconds'])} |\n" for each in work["peers"]
    )
    note = NOTES.get(work["name"][0], "")
    return f"\n## {work['title']}\n\n{note}\n\n| | ratio | time |\n|---|---:|---:|\n{rows}"


def _row(peer: dict[str, Any]) -> str:
    return f"| {peer['peer']} | {peer['ratio']:,.2f} | {_time(peer['microseconds'])} |\n"


def _time(microseconds: float) -> str:
    return f"{microseconds:,.1f} µs" if microseconds < 1000 else f"{microseconds / 1000:,.2f} ms"


def picture(results: dict[str, Any]) -> str:
    """The first work as bars on a logarithmic scale."""
    peers = results["works"][0]["peers"]
    drawing = draw.Drawing(WIDTH, ROW * (len(peers) + 1), font_family="sans-serif")
    for element in _bars(sorted(peers, key=lambda each: each["ratio"])):
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
