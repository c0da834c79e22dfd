"""An address that is called as it stands, nothing put behind it."""

from __future__ import annotations

import httpx


def split(url: str) -> tuple[str, str]:
    """Scheme, host and port (`https://acme.example:8443`), and the path."""
    whole = httpx.URL(url)
    return str(whole.copy_with(raw_path=b"/")).rstrip("/"), whole.raw_path.decode()
