"""Measures what a mapping costs beside hand-written Python and what one could use instead.

`make bench` (ten minutes or more) and `make bench-quick` (under a minute) write benchmarks/results.json, and the page
docs/performance.md with its pictures. Peers that are not installed are left out: `pip install '.[bench]'` brings them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from measuring import Work, measured
from report import figure, write
from works import works

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = (
    "retoure",
    "datalogic-py",
    "zen-engine",
    "jsonata-python",
    "jinja2",
    "msgspec",
    "jsonschema-rs",
    "fastjsonschema",
    "jsonschema",
)


def main() -> None:
    given = arguments()
    rounds = given.rounds or (5 if given.quick else 31)
    chosen = [work for work in works(quick=given.quick) if not given.only or work.name[0] in given.only]
    seconds = given.seconds or (2 if given.quick else 40)
    results = {**machine(), "works": list(everything(chosen, rounds, seconds))}
    if not given.only:
        (ROOT / "benchmarks" / "results.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
        write(results, ROOT / "docs")
    sys.exit(any("failed" in work for work in results["works"]))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="smaller works and fewer rounds")
    parser.add_argument("--rounds", type=int, help="how often the peers take turns (31, or 5 with --quick)")
    parser.add_argument("--seconds", type=float, help="after which a work begins no further round (40, or 2)")
    parser.add_argument("--only", metavar="a,c", help="these works, by letter; nothing is written then")
    return parser.parse_args()


def everything(chosen: list[Work], rounds: int, seconds: float) -> Iterator[dict[str, Any]]:
    """What was found of each work. One that fails says so, and the others go on."""
    for number, work in enumerate(chosen, 1):
        print(f"[{number}/{len(chosen)}] ({work.name}) {work.title}", flush=True)
        began = time.monotonic()
        found = outcome(work, rounds, seconds)
        for each in found.get("peers", ()):
            print(f"  {each['peer']:34} {each['ratio']:10,.2f} {figure(each['median'], work.unit):>16}")
        print(f"  {found.get('failed', 'done')} after {time.monotonic() - began:.0f} s", flush=True)
        yield found


def outcome(work: Work, rounds: int, seconds: float) -> dict[str, Any]:
    told = {key: getattr(work, key) for key in ("name", "title", "about", "goal", "unit")}
    try:
        return {**told, "peers": [asdict(each) for each in measured(work, rounds, seconds)]}
    except Exception as problem:
        return {**told, "failed": f"{type(problem).__name__}: {problem}"}


def machine() -> dict[str, Any]:
    """What the figures were measured on, and with."""
    versions = {name: found for name in PACKAGES if (found := _version(name))}
    command = shlex.join(("python", "benchmarks/bench.py", *sys.argv[1:]))
    return {"command": command, "python": platform.python_version(), "cores": os.cpu_count(), "versions": versions}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


if __name__ == "__main__":
    main()
