"""`retoure doc`: complete, self-contained, and nothing of a mapping is taken for markup."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest

from retoure import check_source, data_folder, files_of_tests
from retoure.documenting import Document, document
from retoure.source import Source

from .conftest import Call

SHIPPED = data_folder("mappings") / "reveni_to_scayle" / "returns.rmap"
VOID = {"meta", "br", "link", "img", "hr"}


class Page(HTMLParser):
    """The words and elements of a page, and the elements that were not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words = ""
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture(scope="module")
def told() -> Document:
    checked = check_source(Source.read(SHIPPED), tests=files_of_tests(SHIPPED))
    return document(checked, checked.identity)


@pytest.fixture
def page(call: Call, tmp_path: Path) -> Page:
    result = call("doc", "reveni_to_scayle", "--to", str(tmp_path))
    assert (result.exit_code, result.stderr) == (0, f"wrote {tmp_path / 'reveni_to_scayle.html'}\n")
    return Page((tmp_path / "reveni_to_scayle.html").read_text(encoding="utf-8"))


def test_everything_of_the_mapping_is_in_it(page: Page, told: Document) -> None:
    wanted = [stage.name for stage in told.stages] + [status for stage in told.stages for status in stage.statuses]
    wanted += [field.text for found in told.maps for field in found.fields]
    wanted += [row.text for blocks in told.blocks.values() for block in blocks for row in block.rows]
    wanted += [effect.operation for effect in told.effects] + list(told.tests)
    assert len(wanted) > 150
    assert [words for words in wanted if words not in page.words] == []


def test_it_needs_nothing_from_elsewhere(page: Page) -> None:
    assert page.open == []
    names = {name for name, _ in page.elements}
    assert names & {"script", "link", "img", "iframe"} == set()
    addresses = [attributes["href"] for name, attributes in page.elements if "href" in attributes]
    targets = {f"#{attributes['id']}" for _, attributes in page.elements if attributes.get("id")}
    assert addresses
    assert set(addresses) <= targets


def test_tables_have_heads_and_the_picture_has_words(page: Page) -> None:
    heads = [attributes for name, attributes in page.elements if name == "th"]
    assert all(attributes.get("scope") in ("row", "col") for attributes in heads)
    (figure,) = (attributes for name, attributes in page.elements if name == "figure")
    assert figure["aria-label"]


def test_what_moves_money_says_so(told: Document) -> None:
    by_rule = {effect.rule: effect.consequences for effect in told.effects}
    assert by_rule["refund"][0] == "pays the shopper back"
    assert by_rule["restock"] == ("books stock",)
    assert [stage.name for stage in told.stages if stage.approved] == ["approved"]


def test_markdown_has_its_picture_beside_it(call: Call, tmp_path: Path, told: Document) -> None:
    result = call("doc", str(SHIPPED), "--to", str(tmp_path / "sign-off.md"))
    assert result.exit_code == 0
    text = (tmp_path / "sign-off.md").read_text(encoding="utf-8")
    assert "(sign-off.svg)" in text
    words = "".join(ET.parse(tmp_path / "sign-off.svg").getroot().itertext())
    assert [stage.name for stage in told.stages if stage.name not in words] == []
    assert [name for name in told.tests if name not in text] == []
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.endswith("|") for line in tables)


@pytest.mark.parametrize("ending", ["html", "md"])
def test_words_of_a_mapping_are_no_markup(call: Call, tmp_path: Path, ending: str) -> None:
    hostile = tmp_path / "hostile.rmap"
    text = SHIPPED.read_text(encoding="utf-8")
    text = text.replace(
        '"the inspection was opened again', '"<script>alert(1)</script> | `x` the inspection was opened again'
    )
    hostile.write_text(text.replace('rule draft "', 'rule draft "<b>bold</b> '), encoding="utf-8")
    assert call("doc", str(hostile), "--to", str(tmp_path / f"out.{ending}")).exit_code == 0
    written = (tmp_path / f"out.{ending}").read_text(encoding="utf-8")
    assert "alert(1)" in written
    assert "<script" not in written
    assert "<b>" not in written


def test_a_mapping_with_errors_is_not_documented(call: Call, tmp_path: Path) -> None:
    broken = tmp_path / "broken.rmap"
    broken.write_text(SHIPPED.read_text(encoding="utf-8").replace("refund_ok(order)", "refund_okay(return)"))
    result = call("doc", str(broken), "--to", str(tmp_path / "out.html"))
    assert result.exit_code == 1
    assert "refund_okay" in result.stderr
    assert not (tmp_path / "out.html").exists()


def test_a_place_that_cannot_be_written(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = call("doc", str(SHIPPED), "--to", str(tmp_path / "file" / "out.html"))
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
