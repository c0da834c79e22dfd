"""Turns what goes wrong into a message with place and remedy, and an exit code."""

from __future__ import annotations

import errno
import sys
import traceback
from typing import IO, Any, Final

import click

from .output import READER_LEFT, say, silence

TO_DO: Final = 1
WRONG_USE: Final = 2
UNAVAILABLE: Final = 69
BUG: Final = 70
INTERRUPTED: Final = 130

NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)
"""How a disk says that it, or one's part of it, is full."""

EXIT_CODES: Final = f"""\b
Exit codes:
  0    fine
  {TO_DO}    findings, failed tests, something left for people to do
  {WRONG_USE}    wrong use: an option, the deployment file, a missing secret
  {UNAVAILABLE}   a service or the database is not available
  {BUG}   a mistake in retoure itself
  {INTERRUPTED}  interrupted from the keyboard
  {READER_LEFT}  whoever read the output stopped reading"""


class Told(click.ClickException):
    """A message for people that ends the command; exit code 1, something is left to do."""

    exit_code = TO_DO

    def show(self, file: IO[Any] | None = None) -> None:
        """On standard error."""
        say(self.message, error=True)


class WrongUse(Told):
    """Ends the command with exit code 2."""

    exit_code = WRONG_USE


class Unavailable(Told):
    """Ends the command with exit code 69."""

    exit_code = UNAVAILABLE


class Bug(Told):
    """Ends the command with exit code 70."""

    exit_code = BUG


def told(problem: BaseException, *, trace: bool) -> BaseException:
    """The exception to end with: as it is when click handles it, else with our message and exit code."""
    if isinstance(problem, click.ClickException | click.exceptions.Exit | click.Abort | SystemExit):
        return problem
    if isinstance(problem, KeyboardInterrupt) or _is_cancelled(problem):
        return click.exceptions.Exit(INTERRUPTED)
    if isinstance(problem, OSError) and problem.errno == errno.EPIPE:
        silence()
        return click.exceptions.Exit(READER_LEFT)
    if isinstance(problem, OSError) and problem.errno in NO_ROOM and problem.filename is None:
        silence()
        return Unavailable(f"error: the output cannot be written: {problem.strerror}")
    known = expected(problem)
    if known is not None:
        return known
    return _bug(problem, trace=trace) if isinstance(problem, Exception) else problem


def _is_cancelled(problem: BaseException) -> bool:
    """Whether a task was ended from outside; nothing was without asyncio."""
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and isinstance(problem, asyncio.CancelledError)


def expected(problem: BaseException) -> Told | None:
    """What to say of mistakes of people and machines that the engine tells apart; None for anything else."""
    import retoure
    from retoure.diagnostics.render import rendered

    if isinstance(problem, BaseExceptionGroup) and len(problem.exceptions) == 1:
        return expected(problem.exceptions[0])
    if isinstance(problem, retoure.CompileFailed):
        return Told(f"{rendered(problem.findings, problem.source)}\n\n{problem.source.name} cannot be used.")
    if isinstance(problem, retoure.DeploymentInvalid | retoure.SettingsInvalid):
        return WrongUse(f"error: {problem}")
    if isinstance(problem, retoure.VersionUnusable):
        return Told(f"error: {problem}")
    if isinstance(problem, retoure.StoreError | retoure.SchemaInvalid):
        return Unavailable(f"error: {problem}")
    if isinstance(problem, OSError) and problem.filename is not None:
        return WrongUse(f"error: {problem.filename} cannot be used: {problem.strerror}")
    return None


def _bug(problem: Exception, *, trace: bool) -> Told:
    words = " ".join(f"{type(problem).__name__}: {problem}".split())
    if trace:
        details = "".join(traceback.format_exception(problem)).rstrip()
        return Bug(f"{details}\nerror: this is a mistake in retoure: {words}")
    return Bug(f"error: this is a mistake in retoure: {words} (--traceback before the command shows more)")
