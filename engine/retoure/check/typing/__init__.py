"""The type of every expression, and the findings that come up while finding it."""

from .scope import Scope as Scope
from .typer import Typer as Typer
