"""What can go wrong with the store itself. Failed calls to platforms are no exceptions here: they are handled."""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot be used; the text says which file and what to do."""


class StoreUnavailable(StoreError):
    """The store did not take a write or a read just now (locked, full, read-only); trying again later may help."""


class StoreDamaged(StoreError):
    """The file is not a database of ours, or its content is broken."""


class WrongVersion(StoreError):
    """The database was written by another version of its layout."""


class WorkerRunning(StoreError):
    """Another process already drains this database."""


class Fenced(StoreError):
    """Another worker drains the subject by now, since this one was not heard of for too long. Stop working on it."""


class OtherVersion(StoreError):
    """A mapping version decides the return that this process cannot run. Leave it to another worker."""

    def __init__(self, mapping: str, why: str) -> None:
        super().__init__(why)
        self.mapping = mapping


class UnitsTaken(Exception):
    """Another subject picked the same physical unit in the meantime: decide again with what is claimed now."""

    def __init__(self, units: tuple[str, ...]) -> None:
        super().__init__(f"already picked elsewhere: {', '.join(units)}")
        self.units = units
