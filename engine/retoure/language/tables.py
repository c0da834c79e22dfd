"""The tables of the grammar: `grammar/tables.json`, which `make grammar` works out of `grammar/retoure.lark`."""

from __future__ import annotations

from functools import cache

import msgspec
from msgspec import Struct

from .._data import data_folder


class Terminal(Struct, frozen=True):
    """A kind of word or sign, in the order in which they are tried.

    What it reads is one of its `words` instead where the grammar expects that one. It is `hiding` when it also reads
    words that are meant wherever the grammar does not expect it. It is `kept` when it stands in the tree.
    """

    name: str
    pattern: str
    kept: bool
    text: str | None = None
    words: dict[str, str] = {}
    hiding: bool = False


class Symbol(Struct, frozen=True):
    """A symbol of a rule: whether it stands in the tree, as what it holds if `spliced`, and whether it is a `word`.

    `missing`: how many optional symbols before it are not there.
    """

    missing: int
    kept: bool
    spliced: bool
    word: bool


class Rule(Struct, frozen=True):
    """What the symbols of a rule become: a node of this `name`, or what a single one is, if it `passes` that on."""

    name: str
    origin: str
    passes: bool
    parts: tuple[Symbol, ...]
    missing: int


class Tables(Struct, frozen=True):
    """States say what to do at a symbol: go to a state (0 and up), or reduce by a rule (-1 - its number).

    `goals`: the first and the last state of what can be read.
    """

    goals: dict[str, tuple[int, int]]
    ignored: tuple[str, ...]
    terminals: tuple[Terminal, ...]
    rules: tuple[Rule, ...]
    states: tuple[dict[str, int], ...]


@cache
def tables() -> Tables:
    """The tables that come with this version. Raises FileNotFoundError when the installation is damaged."""
    return msgspec.json.decode((data_folder("grammar") / "tables.json").read_bytes(), type=Tables)
