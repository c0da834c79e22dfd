"""Finds the type of every expression."""

from __future__ import annotations

from .calls import Calls
from .fallbacks import Fallbacks
from .loops import Loops
from .names import Names
from .operators import Operators
from .records import Records


class Typer(Names, Calls, Loops, Records, Operators, Fallbacks):
    """Types expressions of one module; each base class types the nodes of one concern."""
