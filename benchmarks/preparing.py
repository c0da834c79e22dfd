"""(e): from text to program."""

from __future__ import annotations

import os
from collections.abc import Iterator

from measuring import Peers, Work
from peers import SHIPPED

from retoure.compile import compile_mapping
from retoure.source import Source

ABOUT = "From text to a program that decides, in a process that has read a mapping before. Ratios: to the first row."


def works(*, quick: bool) -> Iterator[Work]:
    yield Work("e", "making a program of the shipped mapping", prepared, ABOUT, same=False)


def prepared(_: object) -> Peers:
    """Reading and checking the shipped mapping; then all its functions. What the parser needs is kept in memory."""
    os.environ.setdefault("RETOURE_CACHE", "off")
    source = Source.read(SHIPPED)
    program = compile_mapping(source)
    return {
        "read, check and bind": lambda: compile_mapping(source),
        "generate all functions": lambda: [generated.made() for generated in program.code.all()],
    }
