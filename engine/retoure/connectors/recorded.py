"""Answers reads from files recorded earlier; writes are refused, or collected in a dry run."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import quote

from ..types import json_text
from ..types.manifest import Kind, Manifest
from .kind import ConnectorKind, Wiring
from .port import Call, CallFailed, ErrorClass, Json, Request, Settled
from .redact import redacted
from .rest import request_of

NAME_LIMIT = 120


class RecordedConnector:
    """Reads `folder/<system>.<operation>/<argument>.json`, as `record_answer` writes them.

    With `dry`, writes are collected in `calls` and answer None; without it they fail with UNAUTHORIZED, so that a
    replay can never be mistaken for the real thing. A read that was not recorded fails with NOT_FOUND and names the
    file it looked for. Without a manifest every operation that has a folder is a read.
    """

    def __init__(self, system: str, folder: Path, manifest: Manifest | None = None, *, dry: bool = False) -> None:
        self.system = system
        self.folder = folder
        self.manifest = manifest
        self.dry = dry
        self.calls: list[Call] = []

    def __repr__(self) -> str:
        return f"RecordedConnector({self.system!r}, {str(self.folder)!r})"

    async def plan(self, call: Call) -> Json:
        """None: nothing will be written."""
        return None

    async def send(self, call: Call, plan: Json = None) -> Json:
        """The recorded answer of a read. Raises CallFailed."""
        if self._reads(call.operation):
            return self._recorded(call)
        if not self.dry:
            raise CallFailed(ErrorClass.UNAUTHORIZED, f"`{call.operation}` writes, and this connector only reads files")
        self.calls.append(call)
        return None

    async def settle(self, call: Call, plan: Json = None) -> Settled:
        """NOT_APPLIED: nothing was ever sent."""
        return Settled.NOT_APPLIED

    def render(self, call: Call) -> tuple[Request, ...]:
        """The platform's request when the manifest has one, else the call by its name."""
        operation = self.manifest.operations.get(call.operation) if self.manifest else None
        if operation is None or operation.http is None:
            return (Request("CALL", f"{call.operation}({', '.join(call.arguments)})", call.body),)
        options = {name: name.upper() for name in ("shop", "country", "store")}
        return (request_of(operation, call, options),)

    async def aclose(self) -> None:
        """Nothing to give back."""

    def _reads(self, operation: str) -> bool:
        if self.manifest is None:
            return (self.folder / f"{self.system}.{operation}").is_dir()
        known = self.manifest.operations.get(operation)
        return known is not None and known.kind is Kind.READ

    def _recorded(self, call: Call) -> Json:
        path = answer_file(self.folder, self.system, call.operation, call.arguments)
        try:
            answer: Json = json_text.parse(path.read_bytes())
        except FileNotFoundError as problem:
            raise CallFailed(ErrorClass.NOT_FOUND, f"no recorded answer: {path}", status=404) from problem
        except OSError as problem:
            why = f"{path} cannot be read: {problem.strerror}"
            raise CallFailed(ErrorClass.INVALID, why) from problem
        except json_text.JsonInvalid as problem:
            raise CallFailed(ErrorClass.INVALID, f"{path}: {problem}") from problem
        return answer


def answer_file(folder: Path, system: str, operation: str, arguments: tuple[str, ...] = ()) -> Path:
    """Where the answer of a read stands: `scayle.orders.get/100234.json`."""
    return folder / f"{system}.{operation}" / f"{file_name(arguments)}.json"


def file_name(arguments: tuple[str, ...]) -> str:
    """Arguments as a file name that every system takes and a person can write by hand.

    Letters, digits, `-`, `_`, `=` and inner dots stay, everything else becomes `%XX` of its UTF-8 bytes; several
    arguments are joined with a comma, none is `_`, an empty one is `%`. A name over 120 characters is cut and ends in
    `~` and a hash. Mind that some file systems do not tell upper from lower case.
    """
    name = ",".join(quote(argument, safe="=") or "%" for argument in arguments) or "_"
    name = re.sub(r"^\.|\.$|~", lambda found: f"%{ord(found.group()):02X}", name)
    if len(name) <= NAME_LIMIT:
        return name
    mark = hashlib.sha256("\n".join(arguments).encode()).hexdigest()[:10]
    return f"{name[:NAME_LIMIT]}~{mark}"


def record_answer(
    folder: Path, system: str, operation: str, answer: Json, arguments: tuple[str, ...] = (), *, redact: bool = True
) -> Path:
    """Writes a read's answer where RecordedConnector finds it, without personal data, and returns the file.

    Arguments become the file's name as they are: do not record reads whose argument is an e-mail address.
    """
    path = answer_file(folder, system, operation, arguments)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json_text.dump(redacted(answer) if redact else answer) + "\n", encoding="utf-8")
    return path


def _built(wiring: Wiring) -> RecordedConnector:
    folder = wiring.folder / wiring.option("folder")
    return RecordedConnector(wiring.system, folder, wiring.manifest, dry=wiring.options.get("dry") is True)


KIND = ConnectorKind(
    _built,
    "answers reads from recorded files, writes nothing",
    any_schema=True,
    must=("folder",),
    options={"folder": str, "dry": bool},
)
