"""(e): from text to program."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import TemporaryDirectory

from measuring import Peers, Work
from peers import SHIPPED

from retoure.compile import CompiledMapping, bind, check_anew, compile_mapping
from retoure.source import Source
from retoure.verdict import verdict_on

ABOUT = """From text to a program that decides, in a process that has read a mapping before. `once more` reads the file
and the schemas, and finds them as they were. `from the cache` is what `retoure check` does with a mapping that has not
changed since the last command (decision 0046). Ratios: to the first row."""


def works(*, quick: bool) -> Iterator[Work]:
    yield Work("e", "making a program of the shipped mapping", prepared, ABOUT, same=False)


def prepared(stack: ExitStack) -> Peers:
    """Reading and checking the shipped mapping; then all its functions. What the parser needs is kept in memory."""
    os.environ["RETOURE_CACHE"] = stack.enter_context(TemporaryDirectory())
    source = Source.read(SHIPPED)
    program = compile_mapping(source)

    def anew() -> CompiledMapping:
        facts = check_anew(source).facts
        return CompiledMapping(facts, bind(facts, {}))

    return {
        "read, check and bind": anew,
        "generate all functions": lambda: [generated.made() for generated in program.code.all()],
        "the same once more": lambda: compile_mapping(Source.read(SHIPPED)),
        "what check found, from the cache": lambda: verdict_on(Source.read(SHIPPED)),
    }
