"""Words of the command line that stand for something: a hold, a day, a moment."""

from __future__ import annotations

from typing import Any, Final

import click


class HoldName(click.ParamType[int]):
    """A hold by its number, as `holds list` shows it, or by its whole name, as `explain` and `exceptions` say it."""

    name = "hold"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        number = str(value).removeprefix("hold-")
        if not (number.isascii() and number.isdigit()):
            self.fail(f"`{value}` is no hold: `retoure holds list` shows their numbers, as in 7 or hold-7", param, ctx)
        return int(number)


class Written(click.DateTime):
    """A time in the one form that is taken, which a mistake is shown an example of."""

    def __init__(self, metavar: str, form: str, example: str) -> None:
        super().__init__([form])
        self.metavar, self.example = metavar, example

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return self.metavar

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"`{value}`: write it as in {self.example}", param, ctx)


HOLD: Final = HoldName()
DAY: Final = Written("DAY", "%Y-%m-%d", "2026-03-07")
MOMENT: Final = Written("MOMENT", "%Y-%m-%dT%H:%M:%SZ", "2026-03-07T12:00:00Z, in UTC")
