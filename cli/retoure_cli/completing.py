"""What a shell offers when somebody presses Tab: mappings, codes, functions, systems.

Shells ask by click's own protocol. Modules are imported when they are asked for, so that other words come fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

Items = list[CompletionItem]
LENGTH = 80
"""Characters of an explanation that a shell shows beside a word."""


class MappingPath(click.Path):
    """A mapping: by the name of one that comes with retoure, or a file, or a folder that holds one."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(path_type=Path, **settings)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
        """Names and what lies in the working folder; where nothing fits, the shell completes paths."""
        from .mapping_files import bundled

        names = dict.fromkeys((*bundled(), *_here()))
        fitting = [CompletionItem(name) for name in names if name.startswith(incomplete)]
        return fitting or super().shell_complete(ctx, param, incomplete)


def code(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """The codes of findings."""
    from retoure.diagnostics.codes import CODES

    return _fitting(((name, one.title) for name, one in CODES.items()), incomplete)


def function(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """The built-in functions."""
    from retoure.functions import AGGREGATES, FUNCTIONS

    words = {name: one.summary for name, one in FUNCTIONS.items()}
    words |= {name: one.summary for name, one in AGGREGATES.items()}
    return _fitting(words.items(), incomplete)


def system(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """The platforms there is a schema for."""
    from retoure.scaffolding import known_systems

    return _fitting(((version.partition("/")[0], "") for version in known_systems()), incomplete)


def _here() -> Iterator[str]:
    """Mapping files of the working folder, and folders that hold one."""
    for path in sorted(Path().iterdir()):
        if path.suffix == ".rmap" or (path.is_dir() and any(path.glob("*.rmap"))):
            yield path.name


def _fitting(words: Iterable[tuple[str, str]], incomplete: str) -> Items:
    found = {word: text for word, text in words if word.startswith(incomplete)}
    return [CompletionItem(word, help=text.partition("\n")[0][:LENGTH] or None) for word, text in found.items()]
