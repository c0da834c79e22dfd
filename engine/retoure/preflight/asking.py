"""Harmless questions to a platform: reads of what does not exist, whose answers tell who may ask what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..connectors.port import Call, CallFailed, Connector, ErrorClass
from ..types.manifest import Kind, Manifest, Operation

NOBODY = "0"
"""The id that is asked for: no platform gives it out."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A read that was tried, and how it failed; None where it was answered with a record."""

    operation: Operation
    failed: CallFailed | None

    @property
    def silent(self) -> bool:
        """Whether the platform did not answer, or not in a way that says anything."""
        return self.failed is not None and self.failed.error in (ErrorClass.UNAVAILABLE, ErrorClass.TIMEOUT)

    @property
    def stranger(self) -> bool:
        """Whether the platform does not know the credentials."""
        return self._unauthorized and self.failed is not None and self.failed.status != 403

    @property
    def forbidden(self) -> bool:
        """Whether the credentials are good, and may not do this."""
        return self._unauthorized and not self.stranger

    @property
    def unsent(self) -> bool:
        """Whether the connector refused to ask."""
        return self.failed is not None and self.failed.error == ErrorClass.INVALID and self.failed.status is None

    @property
    def known(self) -> bool:
        """Whether the answer proves that the address is right: a record, or a refusal for want of a permission."""
        return self.failed is None or self.forbidden

    @property
    def _unauthorized(self) -> bool:
        return self.failed is not None and self.failed.error == ErrorClass.UNAUTHORIZED


async def tried(connector: Connector, operation: Operation) -> Tried:
    """Asks by a read operation for what does not exist."""
    try:
        await connector.send(Call(operation.name, arguments(operation)))
    except CallFailed as failed:
        return Tried(operation, failed)
    return Tried(operation, None)


def arguments(operation: Operation) -> tuple[str, ...]:
    """As many as the path of the request needs: what narrows a list is left out."""
    if operation.http is None:
        return (NOBODY,) * len(operation.parameters)
    in_path = [f"{{{parameter.name}}}" in operation.http.path for parameter in operation.parameters]
    return (NOBODY,) * sum(in_path)


def like(operation: Operation, manifest: Manifest) -> Operation | None:
    """The read whose answer says most about a permission: the operation itself, or one of the same resource.

    A key that may write may read as well (scayle.md 2.1): one that may not read a resource cannot write it. What is
    answered from our own books has no request.
    """
    if _askable(operation):
        return operation
    reads = (each for each in manifest.operations.values() if _askable(each) and not each.undocumented)
    return next((each for each in reads if _alike(each, operation)), None)


def _askable(operation: Operation) -> bool:
    return operation.kind is Kind.READ and not operation.books


def _alike(read: Operation, operation: Operation) -> bool:
    """Whether both are about one resource: of one rate-limit scope, or called alike where one has none."""
    ours, theirs = _scope(read), _scope(operation)
    if ours and theirs:
        return ours == theirs
    return read.name.partition(".")[0] == operation.name.partition(".")[0]


def _scope(operation: Operation) -> str:
    """`stocks` of `stocksWrite`."""
    return operation.http.scope.removesuffix("Read").removesuffix("Write") if operation.http else ""


def listing(manifest: Manifest) -> Operation | None:
    """A read that is answered with something on every account: a list."""
    reads = (each for each in manifest.operations.values() if each.kind is Kind.READ and not each.undocumented)
    return next((each for each in reads if each.http is not None and not arguments(each)), None)


def named(manifest: Manifest, names: Mapping[str, Operation]) -> dict[str, Operation]:
    """Of a mapping's operations (`scayle.orders.get`) those of one platform, without its name."""
    prefix = f"{manifest.system}."
    return {name.removeprefix(prefix): each for name, each in names.items() if name.startswith(prefix)}
