from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from retoure._data import data_folder
from retoure.types.kinds import Enum, Integer, ListOf, Record, Text
from retoure.types.load import load_system
from retoure.types.manifest import EventKind, Fact, Kind, Manifest, Operation, OutcomeCheck
from retoure.types.problem import SchemaInvalid
from retoure.types.system_files import known_systems, system_files

SYSTEMS = ("reveni/merchants-v0", "scayle/admin-v1")


@pytest.fixture(params=SYSTEMS)
def manifest(request: pytest.FixtureRequest) -> Manifest:
    return load_system(request.param)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the schemas that a test may break."""
    for system in ("reveni", "scayle"):
        shutil.copytree(data_folder("schemas") / system, tmp_path / system)
    return tmp_path


def broken(folder: Path, file: str, old: str, new: str) -> SchemaInvalid:
    """What loading says after the first `old` in `file` became `new`."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SchemaInvalid) as refused:
        load_system(file.removesuffix(".json").removesuffix(".manifest.yaml"), folder)
    return refused.value


def test_the_shipped_systems_are_found_and_load() -> None:
    assert known_systems() == SYSTEMS
    assert [load_system(version).system for version in SYSTEMS] == ["reveni", "scayle"]


def test_a_file_is_read_each_time_and_what_has_not_changed_is_the_very_same_text(copy: Path) -> None:
    before, file = system_files(SYSTEMS[0], copy), copy / f"{SYSTEMS[0]}.json"
    assert system_files(SYSTEMS[0], copy).types is before.types
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert system_files(SYSTEMS[0], copy) == before
    file.write_text(before.types + " ", encoding="utf-8")
    assert system_files(SYSTEMS[0], copy).types == before.types + " "


def test_the_schema_of_manifests_is_sound_and_describes_every_property() -> None:
    rules = json.loads((data_folder("schemas") / "manifest.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(rules)


def described(schema: Mapping[str, Any], at: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every field of a schema and of the records inside it."""
    for name, part in schema.get("properties", {}).items():
        yield f"{at}.{name}", part
        yield from described(part, f"{at}.{name}")
    if isinstance(schema.get("items"), dict):
        yield from described(schema["items"], f"{at}[]")


def test_every_field_says_what_it_means_and_how_that_is_known(manifest: Manifest) -> None:
    marks = ("documented", "seen in code", "inference", "assumption")
    for name, schema in manifest.schemas.items():
        for at, part in [(name, schema), *described(schema, name)]:
            text = str(part.get("description", ""))
            assert text.endswith(")"), at
            assert text.rpartition("(")[2].startswith(marks), at


def sent_types(manifest: Manifest) -> set[str]:
    """Types that only occur in inputs; a mapping fills those, no platform sends them."""
    operations = manifest.operations.values()
    inputs = {str(operation.input) for operation in operations if operation.input}
    answers = {str(operation.output) for operation in operations if operation.output}
    told = {f"{manifest.system}.{event.record}" for event in manifest.events.values()}
    return reached(manifest, inputs) - reached(manifest, answers | told)


def reached(manifest: Manifest, names: set[str]) -> set[str]:
    """The types, and those they are made of."""
    found: set[str] = set()
    waiting = [name.rpartition(".")[2] for name in names]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += re.findall(r"#/\$defs/(\w+)", json.dumps(manifest.schemas[name], default=str))
    return found


def test_what_a_platform_need_not_send_may_also_be_null(manifest: Manifest) -> None:
    for name, schema in manifest.schemas.items():
        if name in sent_types(manifest):
            continue
        needed: Any = schema.get("required", ())
        for at, part in described(schema, name):
            required = at.rpartition(".")[2] in needed or "." in at.removeprefix(f"{name}.")
            nullable = "null" in part.get("type", ()) or "anyOf" in part or not {"type", "$ref"} & part.keys()
            assert required or nullable, at


def test_every_operation_event_and_fact_names_its_source(manifest: Manifest) -> None:
    things: list[Operation | EventKind | Fact] = [
        *manifest.operations.values(),
        *manifest.events.values(),
        *manifest.facts.values(),
    ]
    assert all(thing.source.startswith(f"{manifest.system}.md ") for thing in things)


def test_reading_twice_gives_the_same_manifest() -> None:
    assert load_system(SYSTEMS[0]) is load_system(SYSTEMS[0])


def test_an_edited_file_is_read_again(copy: Path) -> None:
    before = load_system("reveni/merchants-v0", copy)
    path = copy / "reveni" / "merchants-v0.manifest.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("title: Reveni", "title: Changed"), encoding="utf-8")
    assert load_system("reveni/merchants-v0", copy).title == "Changed merchants API v0"
    assert before.title == "Reveni merchants API v0"


def test_a_return_and_its_words() -> None:
    reveni = load_system("reveni/merchants-v0")
    record = reveni.types["Return"]
    required = {name for name, field in record.fields.items() if field.required}
    assert required == {"id", "status", "currency", "order", "return_items", "updated_at"}
    assert str(record) == "reveni.Return"
    items = record.fields["return_items"].type
    assert isinstance(items, ListOf)
    assert isinstance(items.item, Record)
    assert {name for name, field in items.item.fields.items() if field.required} == {"id", "quantity", "status"}
    status = reveni.enums["ReturnStatus"]
    assert record.fields["status"].type is status
    assert status.open
    assert status.canonical("PARTLY_ACCEPTED") == "partly_accepted"
    assert len(status.values) == 13
    assert reveni.approving == {"Return": ("accepted", "partly_accepted", "completed")}


def test_the_refund_of_scayle_is_a_side_effect_of_reporting_a_unit() -> None:
    send = load_system("scayle/admin-v1").operations["return_items.send"]
    assert (send.kind, send.idempotent, send.undo) == (Kind.CREATE, False, "")
    assert ("refund", "refunds_on_return_items") in {(effect.name, effect.when) for effect in send.side_effects}
    assert send.check == OutcomeCheck("orders.get", ("{order}",), "items", {"id": "unit"}, "returnedAt")
    assert send.http is not None
    assert send.http.wrap
    assert send.http.body == ("returnKey", "received", "returnReason", "merchantReferenceKey")
    assert {(error.code, error.status) for error in send.errors} == {
        ("ALREADY_RETURNED", 409),
        ("RETURN_KEY_UNKNOWN", 404),
    }


def test_stock_is_added_by_composed_calls_that_settle_themselves() -> None:
    add = load_system("scayle/admin-v1").operations["stock.add"]
    assert (add.kind, add.additive, add.undo, add.settles_itself) == (Kind.INCREMENT, "quantity", "derived", True)
    assert add.identity == ("variant", "warehouse", "merchantReferenceKey")
    assert add.http is None


def test_commands_bound_what_is_sent() -> None:
    scayle = load_system("scayle/admin-v1")
    unit = scayle.types["ReturnUnit"].fields
    assert {name for name, field in unit.items() if field.required} == {"order", "unit", "returnKey", "received"}
    received = unit["received"].type
    assert isinstance(received, Text)
    assert received.pattern == "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"
    assert scayle.types["StockIncrement"].fields["quantity"].type == Integer()
    code = scayle.types["BillingStatus"].fields["code"].type
    assert isinstance(code, Enum)
    assert (len(code.values), code.open) == (4, False)
    items = scayle.types["NewOrder"].fields["items"].type
    assert isinstance(items, ListOf)
    assert items.some


def test_an_operation_that_cannot_be_repeated_can_be_checked_or_says_why_not() -> None:
    def careless(operation: Operation) -> bool:
        known = operation.idempotent or operation.check or operation.settles_itself
        return operation.kind is not Kind.READ and not known

    found = {name for version in SYSTEMS for name, one in load_system(version).operations.items() if careless(one)}
    for version in SYSTEMS:
        text = (data_folder("schemas") / f"{version}.manifest.yaml").read_text(encoding="utf-8")
        said = {
            name for name in found if re.search(rf"^  {name}:\n(    .*\n)*?    # .*[Nn]o check", text, re.MULTILINE)
        }
        found -= said
    assert found == set()


def test_events_of_both_platforms() -> None:
    scayle, reveni = load_system("scayle/admin-v1").events, load_system("reveni/merchants-v0").events
    assert scayle["order_cancelled"].wire_names == ("order-cancelled", "order-canceled")
    assert (scayle["order_item_returned"].key, scayle["order_item_returned"].id) == ("payload.order.id", "key")
    assert (scayle["payment_refund"].key, scayle["payment_refund"].snapshot) == ("payload.id", "payload")
    updated = reveni["return_updated"]
    assert (updated.wire_names, updated.key, updated.reread) == (("return.updated",), "data.resource_id", "returns.get")


@pytest.mark.parametrize("version", ["scayle", "../etc/passwd", "scayle/../../x", "Scayle/v1", ""])
def test_a_name_that_is_no_name_reaches_no_file(version: str) -> None:
    with pytest.raises(SchemaInvalid, match="a system is named like `scayle/admin-v1`"):
        load_system(version)


def test_an_unknown_system_lists_the_known_ones() -> None:
    with pytest.raises(SchemaInvalid, match="known are reveni/merchants-v0, scayle/admin-v1"):
        load_system("shopify/admin-v1")


def test_a_missing_schema_file_is_named(copy: Path) -> None:
    (copy / "scayle" / "admin-v1.json").unlink()
    with pytest.raises(SchemaInvalid, match="this file is missing") as refused:
        load_system("scayle/admin-v1", copy)
    assert refused.value.file.endswith("admin-v1.json")


def test_the_message_shows_file_and_pointer() -> None:
    assert str(SchemaInvalid("a.yaml", "/x/y", "wrong")) == "a.yaml#/x/y: wrong"


SCAYLE = "scayle/admin-v1.manifest.yaml"
TYPES = "scayle/admin-v1.json"
REVENI = "reveni/merchants-v0.manifest.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "pointer", "message"),
    [
        (SCAYLE, "system: scayle", "system: [", "", "line "),
        (SCAYLE, "system: scayle", "system: scayle\nsystem: x", "", "line 7, column 1: `system` is written twice"),
        (SCAYLE, "system: scayle", "sistem: scayle", "/sistem", "is not known here: known are manifest, system"),
        (SCAYLE, "system: scayle", "system: shopware", "/version", "says `scayle/admin-v1`"),
        (SCAYLE, "version: scayle/admin-v1", "version: scayle/admin-v2", "/version", "the file's place says"),
        (SCAYLE, "schema: admin-v1.json", "schema: other.json", "/schema", "expected `admin-v1.json`"),
        (SCAYLE, 'values: ["ON", "OFF"]', "values: [ON, OFF]", "/facts/refunds_on_return_items/values/0", "got true"),
        (SCAYLE, 'default: "ON"', 'default: "MAYBE"', "/facts/refunds_on_return_items/default", "not one of ON, OFF"),
        (SCAYLE, "kind: read", "kind: write", "/operations/orders.get/kind", "one of read, set, increment"),
        (SCAYLE, "output: Order\n", "output: Ordr\n", "/operations/orders.get/output", "no type `Ordr`"),
        (SCAYLE, "    output: Order\n", "", "/operations/orders.get/output", "a read gives an answer"),
        (SCAYLE, "input: OrderNote", "input: OrderStatus", "/operations/orders.annotate/input", "set of words"),
        (SCAYLE, "    input: OrderNote\n", "", "/operations/orders.annotate/input", "name the type of its input"),
        (SCAYLE, "    summary: One order", "    sumary: One order", "/operations/orders.get/sumary", "not known here"),
        (SCAYLE, "    idempotent: true\n", "", "/operations/orders.get/idempotent", "is missing"),
        (SCAYLE, "list: items, id: id", "list: itms, id: id", "/operations/orders.get/units/list", "not a list"),
        (SCAYLE, "list: items, id: id", "list: items, id: idd", "/operations/orders.get/units/id", "no field `idd`"),
        (SCAYLE, "orders/{identifier}", "orders/{order}", "/operations/orders.get/http/path", "nothing fills `{order}"),
        (SCAYLE, '"{cursor}"', '"{after}"', "/operations/orders.list/http/query/cursor", "nothing fills `{after}`"),
        (SCAYLE, "body: [code,", "body: [cod,", "/operations/orders.billing_status/http/body/0", "no field `cod`"),
        (SCAYLE, "identity: [order, name]", "identity: [order, nam]", "/operations/orders.annotate/identity/1", "nam"),
        (SCAYLE, "additive: quantity", "additive: amount", "/operations/stock.add/additive", "no field `amount`"),
        (SCAYLE, "additive: quantity", "additive: variant", "/operations/stock.add/additive", "does not add up"),
        (SCAYLE, "    additive: quantity\n", "", "/operations/stock.add/additive", "an increment needs"),
        (
            SCAYLE,
            "read: orders.get\n",
            "read: orders.create\n",
            "/operations/return_items.send/check/read",
            "there is no read `orders.create`",
        ),
        (
            SCAYLE,
            'arguments: ["{order}"]',
            'arguments: ["{order}", "x"]',
            "/operations/return_items.send/check/arguments",
            "takes 1, given are 2",
        ),
        (
            SCAYLE,
            'arguments: ["{order}"]',
            'arguments: ["{id}"]',
            "/operations/return_items.send/check/arguments/0",
            "no field `id` in scayle.ReturnUnit",
        ),
        (SCAYLE, "where: { id: unit }", "where: { id: u }", "/operations/return_items.send/check/where", "`u`"),
        (SCAYLE, "where: { id: unit }", "where: { i: unit }", "/operations/return_items.send/check/where", "`i`"),
        (SCAYLE, "has: returnedAt", "has: returned", "/operations/return_items.send/check/has", "`returned`"),
        (SCAYLE, "      list: items\n", "", "/operations/return_items.send/check", "list"),
        (
            SCAYLE,
            "when: refunds_on_return_items",
            "when: refunds",
            "/operations/return_items.send/side_effects/0/when",
            "there is no fact `refunds`",
        ),
        (SCAYLE, "NED, status: 409", "NED, status: 404", "/operations/return_items.send/errors/1", "error_key"),
        (SCAYLE, "record: OrderVersion", "record: OrderVersions", "/events/order_confirmed/record", "no record"),
        (SCAYLE, "reread: orders.follow", "reread: orders.list", "/events/order_confirmed/reread", "the key alone"),
        (SCAYLE, "reread: orders.follow", "reread: orders.status", "/events/order_confirmed/reread", "gives scayle."),
        (SCAYLE, "reread: orders.follow", "reread: nothing.get", "/events/order_confirmed/reread", "no read"),
        (
            SCAYLE,
            "[order-corrective-invoiced]",
            "[order-item-returned]",
            "/events/order_corrective_invoiced/wire_names/0",
            "already means `order_item_returned`",
        ),
        (REVENI, "Return: [accepted,", "Return: [aproved,", "/approving/Return/0", "`aproved` is not a known status"),
        (REVENI, "  Return: [acc", "  Refnd: [acc", "/approving/Refnd", "no `status` with known words"),
        (TYPES, '{"type": "null"}', '{"type": "nil"}', "/$defs/Order/properties/status/anyOf/1/type", "not JSON"),
        (TYPES, '"type": "object"', '"type": 7', "/$defs/Order/type", "not JSON Schema 2020-12"),
        (TYPES, '"$defs"', '"defs"', "/$defs", "expected the types"),
        (TYPES, "{", "[", "", "this is not JSON, line 2"),
    ],
)  # fmt: skip
def test_a_broken_file_gives_one_message_with_place_and_remedy(
    copy: Path, file: str, old: str, new: str, pointer: str, message: str
) -> None:
    refused = broken(copy, file, old, new)
    assert refused.file == str(copy / file)
    assert refused.pointer == pointer, refused
    assert message in refused.message
    assert "\n" not in refused.message
