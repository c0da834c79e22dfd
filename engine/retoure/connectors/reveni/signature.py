"""Reveni's webhook signature: `X-REVENI-SIGNATURE: t=<Unix seconds>,v1=<64 hex>`.

HMAC-SHA256 over the text of `t`, a dot and the raw body, with the API key that requests use as well (Reveni's page on
webhook security). Rotating that key changes the signature in the same moment, so the previous key is tried too.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from msgspec import Struct

from ..port import Rejected

TOLERANCE = 300.0
"""Seconds a signature's time may differ from ours, before or after. Reveni leaves the choice to the receiver."""

HEADER_LIMIT = 4096
_USUAL = re.compile(r"t=([0-9]{1,12}(?:\.[0-9]{1,12})?),v1=([0-9a-f]{64})")
_TIME = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
_DIGEST = re.compile(r"[0-9A-Fa-f]{64}")


class Signature(Struct, frozen=True):
    """The header taken apart: `time` as its exact text, and every `v1` value in lower case."""

    time: str
    digests: tuple[str, ...]


def parse(header: str) -> Signature:
    """Reads the header leniently: spaces, several `v1`, other schemes and any order. Raises Rejected(malformed)."""
    usual = _USUAL.fullmatch(header)
    return Signature(usual[1], (usual[2],)) if usual else _lenient(header)


def _lenient(header: str) -> Signature:
    if not header.strip():
        raise Rejected("signature", "the webhook carries no signature")
    if len(header) > HEADER_LIMIT:
        raise Rejected("malformed", "the signature header is too long")
    pairs = [(name.strip().lower(), value.strip()) for name, _, value in (p.partition("=") for p in header.split(","))]
    times = [value for name, value in pairs if name == "t"]
    digests = tuple(value.lower() for name, value in pairs if name == "v1" and _DIGEST.fullmatch(value))
    if len(times) != 1 or not _TIME.fullmatch(times[0]):
        raise Rejected("malformed", "the signature header has no readable time `t`")
    if not digests:
        raise Rejected("malformed", "the signature header has no `v1` of 64 hexadecimal digits")
    return Signature(times[0], digests)


def digest(key: str, time: str, body: bytes) -> str:
    """What `v1` must be: lower-case hex."""
    signed = _keyed(key).copy()
    signed.update(time.encode() + b".")
    signed.update(body)
    return signed.hexdigest()


@lru_cache(256)
def _keyed(key: str) -> hmac.HMAC:
    """Where a digest with this key begins: to get there takes as long as half a message, and keys are few."""
    return hmac.new(key.encode(), digestmod="sha256")


def verify(header: str, body: bytes, keys: Sequence[str], now: datetime, tolerance: float = TOLERANCE) -> None:
    """Returns when one of `keys` (current first) signed exactly these bytes within `tolerance` seconds of `now`.

    Raises Rejected: `malformed`, `signature` (no key fits), `stale` (rightly signed, but too old or too far ahead).
    """
    signature = parse(header)
    if not _signed(signature, body, keys):
        raise Rejected("signature", "the signature does not fit the body: changed on the way, or another key")
    age = now.timestamp() - float(signature.time)
    if abs(age) > tolerance:
        when = f"{age:.0f} s old" if age > 0 else f"{-age:.0f} s in the future"
        raise Rejected("stale", f"the signature is {when}; {tolerance:.0f} s are allowed")


def _signed(signature: Signature, body: bytes, keys: Sequence[str]) -> bool:
    """Compares every key with every digest, so that the time taken tells nothing about which one fitted."""
    fits = False
    for key in filter(None, keys):
        wanted = digest(key, signature.time, body)
        for given in signature.digests:
            fits |= hmac.compare_digest(wanted, given)
    return fits
