"""One demo from beginning to end: platforms, engine, day, books."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from retoure import data_folder, load_deployment, open_store

from .comparison import Books, Hold, Report, compare
from .incidents import Scene
from .plan import DISCONTINUED, Day, catalogue
from .plan import plan as plan_day
from .platforms import Platforms, simulated
from .play import Player, Progress
from .service import Engine, Pace, serving

MAPPING: Final = "reveni_to_scayle/returns.rmap"


@dataclass(frozen=True)
class Outcome:
    """What the day came to."""

    day: Day
    books: Books
    report: Report
    stories: Mapping[str, str]
    struck: Mapping[str, int]
    kills: int
    replayed: int


def run(
    seed: int,
    returns: int,
    seconds: float,
    look: Callable[[Progress], None],
    tell: Callable[[float, str], None],
) -> Outcome:
    """Plays a day and compares the books. Raises ServiceFailed, Stuck."""
    day = plan_day(seed, returns)
    mapping = data_folder("mappings") / MAPPING
    with (
        tempfile.TemporaryDirectory(prefix="retoure-demo-", ignore_cleanup_errors=True) as folder,
        simulated(seed) as platforms,
        serving(Path(folder), platforms, mapping, Pace()) as service,
    ):
        scene = Scene(platforms, service)
        player = Player(scene, day, look, tell)
        player.furnish()
        player.play(seconds)
        replayed = player.finish()
        books = read_books(platforms, service)
    return Outcome(day, books, compare(books), player.stories, scene.struck, service.kills, replayed)


def read_books(platforms: Platforms, service: Engine) -> Books:
    """Both platforms' books, and what the engine keeps for people."""
    store = open_store(load_deployment(service.deployment), create=False)
    try:
        holds = tuple(Hold(hold.subject, hold.team, hold.reason) for hold in store.holds())
        letters, kept = len(store.letters()), sum(store.status().events.values())
    finally:
        store.close()
    start = {entry["sku"]: entry["stock"]["main-warehouse"] for entry in catalogue()["variants"]}
    gone = frozenset({DISCONTINUED})
    return Books(platforms.reveni.books(), platforms.scayle.books(), start, gone, holds, letters, kept)
