"""What can be wrong with a deployment file, as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..source import Place


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where (`deploy.yaml:7`, `systems.scayle.base_url`), what is wrong, what to do."""

    place: Place
    path: str
    message: str
    help: str = ""

    def __str__(self) -> str:
        where = f"{self.place}: {self.path}: " if self.path else f"{self.place}: "
        return f"{where}{self.message}" + (f"\n  help: {self.help}" if self.help else "")


@dataclass(eq=False)
class DeploymentInvalid(Exception):
    """A deployment file cannot be used; `problems` holds all of its mistakes, in the order of the file."""

    problems: tuple[Problem, ...] = field(default=())

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def raise_if(problems: Iterable[Problem]) -> None:
    """Raises DeploymentInvalid when there are any."""
    found = sorted(set(problems), key=lambda problem: (problem.place.line, problem.place.column, problem.path))
    if found:
        raise DeploymentInvalid(tuple(found))
