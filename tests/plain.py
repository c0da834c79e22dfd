"""For requests to servers on loopback, which speak no TLS."""

from __future__ import annotations

import ssl
from typing import Final

PLAIN: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""`httpx.get(…, verify=PLAIN)`: else the system's certificates are read for each request, which takes far longer."""
