"""Reveni's webhook signature (reveni.md 7)."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

HEADER = "X-REVENI-SIGNATURE"


def signature(key: str, body: bytes, at: datetime) -> str:
    """`t=<unix seconds with 6 decimals>,v1=<hex>`: HMAC-SHA256 over `t` + "." + raw body, keyed with the API key."""
    stamp = f"{at.timestamp():.6f}"
    digest = hmac.new(key.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"
