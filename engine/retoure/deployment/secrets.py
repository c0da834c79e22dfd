"""Secrets by reference: a deployment file says where one is found, never what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..connectors.secret import Secret


class SecretMissing(Exception):
    """A secret is not where the deployment file says; the text says what to do and shows no value."""


@dataclass(frozen=True, slots=True)
class SecretRef:
    """`env:NAME` or `file:/path`; a relative file stands beside the deployment file."""

    text: str
    folder: Path = Path()

    def __str__(self) -> str:
        return self.text

    def resolve(self, environment: Mapping[str, str]) -> Secret:
        """The secret, blanks at both ends removed. Raises SecretMissing, also when it is empty or fits no header."""
        kind, _, where = self.text.partition(":")
        value = self._variable(where, environment) if kind == "env" else self._file(where)
        value = value.strip()
        if not value:
            raise SecretMissing(f"`{self.text}` is empty")
        if not (value.isascii() and value.isprintable()):
            raise SecretMissing(f"`{self.text}` holds more than one line, or characters that no header can carry")
        return Secret(value)

    def _variable(self, name: str, environment: Mapping[str, str]) -> str:
        if name not in environment:
            raise SecretMissing(f"the environment variable {name} is not set")
        return environment[name]

    def _file(self, where: str) -> str:
        path = self.folder / where
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError as problem:
            raise SecretMissing(f"the file {path} is no text") from problem
        except OSError as problem:
            raise SecretMissing(f"the file {path} cannot be read: {problem.strerror}") from problem
