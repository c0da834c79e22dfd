"""Keeps personal data out of what is shown about a return."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from ..connectors.redact import HIDDEN, redacted

SHORTEST: Final = 3  # shorter values, such as a country, stand in too many other words


class Mask:
    """Blanks personal data: in JSON by the names of its fields, in texts wherever a value of the records stands that is
    none to `spare`.
    """

    def __init__(self, values: Iterable[Any], *, off: bool = False, spare: Collection[str] = ()) -> None:
        self._off = off
        found = (
            set() if off else {text for value in values for text in _hidden(value, redacted(value))}.difference(spare)
        )
        words = "|".join(re.escape(text) for text in sorted(found, key=lambda text: (-len(text), text)))
        self._words = re.compile(rf"(?<![\w/])(?:{words})(?!\w)") if words else None

    def data(self, value: Any) -> Any:
        """A JSON value without personal data."""
        return value if self._off else self._texts(redacted(value))

    def text(self, text: str) -> str:
        """A text without personal data."""
        if self._off:
            return text
        hidden = str(redacted(text))
        return self._words.sub(HIDDEN, hidden) if self._words else hidden

    def words(self, text: str, shown: Callable[[str], str] = lambda _: HIDDEN) -> str:
        """A text without the values of the records; what else may be personal in it stays. `shown` says what stands for
        a value.
        """
        return self._words.sub(lambda found: shown(found[0]), text) if self._words and not self._off else text

    def at(self, path: str, value: Any) -> Any:
        """A value as it may be shown where it stands at a path: `return.customer.email`."""
        for name in reversed(path.split(".")):
            value = {name: value}
        value = self.data(value)
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else value
        return value

    def _texts(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: self._texts(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [self._texts(part) for part in value]
        return self.text(value) if isinstance(value, str) else value


def _hidden(value: Any, shown: Any) -> Iterator[str]:
    """The texts that redaction takes out."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _hidden(part, shown.get(name) if isinstance(shown, Mapping) else None)
    elif isinstance(value, list | tuple):
        for index, part in enumerate(value):
            yield from _hidden(part, shown[index] if isinstance(shown, list) and index < len(shown) else None)
    elif isinstance(value, str) and value != shown and len(value) >= SHORTEST:
        yield value
