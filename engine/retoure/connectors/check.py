"""Finds out by reading whether a call with an unknown outcome took effect, from what the manifest says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from ..types.manifest import Operation, OutcomeCheck
from .places import PlaceMissing, at, fill, listed, values_of
from .port import Call, CallFailed, ErrorClass, Json, Settled

Read = Callable[[Call], Awaitable[Json]]


async def settle(read: Read, operation: Operation, call: Call, options: Mapping[str, str] | None = None) -> Settled:
    """Reads as `operation.check` says and judges. Raises CallFailed when the read itself fails.

    UNKNOWN where the manifest has no check, or the call lacks a field that the check needs.
    """
    if operation.check is None:
        return Settled.UNKNOWN
    values = values_of(operation, call, options or {})
    try:
        arguments = tuple(fill(template, values) for template in operation.check.arguments)
    except PlaceMissing:
        return Settled.UNKNOWN
    try:
        found = await read(Call(operation.check.read, arguments))
    except CallFailed as failed:
        if failed.error == ErrorClass.NOT_FOUND:
            return Settled.NOT_APPLIED if not operation.check.list else Settled.UNKNOWN
        raise
    return judge(operation.check, found, values)


def judge(check: OutcomeCheck, found: Json, values: Mapping[str, Json]) -> Settled:
    """What the record that was read says about the call.

    Without `list`, anything found proves the call. With it, the element that `where` points at decides by having
    `has`; when no element fits, a check with `has` looked for something it cannot recognise and stays UNKNOWN.
    """
    if not check.list and not check.where:
        return Settled.APPLIED if found and (not check.has or _has(found, check.has)) else Settled.NOT_APPLIED
    fitting = [element for element in listed(found, check.list) if _fits(element, check.where, values)]
    if not fitting:
        return Settled.UNKNOWN if check.has else Settled.NOT_APPLIED
    applied = not check.has or any(_has(element, check.has) for element in fitting)
    return Settled.APPLIED if applied else Settled.NOT_APPLIED


def _has(element: Json, path: str) -> bool:
    return at(element, path) not in (None, "", [], {})


def _fits(element: Mapping[str, Json], where: Mapping[str, str], values: Mapping[str, Json]) -> bool:
    """Ids are numbers on one side and text on the other, so both are compared as text; missing never fits."""
    pairs = ((at(element, ours), at(values, theirs)) for ours, theirs in where.items())
    return all(left is not None and right is not None and str(left) == str(right) for left, right in pairs)
