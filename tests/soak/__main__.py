"""`python -m tests.soak outage` and `python -m tests.soak day`: the drills in full, with their figures."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
from pathlib import Path

from retoure.delivery.store.postgres import PostgresStore
from retoure.delivery.store.sqlite import SqliteStore

from .day import Load, day
from .outages import FULL_DISK, PLATFORM, drilled
from .picture import draw
from .server import of_server, server


def main() -> int:
    for noisy in ("retoure", "psycopg.pool"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)  # what fails here is meant to
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--seed", type=int, default=1)
    drills = reading.add_subparsers(dest="drill", required=True)
    outage = drills.add_parser("outage")
    outage.add_argument("--rate", type=int, default=4, help="events in five seconds")
    all_day = drills.add_parser("day")
    all_day.add_argument("--peak", type=float, default=50.0, help="events a second at the busiest hour")
    all_day.add_argument("--open", type=int, default=100_000, help="returns there are at the beginning")
    all_day.add_argument("--picture", type=Path, help="an SVG file for the curves")
    given = reading.parse_args()
    with tempfile.TemporaryDirectory(prefix="retoure-soak-") as folder:
        store = SqliteStore(Path(folder) / "retoure.db")
        if given.drill == "outage":
            return _outages(store, given.seed, given.rate)
        return _day(store, Load(given.peak, given.open), given.seed, given.picture)


def _outages(store: SqliteStore, seed: int, rate: int) -> int:
    told = asyncio.run(drilled(store, (*PLATFORM, FULL_DISK), seed, rate))
    with server() as running:
        there = PostgresStore(running.get_uri())
        told_there = asyncio.run(drilled(there, of_server(running), seed, rate))
    lost = sum(books[-1].lost for books in (told, told_there))
    doubled = sum(books[-1].doubled for books in (told, told_there))
    print(f"outages {len(told) + len(told_there)}: {lost} lost, {doubled} doubled")
    return int(lost + doubled > 0)


def _day(store: SqliteStore, load: Load, seed: int, picture: Path | None) -> int:
    lived = asyncio.run(day(store, load, seed))
    print(lived)
    if picture is not None:
        picture.write_text(draw(lived), encoding="utf-8")
    return int(lived.lost + lived.doubled > 0)


if __name__ == "__main__":
    sys.exit(main())
