"""What tables, maps, templates and gates say."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import dedent

from ..language import nodes as n
from ..language.wording import parameters, type_words, wording
from ..source import Source
from .statements import Described, Statement


def table(source: Source, node: n.TableNode) -> Described:
    """A table, key by key: rows that share a value are rows of their own. The first row of a key counts."""
    keys = ", ".join(map(type_words, node.keys))
    said = [
        Statement("keys", "", keys, node.keys, node.keys[0].span),
        Statement("result", "", type_words(node.result), node.result, node.result.span),
        *_rows(source, node),
    ]
    first = {item.title: item for item in reversed(said)}
    return Described("table", node.name.text, node.span, tuple(item for item in said if first[item.title] is item))


def _rows(source: Source, node: n.TableNode) -> Iterator[Statement]:
    for row in node.rows:
        text = wording(source, row.value)
        for key in row.keys:
            span = key[0].span.to(key[-1].span)
            yield Statement("row", " and ".join(word.text for word in key), text, row.value, span)
        if not row.keys:
            yield Statement("otherwise", "", text, row.value, row.span)


def map_(source: Source, node: n.MapNode) -> Described:
    """A map with all its fields, also those it takes over by `like`."""
    said = [
        Statement("takes", "", parameters(node.parameters), node.parameters, node.span),
        Statement("makes", "", type_words(node.target), node.target, node.target.span),
    ]
    said += [
        Statement("field", item.target.text, wording(source, item.value), item.value, item.span)
        for item in node.assignments
    ]
    return Described("map", node.name.text, node.span, tuple(said))


def template(source: Source, node: n.TemplateNode) -> Described:
    """A long text; how far it is indented as a whole means nothing."""
    text = dedent(source.text[node.text_span.start : node.text_span.end]).strip("\n")
    said = (
        Statement("takes", "", parameters(node.parameters), node.parameters, node.span),
        Statement("text", "", text, text, node.text_span),
    )
    return Described("template", node.name.text, node.span, said)


def gate(source: Source, node: n.GateNode) -> Described:
    """Conditions by their labels. Those without one are called by their own words, which therefore are no label."""
    said = [Statement("takes", "", parameters(node.parameters), node.parameters, node.span)]
    for item in node.requires:
        text = wording(source, item.condition)
        name = "" if item.label == text else f'"{item.label}"'
        said.append(Statement("require", name, text, item.condition, item.span))
    if node.otherwise:
        said.append(Statement("otherwise", "", wording(source, node.otherwise), node.otherwise, node.otherwise.span))
    return Described("gate", node.name.text, node.span, tuple(said))
