"""The mapping versions a worker decides with: its own, and those it has loaded from the database."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from ..runtime.program import Program
from .errors import OtherVersion, StoreError
from .store.port import Store, Version
from .thread import StoreThread

log = logging.getLogger("retoure.delivery")


@dataclass(frozen=True)
class Library:
    """How versions are kept and run again: the worker's `own` one as it is kept, and `load`, which makes a program of
    any; what it raises says why it cannot.
    """

    own: Version
    load: Callable[[Version], Program]


class Programs:
    """Programs by their identity. `current` is the one in force for returns that nothing was heard of yet.

    Without a library there is one program, which decides everything, whatever the database says.
    """

    def __init__(self, own: Program, store: Store, thread: StoreThread, library: Library | None = None) -> None:
        self.current = own
        self._own = own
        self._store = store
        self._thread = thread
        self._library = library
        self._known = {own.identity: own}
        self._unusable: dict[str, str] = {}

    async def find(self, identity: str) -> Program:
        """The program of that version; the worker's own where the database names none. Raises OtherVersion."""
        if self._library is None or not identity:
            return self._own
        if identity not in self._known:
            self._known[identity] = await self._loaded(self._library, identity)
            log.info("loaded mapping version %s", identity)
            await self.refresh()
        return self._known[identity]

    async def refresh(self) -> None:
        """Looks which version is in force by now. One that cannot be run here leaves the current one in its place."""
        if self._library is None:
            return
        identity = await self._thread(self._store.in_force)
        if identity != self.current.identity:
            try:
                self.current = await self.find(identity)
            except OtherVersion as problem:
                log.warning("%s", problem)

    async def _loaded(self, library: Library, identity: str) -> Program:
        if identity in self._unusable:
            raise OtherVersion(identity, self._unusable[identity])
        try:
            version = await self._thread(self._store.version, identity)
        except KeyError as problem:
            raise OtherVersion(
                identity, f"{problem.args[0]}: only a worker that was started with it can decide"
            ) from problem
        try:
            return await self._thread(library.load, version)
        except StoreError:
            raise
        except Exception as problem:
            self._unusable[identity] = f"{identity} cannot be run by this worker: {problem}"
            raise OtherVersion(identity, self._unusable[identity]) from problem
