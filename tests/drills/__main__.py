"""`python -m tests.drills crash`: one drill from beginning to end. Exit code 0 when nothing was lost or doubled."""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from .network import NotAllowed

SKIPPED: Final = 77


class Outcome(Protocol):
    """What any drill came to."""

    @property
    def well(self) -> bool: ...
    def lines(self) -> Iterator[str]: ...


Asked = argparse.Namespace
Run = Callable[[Asked], Iterable[Outcome]]


def _crash(asked: Asked) -> Iterator[Outcome]:
    from .crash import MODES, drill

    for mode in MODES if asked.mode == "both" else (asked.mode,):
        yield drill(mode, asked.kills, asked.seed, _say)


def _zombie(asked: Asked) -> Iterator[Outcome]:
    from .zombie import drill

    yield drill(asked.rounds, asked.seed, _say)


def _partition(asked: Asked) -> Iterator[Outcome]:
    from .partition import drill

    yield drill(asked.rounds, asked.seed, _say)


def _disorder(asked: Asked) -> Iterator[Outcome]:
    from .disorder import drill

    yield from drill(asked.seed, asked.events, _say)


@dataclass(frozen=True)
class Drill:
    """A drill as the command line knows it, and its options with their defaults."""

    run: Run
    what: str
    options: Mapping[str, int | str]


DRILLS: Final = {
    "crash": Drill(_crash, "kill -9 at every place of the work", {"kills": 200, "mode": "both"}),
    "zombie": Drill(_zombie, "workers stopped until others have taken over, and woken then", {"rounds": 60}),
    "partition": Drill(_partition, "packets vanish between worker, database and platforms", {"rounds": 40}),
    "disorder": Drill(_disorder, "the events of a return in every order, each more than once", {"events": 6}),
}


def main() -> int:
    asked = _parser().parse_args()
    try:
        return 0 if _is_well(asked.run(asked)) else 1
    except NotAllowed as problem:
        _say(f"skipped: {problem}; the drill needs root, and a kernel with network namespaces")
        return SKIPPED


def _is_well(outcomes: Iterable[Outcome]) -> bool:
    well = True
    for outcome in outcomes:
        for line in outcome.lines():
            _say(line)
        well = well and outcome.well
    return well


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests.drills", description=__doc__)
    drills = parser.add_subparsers(required=True)
    for name, drill in DRILLS.items():
        one = drills.add_parser(name, help=drill.what, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        one.add_argument("--seed", type=int, default=random.randrange(10**6), help="any")
        for option, default in drill.options.items():
            one.add_argument(f"--{option}", type=type(default), default=default, help="how many or which")
        one.set_defaults(run=drill.run)
    return parser


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
