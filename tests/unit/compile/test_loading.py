"""Mappings of several files: libraries, tables from CSV, templates from files; places point into the right file."""

from __future__ import annotations

from pathlib import Path

import pytest

from retoure import Source, check_source, data_folder
from retoure.check.facts import Facts

BASE = (data_folder("mappings") / "reveni_to_scayle" / "returns.rmap").read_text(encoding="utf-8")
LIBRARY = """library shared {
  language 1
  version "1.0.0"
  owner "us"
  system reveni schema "reveni/merchants-v0"
  system scayle schema "scayle/admin-v1"
  teams helpdesk
}
"""


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder / "main.rmap"


def findings(path: Path) -> list[tuple[str, str, int]]:
    """Code, file name and line of every finding."""
    checked = check_source(Source.read(path))
    places = [(finding.code, checked.source.place(finding.at.span)) for finding in checked.findings]
    return [(code, Path(place.file).name, place.line) for code, place in places]


def facts(path: Path) -> Facts:
    return check_source(Source.read(path)).facts


def test_a_library_lends_its_names(tmp_path: Path) -> None:
    shared = LIBRARY + 'policy quiet { otherwise hold "{error}" for helpdesk }\n'
    main = BASE.replace("on error follow reads", "on error follow quiet") + '\nimport "shared.rmap"\n'
    path = written(tmp_path, shared__rmap=shared, main__rmap=main)
    assert "quiet" in facts(path).policies
    assert findings(path) == [("unused", "main.rmap", line_of(main, "policy reads"))]


def test_a_mistake_in_a_library_is_shown_in_the_library(tmp_path: Path) -> None:
    shared = LIBRARY + 'policy quiet { otherwise hold "{error}" for nobody }\n'
    path = written(tmp_path, shared__rmap=shared, main__rmap=BASE + '\nimport "shared.rmap"\n')
    assert findings(path) == [("unknown-team", "shared.rmap", line_of(shared, "nobody"))]


def test_a_library_is_checked_in_its_own_right(tmp_path: Path) -> None:
    path = written(tmp_path, main__rmap=LIBRARY + "queue later { keep 1d replay by hand }\n")
    assert findings(path) == []


def test_a_rule_in_a_library_is_refused(tmp_path: Path) -> None:
    shared = LIBRARY + 'rule draft2 { when return becomes draft skip "x" }\n'
    path = written(tmp_path, shared__rmap=shared, main__rmap=BASE + '\nimport "shared.rmap"\n')
    assert ("not-shared", "shared.rmap", line_of(shared, "rule draft2")) in findings(path)


def test_only_libraries_are_imported(tmp_path: Path) -> None:
    other = 'mapping other { language 1 version "1" owner "x" system reveni schema "reveni/merchants-v0" }\n'
    path = written(tmp_path, other__rmap=other, main__rmap=BASE + '\nimport "other.rmap"\n')
    assert ("not-shared", "other.rmap", 1) in findings(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    main = BASE + '\nimport "missing.rmap"\n'
    assert findings(written(tmp_path, main__rmap=main)) == [
        ("import-unreadable", "main.rmap", line_of(main, "missing.rmap"))
    ]


def test_files_that_import_each_other(tmp_path: Path) -> None:
    one = LIBRARY + 'import "two.rmap"\n'
    two = LIBRARY.replace("shared", "second") + 'import "one.rmap"\n'
    path = written(tmp_path, one__rmap=one, two__rmap=two, main__rmap=BASE + '\nimport "one.rmap"\n')
    assert findings(path) == [("import-circle", "two.rmap", line_of(two, "one.rmap"))]


def test_a_file_imported_twice_counts_once(tmp_path: Path) -> None:
    shared = LIBRARY + 'table word : reveni.ReturnReason -> text { otherwise => "x" }\n'
    other = LIBRARY.replace("shared", "other") + 'import "shared.rmap"\n'
    main = BASE + '\nimport "shared.rmap"\nimport "other.rmap"\n'
    path = written(tmp_path, shared__rmap=shared, other__rmap=other, main__rmap=main)
    assert "name-twice" not in [code for code, _, _ in findings(path)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("reason,word\ntoo_small,small\n", []),
        ('reason,word\r\n\r\n"too_small","a, b"\r\n', []),
        ("reason,word\ntoo_small\n", [("csv-row", "words.csv", 2)]),
        ("reason,word\ntoo_small,a,b\n", [("csv-row", "words.csv", 2)]),
        ("reason,word\ntoo_small,a\ntoo_smal,b\n", [("unknown-word", "words.csv", 3)]),
        ("reason,word\ntoo_small,a\ntoo_small,b\n", [("row-twice", "words.csv", 3)]),
        ("reason,word\n", [("csv-row", "main.rmap", 0)]),
    ],
)
def test_rows_from_a_csv_file(tmp_path: Path, text: str, found: list[tuple[str, str, int]]) -> None:
    table = 'table word : reveni.ReturnReason -> text from "words.csv" { otherwise => "none" }'
    main = BASE.replace("return_reason[", "word[") + "\n" + table + "\n"
    path = written(tmp_path, words__csv=text, main__rmap=main)
    line = line_of(main, table)
    wanted = [(code, file, number or line) for code, file, number in found]
    assert [item for item in findings(path) if item[0] != "unused"] == wanted


def test_a_template_from_a_file(tmp_path: Path) -> None:
    main = BASE.replace('"Reveni return {return.id}, lines: {count(return.return_items)}"', "letter(return)")
    main += '\ntemplate letter(return : reveni.Return) from "letter.txt"\n'
    good = written(tmp_path, letter__txt="Return {{ return.id }}\n", main__rmap=main)
    assert findings(good) == []
    bad = written(tmp_path, letter__txt="Return\n{{ return.idd }}\n", main__rmap=main)
    assert findings(bad) == [("template-invalid", "letter.txt", 2)]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1
