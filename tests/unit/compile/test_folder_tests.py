"""Tests in files of their own: whose they are, what they may hold, and that no version depends on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from retoure import CompileFailed, Severity, Source, check_source, compile_mapping, files_of_tests, mend
from retoure.language import nodes as n

BASE = (Path(__file__).resolve().parents[2] / "golden/base.rmap").read_text(encoding="utf-8")
HEAD = 'tests for "../shop.rmap"\n\n'
TEST = """test "a return that is open does nothing" {
  given event reveni.return_updated with { id = "r1"  status = "in_progress" }
  expect no scayle.return_items.send
}
"""
Told = tuple[str, str, int]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "shop.rmap").write_text(BASE, encoding="utf-8")
    return tmp_path / "shop.rmap"


def put(shop: Path, name: str, text: str) -> Path:
    file = shop.parent / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def errors(path: Path) -> list[Told]:
    """Code, file and line of every error of a mapping with its files of tests, or of such a file."""
    checked = check_source(Source.read(path), tests=files_of_tests(path))
    found = [(finding.code, checked.source.place(finding.at.span)) for finding in checked.errors]
    return [(code, Path(place.file).name, place.line) for code, place in found]


def names(path: Path) -> list[str]:
    program = compile_mapping(Source.read(path), tests=files_of_tests(path))
    return [test.name for test in program.facts.module.of(n.TestNode)]


def test_they_are_read_by_name_after_the_mapping(shop: Path) -> None:
    put(shop, "tests/b.rmap", HEAD + TEST.replace("is open", "is b"))
    put(shop, "tests/a.rmap", HEAD + TEST.replace("is open", "is a"))
    put(shop, "tests/deeper/c.rmap", "this is never read")
    shop.write_text(f"{BASE}\n{TEST}", encoding="utf-8")
    assert names(shop) == [f"a return that is {word} does nothing" for word in ("open", "a", "b")]


def test_a_file_of_tests_stands_for_its_mapping_with_its_own_tests(shop: Path) -> None:
    put(shop, "tests/b.rmap", HEAD + TEST.replace("is open", "is b"))
    shop.write_text(f"{BASE}\n{TEST}", encoding="utf-8")
    assert names(put(shop, "tests/a.rmap", HEAD + TEST.replace("is open", "is a"))) == [
        "a return that is a does nothing"
    ]


def test_other_tests_make_no_other_version(shop: Path) -> None:
    alone = compile_mapping(Source.read(shop)).identity
    file = put(shop, "tests/a.rmap", HEAD + TEST)
    first = compile_mapping(Source.read(shop), tests=files_of_tests(shop))
    file.write_text(HEAD + TEST.replace("in_progress", "pending"), encoding="utf-8")
    second = compile_mapping(Source.read(shop), tests=files_of_tests(shop))
    assert {alone, first.identity, second.identity, compile_mapping(Source.read(file)).identity} == {alone}
    shop.write_text(BASE.replace("90d", "91d", 1), encoding="utf-8")
    assert compile_mapping(Source.read(shop), tests=files_of_tests(shop)).identity != alone


def test_a_mapping_runs_without_them(shop: Path) -> None:
    put(shop, "tests/a.rmap", "this is no mapping at all")
    assert compile_mapping(Source.read(shop)).identity
    with pytest.raises(CompileFailed):
        compile_mapping(Source.read(shop), tests=files_of_tests(shop))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + TEST.replace("scayle.return_items.send", "scayle.return_items.sent"), ("unknown-operation", 5)),
        (HEAD + TEST.replace("expect no", "expect nothing"), ("syntax", 5)),
        (HEAD + TEST + TEST, ("name-twice", 7)),
        (HEAD + HEAD + TEST, ("one-only", 3)),
        (TEST, ("tests-for", 1)),
        ("", ("tests-for", 1)),
        (HEAD.replace("shop", "shopp") + TEST, ("tests-for", 1)),
        (HEAD.replace("../shop", "shop") + TEST, ("tests-for", 1)),
        (HEAD + 'import "../other.rmap"\n' + TEST, ("not-a-test", 3)),
        (HEAD + "mapping other {\n}\n" + TEST, ("not-a-test", 3)),
        (HEAD.replace("for", "of") + TEST, ("syntax", 1)),
    ],
)
def test_a_mistake_is_told_once_at_its_place(shop: Path, text: str, told: tuple[str, int]) -> None:
    put(shop, "tests/a.rmap", text)
    assert errors(shop) == [(told[0], "a.rmap", told[1])]


@pytest.mark.parametrize(
    ("name", "head", "told"),
    [
        ("tests/a.rmap", "../nowhere.rmap", "nowhere.rmap cannot be read"),
        ("a.rmap", "shop.rmap", "looked for in the folder `tests` beside it"),
        ("tests/deeper/a.rmap", "../../shop.rmap", "looked for in the folder `tests` beside it"),
        ("tests/a.rmap", "../tests/a.rmap", "looked for in the folder `tests` beside it"),
        ("tests/tests/a.rmap", "../b.rmap", "`../b.rmap` is a file of tests itself"),
    ],
)
def test_a_file_that_nobody_would_play_says_so(shop: Path, name: str, head: str, told: str) -> None:
    put(shop, "tests/b.rmap", HEAD + TEST)
    (shop.parent / name).parent.mkdir(parents=True, exist_ok=True)
    source = Source.read(put(shop, name, f'tests for "{head}"\n\n{TEST}'))
    (finding,) = check_source(source).findings
    assert (finding.code, finding.severity) == ("tests-for", Severity.ERROR)
    assert told in finding.message


def test_the_mistakes_of_the_mapping_are_told_beside_them(shop: Path) -> None:
    file = put(shop, "tests/a.rmap", HEAD + TEST.replace("in_progress", "in_progres"))
    shop.write_text(BASE.replace("90d", "90x", 1), encoding="utf-8")
    assert [(code, name) for code, name, _ in errors(file)] == [("syntax", "shop.rmap")]


def test_a_library_has_none(shop: Path) -> None:
    put(shop, "shared.rmap", 'library shared {\n  language 1\n  version "1"\n  owner "us"\n}\n')
    put(shop, "tests/a.rmap", HEAD.replace("shop", "shared") + TEST)
    assert errors(shop) == []
    found = errors(shop.parent / "shared.rmap")
    assert found[0] == ("not-shared", "a.rmap", 3)


def test_a_mapping_in_the_folder_is_no_file_of_tests(shop: Path) -> None:
    put(shop, "tests/whole.rmap", BASE)
    assert errors(shop) == []


def test_safe_edits_are_made_in_them(shop: Path) -> None:
    file = put(shop, "tests/a.rmap", f"{HEAD}# allow unused: it is needed\n{TEST}")
    for named in (shop, file):
        mended = mend(Source.read(named), tests=files_of_tests(named))
        assert mended.texts == {str(file): HEAD + TEST}, named
        assert mended.checked.findings == ()
