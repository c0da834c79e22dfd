"""Measures what a mapping costs beside hand-written Python and what one could use instead.

`make bench` (some minutes) and `make bench-quick` (under a minute) write benchmarks/results.json, and the page
docs/performance.md with its picture. Peers that are not installed are left out: `pip install '.[bench]'` brings them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from measuring import Measured, measured
from report import page, picture
from works import works

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("retoure", "datalogic-py", "zen-engine", "jsonata-python", "jinja2")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="smaller works and fewer rounds")
    parser.add_argument("--rounds", type=int, help="how often the peers take turns (31, or 7 with --quick)")
    given = parser.parse_args()
    rounds = given.rounds or (7 if given.quick else 31)
    results = {**machine(given.quick), "works": list(everything(rounds, quick=given.quick))}
    (ROOT / "benchmarks" / "results.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    (ROOT / "docs" / "pictures" / "performance.svg").write_text(picture(results), encoding="utf-8")
    (ROOT / "docs" / "performance.md").write_text(page(results), encoding="utf-8")


def everything(rounds: int, *, quick: bool) -> Iterator[dict[str, Any]]:
    for work in works(quick=quick):
        found = measured(work, rounds)
        tell(work.title, found)
        yield {"name": work.name, "title": work.title, "peers": [asdict(each) for each in found]}


def tell(title: str, found: list[Measured]) -> None:
    print(title)
    for each in found:
        print(f"  {each.peer:30} {each.ratio:10.2f} {each.microseconds:14,.1f} µs")


def machine(quick: bool) -> dict[str, Any]:
    """What the figures were measured on, and with."""
    versions = {name: found for name in PACKAGES if (found := _version(name))}
    command = "make bench-quick" if quick else "make bench"
    return {"command": command, "python": platform.python_version(), "cores": os.cpu_count(), "versions": versions}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


if __name__ == "__main__":
    main()
