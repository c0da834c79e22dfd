"""The shape of an answer that is not simply data: `{"error": word, "message": sentence}`."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse

RETRY_AFTER = 10
"""Seconds a platform is asked to wait when the store is not available."""


def answer(status: int, error: str, message: str, *, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A refusal. Sentences are fixed: nothing of a message, a secret or the store gets into them."""
    return JSONResponse({"error": error, "message": message}, status, headers=headers)


def unavailable(message: str) -> JSONResponse:
    """503, asking to come back."""
    return answer(503, "unavailable", message, headers={"Retry-After": str(RETRY_AFTER)})
