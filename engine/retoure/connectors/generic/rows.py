"""What a manifest says of tables: which one an operation means, what a row of it looks like, what a read answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from ...types.kinds import Boolean, Integer, ListOf, MoneyType, Number, Optional, Record, Type
from ...types.manifest import Kind, Manifest, Operation
from ..port import Call, CallFailed, ErrorClass, Json

Row = Mapping[str, Json]


def operation_of(manifest: Manifest, call: Call) -> Operation:
    """The operation of a call. Raises CallFailed(INVALID), also for a read without the arguments it needs."""
    operation = manifest.operations.get(call.operation)
    if operation is None:
        raise CallFailed(ErrorClass.INVALID, f"{manifest.system} has no operation `{call.operation}`")
    if operation.kind is Kind.READ and len(call.arguments) < len(operation.parameters):
        wanted = ", ".join(parameter.name for parameter in operation.parameters)
        raise CallFailed(ErrorClass.INVALID, f"`{call.operation}` needs {wanted}")
    return operation


def table_of(operation: Operation) -> str:
    """The table: what stands before the dot, `orders` of `orders.get`."""
    return operation.name.partition(".")[0]


def list_field(operation: Operation) -> str:
    """The field of the answer that lists rows (`Orders.orders`), empty where the answer is one row."""
    fields = operation.output.fields if isinstance(operation.output, Record) else {}
    lists = [name for name, field in fields.items() if isinstance(bare(field.type), ListOf)]
    return lists[0] if len(fields) == 1 and lists else ""


def row_type(operation: Operation) -> Record:
    """The record that one row is: of the answer of a read, of the input of a write."""
    name, whole = list_field(operation), operation.output if operation.kind is Kind.READ else operation.input
    found = whole.fields[name].type if isinstance(whole, Record) and name else whole
    listed = bare(found) if found is not None else None
    record = bare(listed.item) if isinstance(listed, ListOf) else listed
    if not isinstance(record, Record):
        raise CallFailed(ErrorClass.INVALID, f"the manifest does not say what a row of `{operation.name}` is")
    return record


def sought(operation: Operation, call: Call) -> dict[str, str]:
    """The columns a read goes by and what must stand there: its parameters, those that were given."""
    named = zip((parameter.name for parameter in operation.parameters), call.arguments, strict=False)
    return {name: argument for name, argument in named if argument}


def answer(operation: Operation, rows: Sequence[Row]) -> Json:
    """What a read gives: the list of rows, or the last one. Raises CallFailed(NOT_FOUND)."""
    name = list_field(operation)
    if name:
        return {name: list(rows)}
    if not rows:
        raise CallFailed(ErrorClass.NOT_FOUND, f"no row of `{table_of(operation)}` fits", status=404)
    return rows[-1]


def given(operation: Operation, call: Call) -> dict[str, Json]:
    """The columns a write fills, those that have a value. Raises CallFailed(INVALID) for what no column can hold."""
    body = call.body or {}
    row = {name: body[name] for name in row_type(operation).fields if body.get(name) is not None}
    nested = next((name for name, value in row.items() if isinstance(value, Mapping | list | tuple)), None)
    if nested is not None:
        raise CallFailed(ErrorClass.INVALID, f"`{nested}` of `{operation.name}` is no single value: no column holds it")
    return row


def bare(type_: Type) -> Type:
    """The type without its `optional`."""
    return type_.of if isinstance(type_, Optional) else type_


def from_text(text: str, type_: Type) -> Json:
    """A cell of a CSV file as JSON; what does not fit its type stays text, and is told where it is read."""
    found = bare(type_)
    if isinstance(found, Boolean) and text in ("true", "false"):
        return text == "true"
    if isinstance(found, Integer) or (isinstance(found, MoneyType) and found.minor):
        return int(text) if text.removeprefix("-").isdecimal() else text
    return _number(text) if isinstance(found, Number) and not found.quoted else text


def _number(text: str) -> Json:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text
