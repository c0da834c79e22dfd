"""The log of the commands that work: warnings and alerts, one line each, on standard error."""

from __future__ import annotations

import logging


def to_standard_error() -> None:
    """Shows warnings of everything. What lies below, such as addresses that were called, is not shown."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
