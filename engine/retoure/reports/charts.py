"""Charts as SVG, drawn by drawsvg: horizontal bars with their names to the left and their values at their ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .report import Chart

if TYPE_CHECKING:
    import drawsvg

WIDTH: Final = 840
ROW: Final = 26
NAMES: Final = 380
VALUES: Final = 90
BAR, INK = "#2f6f9f", "#1f2933"


def svg(chart: Chart) -> str:
    """The picture. Bars of negative numbers are drawn by their length, in another colour."""
    import drawsvg

    picture = drawsvg.Drawing(WIDTH, len(chart.bars) * ROW + 6, id_prefix="chart")
    most = max((abs(value) for _, value in chart.bars), default=0.0) or 1.0
    for index, (name, value) in enumerate(chart.bars):
        _draw(picture, index * ROW + 4, name, value, most)
    return str(picture.as_svg(header=""))


def _draw(picture: drawsvg.Drawing, top: float, name: str, value: float, most: float) -> None:
    import drawsvg

    length = abs(value) / most * (WIDTH - NAMES - VALUES)
    middle = top + ROW / 2 - 2
    picture.append(_text(_short(name), NAMES - 10, middle, "end"))
    picture.append(drawsvg.Rectangle(NAMES, top, length, ROW - 8, fill=BAR if value >= 0 else "#a35b00"))
    picture.append(_text(f"{value:,.2f}".removesuffix(".00"), NAMES + length + 8, middle, "start"))


def _text(words: str, x: float, y: float, anchor: str) -> drawsvg.DrawingElement:
    import drawsvg

    return drawsvg.Text(
        words, 13, x, y, text_anchor=anchor, dominant_baseline="middle", fill=INK, font_family="system-ui, sans-serif"
    )


def _short(name: str) -> str:
    return name if len(name) <= 46 else f"{name[:45]}…"
