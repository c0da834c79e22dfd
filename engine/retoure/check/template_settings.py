"""Do the placeholders of template settings name what their parameters have?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import CompileFailed, Finding, error
from ..language import nodes as n
from ..language.parse import parse_template
from ..source import Source
from .facts import Facts
from .map_targets import parameter_scope
from .typing import Typer


def template_settings(facts: Facts) -> Iterator[Finding]:
    for node in facts.settings.values():
        if node.kind.text == "template" and node.default is not None and isinstance(node.default.value, str):
            for problem in template_problems(facts, node, node.default.value):
                message = f"the template of setting `{node.name}`: {problem.message}"
                yield error(problem.code, message, node.default.span, help=problem.help)


def template_problems(facts: Facts, node: n.SettingNode, text: str) -> list[Finding]:
    """What is wrong with a template text for a setting, with places inside that text."""
    source = Source(f"setting {node.name}", text)
    found: list[Finding] = []
    try:
        parts = parse_template(source)
    except CompileFailed as failed:
        return list(failed.findings)
    whole = n.TextLiteral(parts, node.span)
    Typer(facts, found.append).infer(whole, parameter_scope(facts, node.parameters))
    return found
