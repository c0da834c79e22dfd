"""What a built-in function says about itself, and how it is called.

A function is declared once, with everything that the checker, the evaluator, the reference page and the tests need.
It is pure, it is quick, and it either answers, or raises NoAnswer (only when it declares `fails`: then a call needs
`on error`), or raises OutOfBounds (only when it declares `refuses`, or a parameter has a limit).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from ..types.kinds import Anything, Enum, ListOf, Optional, Type

Types = tuple[Type, ...]
Run = TypeVar("Run", bound=Callable[..., Any])


class NoAnswer(Exception):
    """The declared failure of a function, which `on error` catches; the message says why."""


class OutOfBounds(Exception):
    """Values that no answer is possible for (two currencies, a text without end); the message says why.

    Nothing in a mapping catches it, as with arithmetic: the rule stops, and a person looks.
    """


class Limit(Struct, frozen=True):
    """What a value must be beyond its type: in words, and as a test. Constants are tested when the file is checked."""

    words: str
    holds: Callable[[Any], bool]


class Param(Struct, frozen=True):
    """A parameter: its name, the type or types it takes, what it means, and what its values must be."""

    name: str
    takes: Type | Types
    meaning: str
    limit: Limit | None = None

    @property
    def types(self) -> Types:
        return self.takes if isinstance(self.takes, tuple) else (self.takes,)

    @property
    def words(self) -> str:
        """The types as people say them."""
        named = list(dict.fromkeys(map(type_words, self.types)))
        return " or ".join((", ".join(named[:-1]), named[-1]) if len(named) > 1 else named)

    def allows(self, value: Any) -> bool:
        """Whether a value is within the limit."""
        return self.limit is None or self.limit.holds(value)


class Result(Struct, frozen=True):
    """A result whose type depends on the arguments: in words, and as a type. None: they do not go together."""

    words: str
    of: Callable[[Types], Type | None]


class Example(Struct, frozen=True):
    """A text of the language, what comes out as the language prints it, and what the names in it stand for."""

    text: str
    result: str
    given: Mapping[str, Any] = {}


class Function(Struct, frozen=True):
    """A built-in function. `fails`: what `on error` must answer; `refuses`: when the rule stops."""

    name: str
    family: str
    summary: str
    parameters: tuple[Param, ...]
    returns: Type | Result
    examples: tuple[Example, ...]
    run: Callable[..., Any]
    fails: str = ""
    refuses: str = ""

    @property
    def signature(self) -> str:
        return f"{self.name}({', '.join(parameter.name for parameter in self.parameters)})"

    @property
    def result_words(self) -> str:
        return self.returns.words if isinstance(self.returns, Result) else type_words(self.returns)

    def result(self, given: Types) -> Type | None:
        """The type of a call with arguments of these types; None when they do not go together."""
        return self.returns.of(given) if isinstance(self.returns, Result) else self.returns

    def call(self, arguments: Sequence[Any]) -> Any:
        """The answer. Raises NoAnswer and OutOfBounds, and nothing else for values of the declared types."""
        for parameter, value in zip(self.parameters, arguments, strict=True):
            if value is None:
                raise OutOfBounds(f"`{parameter.name}` of `{self.name}` is missing")
            if parameter.limit is not None and not parameter.allows(value):
                raise OutOfBounds(f"`{parameter.name}` of `{self.name}` is not {parameter.limit.words}")
        return self.run(*arguments)


class Family(Struct, frozen=True):
    """Functions of one kind; `function` declares one more."""

    name: str
    about: str
    functions: list[Function] = []

    def function(
        self,
        name: str,
        summary: str,
        parameters: Sequence[Param],
        returns: Type | Result,
        examples: Sequence[Example],
        *,
        fails: str = "",
        refuses: str = "",
    ) -> Callable[[Run], Run]:
        """Declares the function that follows."""

        def declare(run: Run) -> Run:
            declared = Function(
                name, self.name, summary, tuple(parameters), returns, tuple(examples), run, fails, refuses
            )
            self.functions.append(declared)
            return run

        return declare


class Aggregate(Struct, frozen=True):
    """A question about the elements of a list: `count(x for each x in list where …)`. Part of the grammar."""

    name: str
    summary: str
    value: str
    gives: str
    empty: str
    examples: tuple[Example, ...]

    @property
    def signature(self) -> str:
        return f"{self.name}(… for each … in … where …)"


def type_words(kind: Type) -> str:
    """A type as the reference names it: a set of words with its words, a list of anything as a list."""
    if isinstance(kind, Optional):
        return f"{type_words(kind.of)}, or missing"
    if isinstance(kind, ListOf):
        return "list" if isinstance(kind.item, Anything) else f"list of {type_words(kind.item)}"
    if isinstance(kind, Enum):
        return f"{kind.name} ({', '.join(kind.values)})"
    return str(kind)


def same_as_first(given: Types) -> Type:
    """The type of the first argument."""
    return given[0]


def whole_number(least: int, most: int | None = None) -> Limit:
    """A limit for whole numbers, both ends included."""
    words = f"a whole number from {least} to {most}" if most is not None else f"a whole number, {least} or more"
    return Limit(words, lambda value: least <= value and (most is None or value <= most))
