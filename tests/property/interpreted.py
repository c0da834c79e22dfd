"""A mapping without generated functions: what they are held against."""

from __future__ import annotations

from retoure.compile import CompiledMapping, Interpreted


def interpreted(program: CompiledMapping) -> Interpreted:
    """The same mapping, interpreted."""
    return Interpreted(program.facts, program.settings)
