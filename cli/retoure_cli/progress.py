"""How far something long is: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from typing import Final, TypeVar

from retoure import Store

from .output import console

PAUSE: Final = 0.3  # seconds between two looks

T = TypeVar("T")


def with_bar(items: Iterable[T], total: int, what: str) -> Iterator[T]:
    """The items, while a bar on standard error tells how many of them are done."""
    with _bar(total, what) as advance:
        for item in items:
            yield item
            advance()


def through(store: Store, letters: Sequence[str], began: datetime) -> list[str]:
    """Waits until none of the letters is under way any more; those that were given up again."""
    left, again = list(letters), list[str]()
    with _bar(len(left), "replaying letters") as advance:
        while left:
            looked_at, left = left, []
            for letter in looked_at:
                standing = _standing(store, letter, began)
                if standing is _Standing.UNDER_WAY:
                    left.append(letter)
                    continue
                again += [letter] if standing is _Standing.GIVEN_UP else []
                advance()
            if left:
                time.sleep(PAUSE)
    return again


class _Standing(Enum):
    UNDER_WAY = "under way"
    GIVEN_UP = "given up"
    THROUGH = "through"


def _standing(store: Store, letter: str, began: datetime) -> _Standing:
    """A call that waits for a decision still lies in its queue: as long as there is a wake for it, it is under way."""
    kind, _, number = letter.partition("-")
    if store.is_paced(letter):
        return _Standing.UNDER_WAY
    if kind == "event":
        state: str = store.event(int(number)).state
    else:
        effect = store.effect(int(number))
        state = effect.state
        lies = next((each for each in store.letters(subject=effect.subject) if each.id == letter), None)
        if lies is not None and lies.at <= began and store.wakes(effect.subject):
            return _Standing.UNDER_WAY
    if state in ("waiting", "sending"):
        return _Standing.UNDER_WAY
    return _Standing.GIVEN_UP if state in ("queued", "held") else _Standing.THROUGH


@contextmanager
def _bar(total: int, what: str) -> Iterator[Callable[[], None]]:
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.progress import Progress

    with Progress(console=console(error=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


@contextmanager
def through_file(size: int, what: str) -> Iterator[Callable[[int], None]]:
    """Is told how many bytes of a file have been read; shows that on a terminal, with the time left."""
    with moving_bar() as told:
        yield lambda read: told(what, read, size)


@contextmanager
def moving_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Is told what is at work, how much of it is done and how much there is; shows that, with the time left."""
    if not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    from rich.progress import Progress, TaskID

    with Progress(console=console(error=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield told
