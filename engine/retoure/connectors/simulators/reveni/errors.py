"""Refusals in the shape of Django REST Framework, which the API resembles (reveni.md 1, an assumption)."""

from __future__ import annotations

from typing import Any

from ..calls import Answer, Problem


class Refused(Problem):
    """A call answered with an error: `{"detail": "..."}` or `{"<field>": ["..."]}`."""

    def __init__(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body
        self.headers = headers or {}

    def answer(self) -> Answer:
        """The body as it is."""
        return Answer(self.body, self.status, self.headers)


REFUSALS = (400, 401, 404, 409, 429)
SHAPE: dict[str, Any] = {"type": "object", "minProperties": 1}
"""Of a refusal, as JSON Schema: `detail`, or a list of texts for each field."""


def worded(answer: Answer, shape: str) -> Answer:
    """The same refusal in another shape; which one Reveni has is not documented (reveni.md 1)."""
    if shape == "empty":
        return Answer({}, answer.status, answer.headers)
    if shape == "message":
        return Answer({"message": str(answer.body.get("detail", answer.body))}, answer.status, answer.headers)
    return answer


def detail(status: int, text: str) -> Refused:
    """A refusal of the whole call."""
    return Refused(status, {"detail": text})


def field(name: str, text: str) -> Refused:
    """400 about one field."""
    return Refused(400, {name: [text]})


def item_field(position: int, name: str, text: str) -> Refused:
    """400 about one field of the item at `position`; the items before it are shown as fine (`{}`)."""
    return Refused(400, {"items": [*({} for _ in range(position)), {name: [text]}]})


def not_found() -> Refused:
    """404."""
    return detail(404, "Not found.")
