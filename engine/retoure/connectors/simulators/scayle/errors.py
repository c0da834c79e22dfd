"""Refusals of the Admin API, in the shape of scayle.md 2.3."""

from __future__ import annotations

from typing import Any

from ..calls import Answer, Problem
from .switches import Switches


class Refused(Problem):
    """A call that is answered with an error: HTTP `status`, machine key, English text, details."""

    def __init__(self, status: int, key: str, message: str, context: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.key = key
        self.message = message
        self.context = context or {}
        self.headers: dict[str, str] = {}

    def with_headers(self, headers: dict[str, str]) -> Refused:
        """The same refusal, its answer carrying these headers."""
        self.headers = headers
        return self

    def answer(self) -> Answer:
        """`{"errors":[{errorKey, message, context}]}`; an empty context is `[]` on 400 and 409, `{}` elsewhere."""
        context: Any = self.context or ([] if self.status in (400, 409) else {})
        body = {"errors": [{"errorKey": self.key, "message": self.message, "context": context}]}
        return Answer(body, self.status, self.headers)


REFUSALS = (400, 401, 403, 404, 409, 429)
SHAPE: dict[str, Any] = {
    "type": "object",
    "required": ["errors"],
    "properties": {
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["errorKey", "message", "context"],
                "properties": {
                    "errorKey": {"type": "string"},
                    "message": {"type": "string"},
                    "context": {"type": ["object", "array"]},
                },
            },
        }
    },
}
"""Of a refusal, as JSON Schema (scayle.md 2.3)."""


def worded(answer: Answer, switches: Switches) -> Answer:
    """The same refusal as this tenant words it: status of what is invalid, spelling of keys, shape of `context`."""
    errors = [_worded(error, switches) for error in answer.body["errors"]]
    invalid = answer.status == 400 and answer.body["errors"][0]["errorKey"] == "validation_error"
    return Answer({"errors": errors}, switches.validation_status if invalid else answer.status, answer.headers)


def _worded(error: dict[str, Any], switches: Switches) -> dict[str, Any]:
    case, context = switches.error_key_case, error["context"]
    if switches.error_context == "object":
        context = context or {}
    if switches.error_context == "array":
        context = [context] if context else []
    key = error["errorKey"] if case == "mixed" else str.lower(error["errorKey"])
    return {**error, "errorKey": key.upper() if case == "upper" else key, "context": context}


def bad_request(message: str, **context: Any) -> Refused:
    """400, a parameter is bad or missing; 422 is not among the documented statuses (scayle.md 2.3)."""
    return Refused(400, "validation_error", message, context)


def not_found(what: str, identifier: object) -> Refused:
    """404 with a key such as ORDER_NOT_FOUND; only VARIANT_NOT_FOUND has been seen in public (scayle.md 2.3)."""
    return Refused(404, f"{what.upper()}_NOT_FOUND", f"{what.capitalize()} {identifier} was not found.")


def conflict(key: str, message: str, **context: Any) -> Refused:
    """409, the call contradicts what is already there."""
    return Refused(409, key, message, context)
