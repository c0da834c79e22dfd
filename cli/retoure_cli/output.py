"""What commands print with: prose, tables and JSON.

Colours only on a terminal and not with NO_COLOR. Text is printed as it is: no markup, no highlighting. What a program
may want to read goes to standard output, everything else to standard error.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NoReturn, TextIO

import click
from msgspec import Struct

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

READER_LEFT = 141
"""Exit code when nobody reads the output any more, as shells count a SIGPIPE."""

WIDE = 1000


def console(*, error: bool = False) -> Console:
    """A console on standard output or error as they are now. Where nobody looks, lines are as long as they need."""
    from rich.console import Console

    class Quiet(Console):
        def on_broken_pipe(self) -> NoReturn:
            silence()
            raise SystemExit(READER_LEFT)

    terminal = _stream(error=error).isatty()
    colours: Any = "auto" if _coloured(error=error) else None
    return Quiet(
        stderr=error,
        color_system=colours,
        force_terminal=terminal,
        width=None if terminal else WIDE,
        markup=False,
        highlight=False,
        emoji=False,
    )


def say(text: str = "", *, style: str = "", error: bool = False) -> None:
    """A line (or more) of prose, in a style such as `bold red`. Many commands print nothing else: it needs no rich."""
    shown = text.translate(_STEERING).expandtabs()
    click.echo(click.style(shown, **_ansi(style)) if _coloured(error=error) else shown, file=_stream(error=error))


_STEERING: Final = dict.fromkeys(map(ord, "\a\b\v\f\r"))
"""What moves the cursor or rings: text may come from anywhere."""


def _ansi(style: str) -> dict[str, Any]:
    """`bold red` as click has it."""
    words = style.split()
    return {"bold": "bold" in words or None, "fg": next((word for word in words if word != "bold"), None)}


def _stream(*, error: bool) -> TextIO:
    return sys.stderr if error else sys.stdout


def _coloured(*, error: bool) -> bool:
    """Whether colours are to be seen: on a terminal that knows them, unless somebody has asked for none."""
    asked_for_none = os.environ.get("NO_COLOR") or os.environ.get("TERM") in ("dumb", "unknown")
    return _stream(error=error).isatty() and not asked_for_none


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on standard output, an empty line before it; numbers stand to the right. Without rows: nothing."""
    table = table_of(columns, rows)
    if table.row_count:
        _print_trimmed(table)


def table_of(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table as `show_table` prints it."""
    from rich.table import Table
    from rich.text import Text

    cells = [[_cell(value) for value in row] for row in rows]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for index, column in enumerate(columns):
        numbers = all(row[index].replace(".", "", 1).isdigit() for row in cells)
        table.add_column(column, justify="right" if numbers else "left", overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    return table


def _print_trimmed(table: Table) -> None:
    """Without the blanks that fill the last column."""
    screen = console()
    with screen.capture() as captured:
        screen.print(table)
    lines = (line.rstrip() for line in captured.get().splitlines())
    sys.stdout.write("\n" + "\n".join(lines) + "\n")


def show_diff(old_name: str, old: str, new_name: str, new: str) -> None:
    """What differs between two texts, line by line."""
    from difflib import unified_diff

    styles = {"+": "green", "-": "red", "@": "cyan"}
    out = console()
    for line in unified_diff(old.splitlines(), new.splitlines(), old_name, new_name, lineterm=""):
        out.print(line, style=styles.get(line[:1]), soft_wrap=True)


def show_json(data: object) -> None:
    """One JSON document on standard output, indented by two. Takes what `plain` takes."""
    sys.stdout.write(json.dumps(plain(data), indent=2, ensure_ascii=not _any_letter()) + "\n")


def _any_letter() -> bool:
    """Whether standard output can take any letter as it is."""
    return sys.stdout.encoding.lower().replace("-", "") == "utf8"


def plain(data: object) -> Any:
    """Data of the engine as JSON: records as objects, moments in ISO 8601, decimals and places as text."""
    names = _fields(data)
    if names is not None:
        return {name: plain(getattr(data, name)) for name in names if not name.startswith("_")}
    if isinstance(data, Mapping):
        return {str(name): plain(value) for name, value in data.items()}
    if isinstance(data, list | tuple | set | frozenset):
        return [plain(value) for value in data]
    if data is None or isinstance(data, bool | int | float):
        return data
    return data.isoformat() if isinstance(data, datetime) else _text(data)


def _fields(data: object) -> Sequence[str] | None:
    """The fields of a record, None for anything else, and for a record that has a text of its own."""
    if isinstance(data, type) or type(data).__str__ is not object.__str__:
        return None
    if isinstance(data, Struct):
        return data.__struct_fields__
    return tuple(part.name for part in fields(data)) if is_dataclass(data) else None


def silence() -> None:
    """From now on output goes nowhere: its reader has left, or its disk is full, and the last flush must not fail."""
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def when(moment: datetime | None) -> str:
    """A moment in local time, to the second; empty for none."""
    return "" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """How long a moment is past, roughly: `3 minutes ago`, or `in 3 minutes`; empty for none."""
    if moment is None:
        return ""
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    words = _span(abs(seconds))
    return f"{words} ago" if seconds >= 0 else f"in {words}"


def counted(number: int, thing: str, things: str = "") -> str:
    """`1 return`, `3 returns`."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def size(number: int) -> str:
    """A number of bytes as people say it: `12.5 MB`."""
    for unit, length in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= length:
            return f"{number / length:.1f} {unit}"
    return counted(number, "byte")


def _span(seconds: float) -> str:
    for length, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * length:
            return f"{int(seconds // length)} {name}s"
    return counted(int(seconds), "second")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return when(value) if isinstance(value, datetime) else _text(value)


def _text(value: object) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)
