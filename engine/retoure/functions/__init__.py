"""The built-in functions of the mapping language: pure, quick, and each with its own documentation and examples."""

from __future__ import annotations

from collections.abc import Mapping

from .aggregates import AGGREGATES as AGGREGATES
from .dates import dates
from .declare import Aggregate as Aggregate
from .declare import Family as Family
from .declare import Function as Function
from .declare import NoAnswer as NoAnswer
from .declare import OutOfBounds as OutOfBounds
from .declare import Param as Param
from .lists import lists
from .money import money
from .numbers import numbers
from .text import text

FAMILIES: tuple[Family, ...] = (text, lists, numbers, money, dates)
FUNCTIONS: Mapping[str, Function] = {each.name: each for family in FAMILIES for each in family.functions}
"""The functions by name."""
