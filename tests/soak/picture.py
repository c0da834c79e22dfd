"""The curves of a day as a picture (SVG): how busy it was, the memory, what an event cost."""

from __future__ import annotations

from collections.abc import Sequence

import drawsvg

from .day import Day

WIDTH, HEIGHT, LEFT = 640, 90, 170


def draw(lived: Day) -> str:
    """One curve below the other, each from nothing to its highest value."""
    curves = {
        "events an hour": [float(hour.events) for hour in lived.hours],
        "memory, MB": [hour.memory for hour in lived.hours],
        "processor, ms an event": [hour.cost for hour in lived.hours],
    }
    picture = drawsvg.Drawing(WIDTH, HEIGHT * len(curves), id_prefix="day")
    for row, (name, values) in enumerate(curves.items()):
        _curve(picture, name, values, row * HEIGHT)
    svg: str = picture.as_svg()
    return svg


def _curve(picture: drawsvg.Drawing, name: str, values: Sequence[float], top: int) -> None:
    most, base = max(values), top + HEIGHT - 15
    across = (WIDTH - LEFT - 10) / max(len(values) - 1, 1)
    spots = [
        spot for n, value in enumerate(values) for spot in (LEFT + n * across, base - value / most * (HEIGHT - 25))
    ]
    picture.append(drawsvg.Line(LEFT, base, WIDTH - 10, base, stroke="#bbb"))
    picture.append(drawsvg.Lines(*spots, fill="none", stroke="#246", stroke_width=2))
    picture.append(drawsvg.Text(name, 12, 8, base - 24, font_family="sans-serif", fill="#222"))
    picture.append(drawsvg.Text(f"up to {most:,.1f}", 11, 8, base - 8, font_family="sans-serif", fill="#666"))
