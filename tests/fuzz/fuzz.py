"""Damages every shipped file in many ways, and does with each what people do: any traceback is a mistake of ours.

`python -m tests.fuzz.fuzz --seed 1 --seconds 60`, or `make fuzz`. The same seed and count try the same inputs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

from .mutate import mutated
from .targets import copied
from .uses import Target


@dataclass(frozen=True)
class Found:
    """An input that ended in a traceback."""

    number: int
    use: str
    content: bytes
    trace: str


@dataclass
class Tried:
    """How many inputs were tried, and what was found."""

    inputs: int
    found: list[Found]

    def __str__(self) -> str:
        return f"tried {self.inputs} inputs: {len(self.found)} tracebacks"


def fuzz(
    targets: list[Target], seed: int, *, most: int | None = None, seconds: float | None = None, confirming: bool = False
) -> Tried:
    """Tries inputs until there were `most`, or `seconds` have passed; `confirming` what is found in a process."""
    until = None if seconds is None else time.monotonic() + seconds
    pieces = [target.file.read_bytes() for target in targets]
    tried = Tried(0, [])
    for number in count() if most is None else range(most):
        if until is not None and time.monotonic() > until:
            break
        tried.found += _one(Random(f"{seed}/{number}"), number, targets, pieces, confirming)
        tried.inputs += 1
    return tried


def _one(random: Random, number: int, targets: list[Target], pieces: list[bytes], confirming: bool) -> Iterator[Found]:
    """Damages one file, uses it in one way, and puts it right again."""
    at = number % len(targets) if number < 2 * len(targets) else _chosen(random, targets)
    target, whole = targets[at], pieces[at]
    use = random.choice(target.uses)
    content = mutated(whole, random, pieces)
    target.file.write_bytes(content)
    try:
        use.do()
    except Exception:
        said = f"({use.confirmed()})" if confirming else ""
        yield Found(number, use.name, content, traceback.format_exc() + said)
    finally:
        target.file.write_bytes(whole)


def _chosen(random: Random, targets: list[Target]) -> int:
    """What is quick to try is tried more often."""
    return random.choices(range(len(targets)), [target.weight for target in targets])[0]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--count", type=int, help="how many inputs to try")
    options.add_argument("--seconds", type=float, help="how long to try")
    options.add_argument("--keep", type=Path, help="a folder for the inputs that were found")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tried = fuzz(copied(Path(folder)), given.seed, most=given.count, seconds=given.seconds, confirming=True)
    for found in tried.found:
        print(f"--- input {found.number} of seed {given.seed}: {found.use}\n{found.trace}")
        if given.keep:
            (given.keep / f"{given.seed}-{found.number}").write_bytes(found.content)
    print(tried)
    sys.exit(1 if tried.found else 0)


if __name__ == "__main__":
    main()
