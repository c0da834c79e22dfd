"""(e): from text to program."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from tempfile import TemporaryDirectory

from measuring import Peers, Work
from peers import SHIPPED

from retoure.check import CHECKS, Check, Facts, check, gather
from retoure.checked import check_anew
from retoure.compile import CompiledMapping, bind, compile_mapping
from retoure.diagnostics import Finding
from retoure.loading import load
from retoure.source import Source
from retoure.types.load import load_system
from retoure.verdict import verdict_on

ABOUT = """From text to a program that decides, in a process that has read a mapping before. `once more` reads the file
and the schemas, and finds them as they were. `from the cache` is what `retoure check` does with a mapping that has not
changed since the last command (decision 0046). Ratios: to the first row."""

SPENT = """The steps of the first row above, one after the other, and the five checks that take most of their step. All
checks together begin with names gathered anew: nothing is remembered then of what they share, which the five find."""
SLOWEST = 5


def works(*, quick: bool) -> Iterator[Work]:
    goal = "20 ms to read, check and bind, better 10; 1 ms for the same once more, better 0.1"
    yield Work("e", "making a program of the shipped mapping", prepared, ABOUT, goal, same=False)
    yield Work("e2", "where reading and checking spends its time", where_spent, SPENT, same=False)


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


def where_spent(_: object) -> Peers:
    """The steps of `check_anew`, each on what the steps before it made."""
    source = Source.read(SHIPPED)
    module, facts = load(source).module, check_anew(source).facts
    slowest = sorted(CHECKS, key=partial(_time, facts), reverse=True)[:SLOWEST]
    return {
        "read, check and bind": lambda: CompiledMapping(facts, bind(check_anew(source).facts, {})),
        "the text read into a tree": lambda: load(source),
        "both systems read": lambda: [load_system(each.version) for each in facts.manifests.values()],
        "names gathered": lambda: gather(module, facts.manifests),
        f"{len(CHECKS)} checks": lambda: check(gather(module, facts.manifests)),
        **{f"of these, {run.__name__}": partial(_whole, run, facts) for run in slowest},
        "bound to settings": lambda: CompiledMapping(facts, bind(facts, {})),
    }


def _whole(run: Check, facts: Facts) -> list[Finding]:
    return list(run(facts))


def _time(facts: Facts, run: Check) -> float:
    began = time.thread_time()
    _whole(run, facts)
    return time.thread_time() - began
