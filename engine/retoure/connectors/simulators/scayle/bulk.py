"""Bulk requests of stocks (scayle.md 2.5): handed in at once or in chunks, carried out while they are asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from ..calls import Answer, Call, Rule, number
from .answers import Json
from .errors import Refused, bad_request, conflict, not_found
from .routes import BASE, page, stock_write
from .state import Scayle

_STOCK = re.compile(r"/variants/([^/]+)/stocks")


@dataclass(slots=True)
class Bulk:
    """One request; `results` holds the response of each operation that was carried out, by its key."""

    key: int
    operations: dict[str, Json] = field(default_factory=dict)
    complete: bool = False
    polls: int = 0
    status: str = "new"
    results: dict[str, Json] = field(default_factory=dict)

    @property
    def failed(self) -> int:
        """Operations that were refused."""
        return sum(result["statusCode"] >= 400 for result in self.results.values())


def post_bulk(state: Scayle, call: Call) -> Answer:
    """A chunk of a bulk request: a new one, or more of the one that `callbacks.bulkRequestKey` names."""
    body = call.body if isinstance(call.body, dict) else {}
    callbacks, operations = body.get("callbacks") or {}, body.get("operations")
    if not isinstance(callbacks, dict) or not isinstance(operations, list) or not operations:
        raise bad_request("callbacks must be an object, operations a non-empty array.", field="operations")
    _check_cap(state, len(operations))
    bulk = _opened(state, callbacks.get("bulkRequestKey"))
    for operation in operations:
        _add(bulk, operation)
    bulk.complete = callbacks.get("requestStatus", "complete") == "complete"
    return Answer({"key": bulk.key})


def _check_cap(state: Scayle, more: int) -> None:
    """A tenant has a cap on operations that are not done; which one for stocks is not documented."""
    cap = state.switches.bulk_cap
    waiting = sum(len(bulk.operations) - len(bulk.results) for bulk in state.bulk_requests.values())
    if cap is not None and waiting + more > cap:
        raise conflict("BULK_OPERATIONS_LIMIT", f"No more than {cap} operations may be under way.")


def _opened(state: Scayle, key: Any) -> Bulk:
    if key is None:
        made = Bulk(state.number("bulk request", 123))
        state.bulk_requests[made.key] = made
        return made
    bulk = _found(state, str(key))
    if bulk.complete:
        raise conflict("BULK_REQUEST_COMPLETE", "A completed bulk request cannot be extended.")
    return bulk


def _add(bulk: Bulk, operation: Any) -> None:
    if not isinstance(operation, dict) or not isinstance(operation.get("key"), str):
        raise bad_request("Every operation needs a key.", field="operations")
    if operation["key"] in bulk.operations:
        raise bad_request(f"The key {operation['key']} is there twice.", field="operations")
    bulk.operations[operation["key"]] = operation


def get_bulks(state: Scayle, call: Call) -> Answer:
    """All bulk requests."""
    return page(state, list(state.bulk_requests.values()), call, _shown)


def get_status(state: Scayle, call: Call) -> Answer:
    """How far it is; a completed request is done once it was asked for `bulk_polls` times."""
    bulk = _found(state, call.path["key"])
    if bulk.complete and bulk.status in ("new", "pending", "processing"):
        bulk.polls += 1
        bulk.status = "processing"
        if bulk.polls > state.switches.bulk_polls:
            _ended(state, bulk)
    return Answer(_shown(bulk))


def get_operation(state: Scayle, call: Call) -> Answer:
    """One operation and its response."""
    bulk, key = _found(state, call.path["key"]), call.path["operation"]
    if key not in bulk.operations:
        raise not_found("operation", key)
    result = bulk.results.get(key)
    status = "new" if result is None else "failed" if result["statusCode"] >= 400 else "processed"
    return Answer({"key": key, "status": status, "response": result})


def put_cancel(state: Scayle, call: Call) -> Answer:
    """Stop what has not been done."""
    bulk = _found(state, call.path["key"])
    if bulk.status != "processed":
        bulk.status = "cancelled"
    return Answer(_shown(bulk))


def _ended(state: Scayle, bulk: Bulk) -> None:
    if state.switches.bulk_outcome == "processed":
        _carry_out(state, bulk)
    bulk.status = state.switches.bulk_outcome


def _carry_out(state: Scayle, bulk: Bulk) -> None:
    for key, operation in bulk.operations.items():
        try:
            bulk.results[key] = {"statusCode": 200, "body": _stored(state, operation)}
        except Refused as refused:
            bulk.results[key] = {"statusCode": refused.status, "body": refused.answer().body}


def _stored(state: Scayle, operation: Json) -> Json:
    found = _STOCK.fullmatch(str(operation.get("url")))
    if operation.get("method") != "POST" or found is None or not isinstance(operation.get("body"), dict):
        raise bad_request("This operation cannot be done in bulk.")
    variant = state.variant(unquote(found.group(1)))
    return state.write_stock(stock_write(state, variant.id, variant.sku, operation["body"]))


def _found(state: Scayle, key: str) -> Bulk:
    bulk = state.bulk_requests.get(number(key) or 0)
    if bulk is None:
        raise not_found("bulk_request", key)
    return bulk


def _shown(bulk: Bulk) -> Json:
    done = len(bulk.results)
    progress = {
        "totalOperations": len(bulk.operations),
        "processedOperations": done,
        "failedOperations": bulk.failed,
    }
    return {"key": bulk.key, "status": bulk.status, "progress": progress}


RULES: tuple[Rule[Scayle], ...] = (
    Rule("POST", BASE + "/variants/stocks/bulk-requests", post_bulk, "stocksWrite"),
    Rule("GET", BASE + "/bulk-requests", get_bulks, "globalRead"),
    Rule("GET", BASE + "/bulk-requests/{key}/status", get_status, "globalRead"),
    Rule("GET", BASE + "/bulk-requests/{key}/operations/{operation}/status", get_operation, "globalRead"),
    Rule("PUT", BASE + "/bulk-requests/{key}/cancel", put_cancel, "globalWrite"),
)
