"""What the head of a mapping and its track say."""

from __future__ import annotations

from collections.abc import Iterator

from ..language import nodes as n
from ..language.wording import parameters, type_words, wording
from ..source import Source
from .statements import Described, Statement


def mapping(source: Source, node: n.MappingNode) -> Described:
    """The head of the file itself, or of a library it imports."""
    kind, name = ("library", node.name.text) if node.library else ("mapping", "")
    return Described(kind, name, node.span, tuple(_head(source, node)))


def _head(source: Source, node: n.MappingNode) -> Iterator[Statement]:
    yield Statement("name", "", node.name.text, node.name, node.name.span)
    yield Statement("language", "", str(node.language), node.language, node.span)
    yield Statement("version", "", node.version, node.version, node.span)
    yield Statement("owner", "", node.owner, node.owner, node.span)
    for system in node.systems:
        yield Statement("system", system.name.text, system.schema, system.schema, system.span)
    for owns in node.owns:
        yield from (Statement("data", item.text, f"{owns.system}", owns.system, item.span) for item in owns.data)
    yield from (Statement("team", team.text, team.text, team, team.span) for team in node.teams)
    for setting in node.settings:
        yield from _setting(source, setting)
    for assume in node.assumes:
        said = f"{assume.system}.{assume.fact}"
        yield Statement("assumption", said, assume.value.text, assume.value, assume.span)


def _setting(source: Source, node: n.SettingNode) -> Iterator[Statement]:
    default = wording(source, node.default) if node.default else ""
    kind, about = (node.kind, frozenset(node.options), node.parameters), ("setting", node.name.text)
    said = Statement("setting", node.name.text, setting_type(node), kind, node.span, about=about)
    yield said
    if node.default:
        yield Statement("default", "", default, node.default, node.default.span, said.title, about)


def setting_type(node: n.SettingNode) -> str:
    """`one of (engine, elsewhere)`, `template (unit : scayle.OrderItem)`, `text`"""
    if node.kind.text == "choice":
        return f"one of ({', '.join(map(str, node.options))})"
    return f"template ({parameters(node.parameters)})" if node.kind.text == "template" else node.kind.text


def track(source: Source, node: n.TrackNode) -> Described:
    """What is followed, its stages, and the moves between them."""
    return Described("track", "", node.span, (*_track(source, node), *_stages(source, node), *_moves(node)))


def _track(source: Source, node: n.TrackNode) -> Iterator[Statement]:
    yield Statement("name", "", node.name.text, node.name, node.name.span)
    yield Statement("type", "", type_words(node.type), node.type, node.type.span)
    for topic, path in (("key", node.key), ("newest", node.newest), ("stage from", node.stage_from)):
        if path:
            yield Statement(topic, "", str(path), path, path.span)


def _stages(source: Source, node: n.TrackNode) -> Iterator[Statement]:
    """Each stage, and each status with the stage it stands for; upper and lower case of a status are the same."""
    for stage in node.stages:
        said, about = ", ".join(map(str, stage.statuses)), ("stage", stage.name.text)
        yield Statement("stage", stage.name.text, said, None, stage.name.span, about=about)
        for status in stage.statuses:
            yield Statement("status", status.text.lower(), stage.name.text, stage.name, status.span, about=about)
    if node.unknown:
        yield Statement("unknown status", "", wording(source, node.unknown), node.unknown, node.unknown.span)


def _moves(node: n.TrackNode) -> Iterator[Statement]:
    for move in node.moves:
        for target in move.targets:
            way, about = " via ".join(map(str, (target.stage, *target.via))), ("stage", target.stage.text)
            yield Statement("move", f"{move.origin} -> {target.stage}", way, target.via, target.span, about=about)
