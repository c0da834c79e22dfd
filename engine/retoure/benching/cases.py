"""The decisions that a mapping's own tests make, to be made again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ..compile import CompiledMapping
from ..compiled import QuickEvaluator
from ..language import nodes as n
from ..runtime.decide import Followed, Scene
from ..runtime.decision import Decision, FieldTrace, Occurrence, State
from ..runtime.evaluate import Evaluator
from ..runtime.scope import Env
from ..testing.run_tests import stages


@dataclass(frozen=True)
class Case:
    """One decision of a test, with the settings that the test gives."""

    program: CompiledMapping
    occurrence: Occurrence
    state: State


@dataclass(frozen=True)
class MapCall:
    """A map and what it was given."""

    node: n.MapNode
    arguments: Sequence[Any]
    env: Env


@dataclass(frozen=True)
class Heard:
    """What one decision came to, which maps it called, and what its rules saw; no scene where none was reached."""

    decision: Decision
    calls: tuple[MapCall, ...]
    scene: Scene | None


def cases(program: CompiledMapping, folder: Path) -> Iterator[Case]:
    """Every finished decision of every test, in order. Raises TestUnplayable for a test that cannot be played."""
    for stage in stages(program, folder):
        yield from (Case(stage.program, occurrence, state) for occurrence, state in stage.watched.seen)


def heard(case: Case) -> Heard:
    """Makes a decision once, and listens."""
    program = Listening(case.program)
    decision = program.decide(case.occurrence, case.state)
    return Heard(decision, tuple(program.calls), program.scenes[-1] if program.scenes else None)


class Listening(CompiledMapping):
    """A program that remembers the maps it calls, and what its rules see."""

    calls: list[MapCall]
    scenes: list[Scene]

    def __init__(self, program: CompiledMapping) -> None:
        adopt(self, program)
        object.__setattr__(self, "calls", [])
        object.__setattr__(self, "scenes", [])

    def evaluator(self) -> Evaluator:
        return _Listener(self, self.calls)

    def followed(self, scene: Scene) -> Followed:
        self.scenes.append(scene)
        return super().followed(scene)


class _Listener(QuickEvaluator):
    def __init__(self, program: CompiledMapping, calls: list[MapCall]) -> None:
        super().__init__(program, program.code)
        self._calls = calls

    def made(self, node: n.MapNode, arguments: Sequence[Any], env: Env) -> tuple[dict[str, Any], Sequence[FieldTrace]]:
        self._calls.append(MapCall(node, arguments, env))
        return super().made(node, arguments, env)


class OneRule(CompiledMapping):
    """A program as if it had a single rule."""

    only: n.RuleNode

    def __init__(self, program: CompiledMapping, only: n.RuleNode) -> None:
        adopt(self, program)
        object.__setattr__(self, "only", only)

    @property
    def rules(self) -> Sequence[n.RuleNode]:
        return (self.only,)


def adopt(new: CompiledMapping, program: CompiledMapping) -> None:
    """What was worked out for one program holds for another one like it."""
    for each in fields(program):
        object.__setattr__(new, each.name, getattr(program, each.name))
