"""New mappings from the schemas of two pairs of platforms: what is made checks, is in the layout, and passes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retoure import Source, check_source, compile_mapping, data_folder, files_of_tests, format_source
from retoure.scaffolding import CannotScaffold, Scaffold, scaffold
from retoure.testing import run_tests
from retoure.types.load import load_system
from retoure.types.manifest import Kind
from retoure.types.system_files import known_systems

from ...conftest import Golden

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "tests" / "golden" / "new"
PLAIN = ROOT / "tests" / "conformance" / "schemas"
SHIPPED = data_folder("schemas")


def writing(schemas: Path, target: str) -> list[str]:
    """Every operation of a platform that a mapping may send."""
    (system,) = (load_system(version, schemas) for version in known_systems(schemas) if version.startswith(target))
    return [f"{target}.{name}" for name, found in system.operations.items() if found.kind is not Kind.READ]


ALL = [
    *((SHIPPED, name) for name in (*writing(SHIPPED, "scayle"), *writing(SHIPPED, "reveni"))),
    *((PLAIN, name) for name in writing(PLAIN, "shop")),
]


def text(made: Scaffold) -> str:
    return made.files[made.mapping]


def put(made: Scaffold, folder: Path) -> Path:
    for path, content in made.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
    return folder / made.mapping


@pytest.mark.parametrize(("schemas", "operation"), ALL, ids=[name for _, name in ALL])
def test_every_operation_gives_a_mapping_without_findings_whose_test_passes(
    schemas: Path, operation: str, tmp_path: Path
) -> None:
    made = scaffold("trial", targets=[operation.partition(".")[0]], operations=[operation], schemas=schemas)
    source = Source.read(put(made, tmp_path))
    tests = files_of_tests(tmp_path / made.mapping)
    assert check_source(source, schemas, tests=tests).findings == ()
    assert [format_source(file) for file in (source, *tests)] == [file.text for file in (source, *tests)]
    (result,) = run_tests(compile_mapping(source, schemas=schemas, tests=tests), tmp_path)
    assert (result.error, result.failures) == ("", ())
    assert all(len(line) <= 120 for line in source.text.splitlines())


@pytest.mark.parametrize("operation", ["scayle.orders.annotate", "scayle.return_items.send"])
def test_what_is_made(operation: str, golden: Golden) -> None:
    made = scaffold("my_shop", "reveni", ["scayle"], operations=[operation])
    golden(GOLDEN / f"{operation}.rmap", text(made))
    golden(GOLDEN / f"{operation}.tests.rmap", made.files[made.tests])
    golden(GOLDEN / "return.json", made.files[made.fixture])


def test_without_names_the_most_harmless_operation_is_taken() -> None:
    assert scaffold("trial") == scaffold("trial", "reveni", ["scayle"], operations=["scayle.orders.annotate"])


def test_a_system_can_be_named_with_its_version() -> None:
    assert scaffold("trial", "reveni/merchants-v0", ["scayle/admin-v1"]) == scaffold("trial")


def test_a_value_of_the_same_name_and_type_is_filled_in() -> None:
    assert "currency = return.currency" in text(scaffold("trial", schemas=PLAIN, operations=["shop.values.put"]))


def test_a_list_is_gone_through_when_that_fills_more() -> None:
    made = text(scaffold("trial", schemas=PLAIN, operations=["shop.stock.add"]))
    assert "quantity = item.quantity" in made
    assert "for each item in return.lines" in made


def test_money_moves_after_approval_and_through_a_gate() -> None:
    made = text(scaffold("trial", operations=["scayle.return_items.send"]))
    assert "when return becomes approved" in made
    assert "approved    = accepted, partly_accepted, completed" in made
    assert "only if return_items_send_ok(return)" in made
    assert "if not (return.instant default hold" in made


def test_the_fixture_says_nothing_about_a_person() -> None:
    made = scaffold("trial")
    assert "customer" not in json.loads(made.files[made.fixture])


def test_several_operations_stand_in_one_mapping(tmp_path: Path) -> None:
    made = scaffold("trial", operations=["scayle.orders.annotate", "scayle.stock.add"])
    assert made.operations == ("scayle.orders.annotate", "scayle.stock.add")
    source = Source.read(put(made, tmp_path))
    assert check_source(source).findings == ()


def test_an_event_goes_by_its_name_with_and_without_its_system() -> None:
    assert scaffold("trial", event="reveni.return_created") == scaffold("trial", event="return_created")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"source": "sap"}, "there is no system `sap`: name one of reveni/merchants-v0, scayle/admin-v1"),
        ({"event": "order_sent"}, "reveni sends no event `order_sent`: known are return_created, return_updated"),
        ({"operations": ["scayle.orders.get"]}, "scayle.orders.get only reads"),
        ({"operations": ["scayle.orders.burn"]}, "there is no operation `scayle.orders.burn`: those that write are"),
        ({"operations": ["scayle.stock.add", "scayle.stock.set"]}, "rules `stock_add` and `stock_set` both add to"),
    ],
)
def test_what_cannot_be_made_is_said(arguments: dict[str, str], message: str) -> None:
    with pytest.raises(CannotScaffold) as refused:
        scaffold("trial", **arguments)  # type: ignore[arg-type]  # one argument a case, of its own type
    assert message in str(refused.value)


def changed(tmp_path: Path, file: str, old: str, new: str) -> Path:
    """The plain platforms with one thing changed."""
    for path in PLAIN.glob("*/*"):
        (tmp_path / path.parent.name).mkdir(exist_ok=True)
        content = path.read_text(encoding="utf-8")
        assert file != f"{path.parent.name}/{path.name}" or old in content
        changed = content.replace(old, new) if file == f"{path.parent.name}/{path.name}" else content
        (tmp_path / path.parent.name / path.name).write_text(changed, encoding="utf-8")
    return tmp_path


def test_money_needs_a_status_that_approves_it(tmp_path: Path) -> None:
    schemas = changed(tmp_path, "returns/v1.manifest.yaml", "approving:\n  Return: [accepted]\n", "")
    with pytest.raises(CannotScaffold, match="does not say which status of a return approves the refund"):
        scaffold("trial", schemas=schemas, operations=["shop.refunds.send"])
    made = text(scaffold("trial", schemas=schemas, operations=["shop.notes.put"]))
    assert "when return becomes new, sent, arrived, checked, accepted, refused, cancelled" in made


def test_a_record_without_a_moment_cannot_be_followed(tmp_path: Path) -> None:
    needed = '"required": ["id", "status", "updated_at", "lines"]'
    schemas = changed(tmp_path, "returns/v1.json", needed, needed.replace('"updated_at", ', ""))
    with pytest.raises(CannotScaffold, match=r"Return cannot be followed: its schema does not promise a moment"):
        scaffold("trial", schemas=schemas, source="returns")


def test_orders_are_followed_in_the_other_direction(tmp_path: Path) -> None:
    made = scaffold("trial", source="scayle")
    assert "track order_version : scayle.OrderVersion" in text(made)
    assert check_source(Source.read(put(made, tmp_path))).findings == ()


def test_a_text_of_a_certain_form_takes_the_example_of_the_schema(tmp_path: Path) -> None:
    file, plain = "returns/v1.json", '"id": {"type": "string", "minLength": 1}'
    formed = plain.replace('"minLength": 1', '"pattern": "^R[0-9]{4}$"')
    with pytest.raises(CannotScaffold, match=r"fixture: id: .*; give the field `examples` in the schema returns/v1"):
        scaffold("trial", schemas=changed(tmp_path, file, plain, formed))
    shown = formed.replace("}}", "}").replace('$"}', '$", "examples": ["R0007"]}')
    made = scaffold("trial", schemas=changed(tmp_path, file, plain, shown))
    assert json.loads(made.files[made.fixture])["id"] == "R0007"


def test_statuses_that_are_no_names_become_stages(tmp_path: Path) -> None:
    schemas = changed(tmp_path, "returns/v1.json", '"sent", "arrived"', '"on the way", "2nd-try"')
    made = text(scaffold("trial", schemas=schemas))
    assert 'on_the_way     = "on the way"' in made
    assert 'status_2nd_try = "2nd-try"' in made
