"""Generated functions that lower records: they answer as the reference does where it refuses nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from ..exact import number_of
from ..free import free
from ..kinds import Day, Instant, Money, MoneyType, Number, Record, Type
from ..minor_units import finer_than_minor, to_minor
from ..moments import text_of
from .body import GaveUp
from .functions import Function, Functions
from .lifting import Checks


class _Lowering(Checks):
    def only_known(self, made: str, value: str, type_: Record) -> None:
        """As many fields as were made are those; where some are missing, names tell."""
        names = self.bind(frozenset(type_.fields))
        count = f"len({made})" if any(not field.required for field in type_.fields.values()) else len(type_.fields)
        self.line(f"if {count} != len({value}) and not {value}.keys() <= {names}: raise GaveUp")

    def other(self, name: str, type_: Type, beside: str) -> str:
        match type_:
            case Number():
                number = self.some(f"{self.bind(number_of)}({name})")
                return f"format({number}, 'f')" if type_.quoted else number
            case Instant():
                self.unless(f"type({name}) is {self.bind(datetime)}")
                return f"{self.bind(text_of)}({name})"
            case Day():
                self.unless(f"type({name}) is {self.bind(date)}")
                return f"{name}.isoformat()"
            case MoneyType():
                holder, code = self.holder(type_, beside)
                return f"{self.bind(_minor if type_.minor else _amount)}({name}, {holder}.get({code!r}))"
            case _:
                return f"{self.bind(free)}({name})"


def _minor(value: Any, code: object) -> int:
    """Whole minor units. Raises GaveUp, NotWhole or UnknownCurrency."""
    if type(value) is int:
        return value
    return to_minor(_in(value, code))


def _amount(value: Any, code: object) -> str:
    money = _in(value, code)
    if finer_than_minor(money) or number_of(money.amount) is None:
        raise GaveUp
    return format(money.amount, "f")


def _in(value: Any, code: object) -> Money:
    """Money in the currency of the command, if that says one."""
    if type(value) is not Money or code not in (None, value.currency):
        raise GaveUp
    return value


def _generate(type_: Type) -> Function:
    return _Lowering(LOWERERS.of).function(type_)


LOWERERS: Final = Functions(_generate)
