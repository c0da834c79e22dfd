"""The stages of a track and the moves between them as a picture (SVG). networkx ranks the stages, drawsvg draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .document import Document, Move, Stage

if TYPE_CHECKING:
    import drawsvg

WIDTH: Final = 640
LEVEL: Final = 96
BOX: Final = (216, 52)
INK, PALE, BACK, APPROVED = "#1f2933", "#f5f7fa", "#a35b00", "#0b6b3a"


@dataclass(frozen=True)
class _Spot:
    """Where a stage stands: the middle of its box, and its level from the top."""

    x: float
    y: float
    level: int


def stages_svg(found: Document) -> str:
    """The picture as SVG text. Moves back are dashed; those that pass stages by are left to the table."""
    import drawsvg

    spots = _spots(found.stages, found.moves)
    levels = 1 + max((spot.level for spot in spots.values()), default=0)
    picture = drawsvg.Drawing(WIDTH, levels * LEVEL + 8, id_prefix="stages")
    heads = {colour: _head(colour) for colour in (INK, BACK)}
    for move in found.moves:
        if not move.via:
            _draw_move(picture, spots[move.origin], spots[move.target], heads)
    for stage in found.stages:
        _draw_stage(picture, stage, spots[stage.name])
    return str(picture.as_svg(header=""))


def _spots(stages: Sequence[Stage], moves: Sequence[Move]) -> dict[str, _Spot]:
    """A stage stands below all from which a move leads on to it, in the order the mapping tells them."""
    import networkx

    order = {stage.name: index for index, stage in enumerate(stages)}
    forward: networkx.DiGraph[str] = networkx.DiGraph()
    forward.add_nodes_from(order)
    forward.add_edges_from(
        (move.origin, move.target) for move in moves if not move.via and order[move.origin] < order[move.target]
    )
    spots = {}
    for level, names in enumerate(networkx.topological_generations(forward)):
        row = sorted(names, key=order.__getitem__)
        for index, name in enumerate(row):
            x = WIDTH / 2 + (index - (len(row) - 1) / 2) * (BOX[0] + 30)
            spots[name] = _Spot(x, level * LEVEL + BOX[1] / 2 + 4, level)
    return spots


def _draw_stage(picture: drawsvg.Drawing, stage: Stage, spot: _Spot) -> None:
    import drawsvg

    width, height = BOX
    edge = APPROVED if stage.approved else INK
    picture.append(
        drawsvg.Rectangle(spot.x - width / 2, spot.y - height / 2, width, height, rx=8, fill=PALE, stroke=edge)
    )
    picture.append(_text(stage.name, 16, spot.x, spot.y - 8, edge, "bold"))
    picture.append(_text(_short(", ".join(stage.statuses)), 10, spot.x, spot.y + 13, INK, "normal"))


def _text(words: str, size: int, x: float, y: float, colour: str, weight: str) -> drawsvg.DrawingElement:
    import drawsvg

    return drawsvg.Text(
        words, size, x, y, center=True, fill=colour, font_family="system-ui, sans-serif", font_weight=weight
    )


def _short(words: str) -> str:
    return words if len(words) <= 36 else f"{words[:35]}…"


def _draw_move(picture: drawsvg.Drawing, origin: _Spot, target: _Spot, heads: dict[str, drawsvg.Marker]) -> None:
    """Straight to the next level; further ones bulge to the right, moves back to the left."""
    import drawsvg

    back = target.level <= origin.level
    colour = BACK if back else INK
    dashes = {"stroke_dasharray": "5,4"} if back else {}
    line = drawsvg.Path(stroke=colour, fill="none", stroke_opacity=0.75, marker_end=heads[colour], **dashes)
    half = BOX[1] / 2
    if target.level == origin.level + 1:
        line.M(origin.x, origin.y + half).L(target.x, target.y - half - 5)
    else:
        side = -1 if back else 1
        span = abs(target.level - origin.level)
        start, end = origin.x + side * BOX[0] / 2, target.x + side * (BOX[0] / 2 + 5)
        bulge = (max if side > 0 else min)(start, end) + side * (18 + 24 * span)
        line.M(start, origin.y).C(bulge, origin.y, bulge, target.y, end, target.y)
    picture.append(line)


def _head(colour: str) -> drawsvg.Marker:
    import drawsvg

    head = drawsvg.Marker(-0.9, -0.5, 0.3, 0.5, scale=9, orient="auto")
    head.append(drawsvg.Lines(-0.9, 0.45, -0.9, -0.45, 0.1, 0, fill=colour, close=True))
    return head
