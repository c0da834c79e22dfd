"""What typing every kind of expression shares: how to ask for a type, and how to say that it does not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from sys import intern

from ...diagnostics import Finding, did_you_mean, error
from ...language import nodes as n
from ...source import Span
from ...types.kinds import ANYTHING, BOOLEAN, Optional, Type
from ..facts import Facts
from .fit import bare, fits
from .narrowing import narrowed
from .scope import Scope
from .words import a, conversion_help

DEFAULT_HELP = 'write `default` and a value, or `default hold "why" for TEAM`'


class Base:
    """Types expressions of one module. `report` takes each finding as it comes up; without one, nobody is told.

    A class built on this one has a method for each kind of node: `_Member(node, scope, expected)`. A method that
    reports a mistake returns `Anything`, which fits everywhere: one mistake gives one finding.
    """

    def __init__(self, facts: Facts, report: Callable[[Finding], None] | None = None) -> None:
        self.facts = facts
        self._report = report
        self.guards: list[bool] = []  # one for each `on error` around the place being typed: has it caught anything?

    def infer(self, node: n.Alternative, scope: Scope, expected: Type | None = None) -> Type:
        """The type of an expression; `expected` lends meaning to words and records."""
        found: Type = getattr(self, _method(type(node)))(node, scope, expected)
        return found

    def require(self, node: n.Alternative, scope: Scope, wanted: Type, use: str) -> Type:
        """Types `node` and reports when it does not fit `wanted` or may be missing. `use` names the place it goes."""
        found = self.infer(node, scope, wanted)
        self.check_fit(found, wanted, node.span, use)
        return found

    def caught(self) -> bool:
        """Whether an `on error` around this place catches a failure here."""
        if self.guards:
            self.guards[-1] = True
        return bool(self.guards)

    def condition(self, node: n.Expression, scope: Scope, use: str) -> None:
        """Types a condition."""
        self.require(node, scope, BOOLEAN, use)

    def where(self, condition: n.Expression, scope: Scope, *, holds: bool = True) -> Scope:
        """The scope where a condition holds, or where it does not."""
        if not self.facts.telling:
            return scope
        return narrowed(condition, scope, self.silently, holds=holds)

    def silently(self, node: n.Alternative, scope: Scope) -> Type:
        """The type of an expression whose mistakes are reported elsewhere."""
        report, self._report = self._report, None
        try:
            return self.infer(node, scope)
        finally:
            self._report = report

    def check_fit(self, found: Type, wanted: Type, span: Span, use: str) -> None:
        """Reports a type that does not fit, or a value that may be missing where one is needed."""
        if not fits(found, wanted):
            message = f"{use} takes {a(bare(wanted))}, and this is {a(bare(found))}"
            self.say(
                "wrong-type", message, span, f"{bare(found)} here", help=conversion_help(bare(found), bare(wanted))
            )
        elif isinstance(found, Optional) and not isinstance(wanted, Optional):
            self.maybe_missing(span, use)

    def maybe_missing(self, span: Span, use: str) -> None:
        """Reports a value that may be missing where one is needed."""
        message = f"{use} needs a value, and this one may be missing"
        self.say("maybe-missing", message, span, "optional in the schema", help=DEFAULT_HELP)

    def say(
        self,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        *,
        help: str | None = None,
        notes: Sequence[str] = (),
    ) -> Type:
        """Reports a mistake; the type of something mistaken is `Anything`."""
        if self._report is not None:
            self._report(error(code, message, span, label, help=help, notes=notes))
        return ANYTHING

    def report(self, finding: Finding) -> None:
        """Takes a finding."""
        if self._report is not None:
            self._report(finding)

    def meant(self, word: str, known: Iterable[str]) -> str | None:
        """What `did_you_mean` says, which takes a while; nothing where nobody is told."""
        return did_you_mean(word, known) if self._report is not None else None


@cache
def _method(kind: type) -> str:
    """The name of the method that types a kind of node, as one text for all calls: found much faster so."""
    return intern(f"_{kind.__name__}")
