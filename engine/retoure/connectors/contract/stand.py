"""A specimen at its place: the platform on a real socket behind the interposer, and connectors that call it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ...types.manifest import Kind, Operation
from ..http import HttpOptions
from ..kind import ConnectorKind, Wiring
from ..port import Call, CallFailed, Connector
from ..secret import Secret
from ..simulators.server import SimulatorServer
from .interposer import Interposer
from .subject import Specimen, Trials


class Broken(AssertionError):
    """A connector does not keep a rule; the text says how."""


class NotApplicable(Exception):
    """A rule says nothing about this connector; the text says why."""


@dataclass
class Stand:
    """One connector on trial. `url` is the platform's address, empty where there is no HTTP."""

    kind: ConnectorKind
    specimen: Specimen
    folder: Path
    url: str = ""
    interposer: Interposer | None = None
    trials: Trials = field(init=False)

    def __post_init__(self) -> None:
        self.trials = self.specimen.trials(self.url)

    @property
    def network(self) -> Interposer:
        """What stands before the platform. Raises NotApplicable without HTTP."""
        if self.interposer is None:
            raise NotApplicable("it speaks no HTTP")
        return self.interposer

    @asynccontextmanager
    async def connector(self, **http: Any) -> AsyncIterator[Connector]:
        """A connector as a deployment would build it, closed at the end; `http` changes its HttpOptions."""
        options = HttpOptions(f"{self.url}{self.specimen.path}", **http)
        secrets = {name: Secret(value) for name, value in self.specimen.secrets.items()}
        manifest = self.specimen.manifest
        wiring = Wiring(manifest.system, manifest, self.specimen.options, secrets, options, self.folder)
        made = self.kind.build(wiring)
        try:
            yield made
        finally:
            await made.aclose()

    def operation(self, call: Call) -> Operation:
        """What the manifest says of a call."""
        return self.specimen.manifest.operations[call.operation]

    def writes(self) -> tuple[Call, ...]:
        """The calls that change something. Raises NotApplicable when there are none."""
        if not self.trials.writes:
            raise NotApplicable("it writes nothing")
        return self.trials.writes

    def books(self) -> object:
        """What the platform holds now."""
        return self.specimen.books(self.url)

    def write(self, name: str) -> Call:
        """The trial of that operation, on this platform."""
        return next(call for call in self.trials.writes if call.operation == name)

    @contextmanager
    def again(self) -> Iterator[Stand]:
        """The same connector on a fresh platform: for another trial of the same rule."""
        with stand(self.kind) as fresh:
            yield fresh


@contextmanager
def stand(kind: ConnectorKind) -> Iterator[Stand]:
    """A fresh platform for one rule, stopped at the end. Raises NotApplicable for a connector without a specimen."""
    if kind.specimen is None:
        raise NotApplicable("it comes without a specimen to try")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="retoure-contract-")))
        specimen = kind.specimen(folder)
        if specimen.simulator is None:
            yield Stand(kind, specimen, folder)
            return
        interposer = Interposer(specimen.simulator)
        server = stack.enter_context(SimulatorServer(interposer))
        yield Stand(kind, specimen, folder, server.url, interposer)


async def failure(connector: Connector, call: Call, when: str) -> CallFailed:
    """How a call fails. Raises Broken when it does not, or with anything else than CallFailed."""
    try:
        answer = await connector.send(call, await connector.plan(call))
    except CallFailed as failed:
        return failed
    except Exception as problem:
        raise Broken(f"{when}: {call.operation} raised {type(problem).__name__}, not CallFailed") from problem
    raise Broken(f"{when}: {call.operation} succeeded with {str(answer)[:80]}")


def reads(operation: Operation) -> bool:
    """Whether an operation changes nothing."""
    return operation.kind is Kind.READ
