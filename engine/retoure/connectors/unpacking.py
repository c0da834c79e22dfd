"""Decompresses an answer piece by piece, never into more bytes than wanted: a small body may unpack into gigabytes."""

from __future__ import annotations

import zlib
from typing import Final

import httpx

ACCEPTED: Final = "gzip, deflate"
"""What is told to platforms in `Accept-Encoding`: the codings known here."""

_CODINGS: Final = frozenset({"gzip", "x-gzip", "deflate"})
_EITHER: Final = zlib.MAX_WBITS | 32  # zlib tells gzip and zlib apart by their header


class Unpacker:
    """One body in the coding of its `Content-Encoding`; empty and `identity` mean as it is."""

    def __init__(self, coding: str) -> None:
        name = coding.strip().lower()
        if name not in _CODINGS | {"", "identity"}:
            raise httpx.DecodingError(f"`{name[:40]}` was not asked for")
        self._inner = zlib.decompressobj(_EITHER) if name in _CODINGS else None
        self._begun = False

    def unpack(self, piece: bytes, most: int) -> bytes:
        """The next bytes, at most `most` (above 0). Raises httpx.DecodingError."""
        if self._inner is None:
            return piece[:most]
        self._begun = self._begun or piece != b""
        try:
            return self._inner.decompress(piece, most)
        except zlib.error as problem:
            raise httpx.DecodingError(str(problem)) from problem

    def finish(self) -> None:
        """Raises httpx.DecodingError when the body ended before its coding did; an empty body has none."""
        if self._inner is not None and self._begun and not self._inner.eof:
            raise httpx.DecodingError("the compressed answer ends too early")
