"""`retoure check --fix`: what each edit makes of a file, what is said, and what is left alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from .conftest import Call

ROOT = Path(__file__).resolve().parents[2]
SMALL = (ROOT / "tests/golden/base.rmap").read_text(encoding="utf-8")
SPARE = "queue spare { keep 9d  replay by hand }  # not yet\n"


@dataclass(frozen=True)
class Fixed:
    """A piece at the end of a mapping before and after, and how what was done is told."""

    before: str
    after: str
    said: tuple[str, ...]


NAMES = """
test "nothing is held yet" {
  given event reveni.return_updated with { id = "r1"  status = "in_progress" }
  expect stage open
  expect hold for desk
}
"""
FIXED = {
    "a team that is misspelt twice": Fixed(
        NAMES.replace("hold for desk", "hold for dessk")
        + NAMES.replace("yet", "still").replace("for desk", "for dessk"),
        NAMES + NAMES.replace("yet", "still"),
        ("fixed unknown-team: there is no team `dessk` (did you mean `desk`?)",),
    ),
    "a comment that allows nothing": Fixed(
        "# allow unused: once it was\n# a remark\n",
        "# a remark\n",
        ("fixed allow-unused: nothing here needs `allow unused` (remove the comment)",),
    ),
    "such a comment on the last line": Fixed(
        "# allow unused: once it was",
        "",
        ("fixed allow-unused: nothing here needs `allow unused` (remove the comment)",),
    ),
    "a misspelt code": Fixed(
        f"# allow unsed: for later\n{SPARE}",
        f"# allow unused: for later\n{SPARE}",
        ("fixed allow-refused: there is no code `unsed` (did you mean `unused`?)",),
    ),
    "a misspelt code that allows nothing": Fixed(
        "# allow unsed: for later\n",
        "",
        (
            "fixed allow-refused: there is no code `unsed` (did you mean `unused`?)",
            "fixed allow-unused: nothing here needs `allow unused` (remove the comment)",
        ),
    ),
    "a hidden character in comments": Fixed(
        "# a\u202eb\n#\u202e\n",
        "# ab\n#\n",
        ("fixed hidden-character: U+202E (right-to-left override) cannot be seen here (take it out)",),
    ),
    "a misspelt name that decides nothing that is sent": Fixed(
        NAMES.replace("desk", "deks").replace("stage open", "stage opn"),
        NAMES,
        (
            "fixed unknown-team: there is no team `deks` (did you mean `desk`?)",
            "fixed unknown-stage: there is no stage `opn` (did you mean `open`?)",
        ),
    ),
    "several in one file": Fixed(
        f"# \u200ba\n# allow unsed: for later\n{SPARE}# allow unused: once it was\n",
        f"# a\n# allow unused: for later\n{SPARE}",
        (
            "fixed hidden-character: U+200B (zero width space) cannot be seen here (take it out)",
            "fixed allow-refused: there is no code `unsed` (did you mean `unused`?)",
            "fixed allow-unused: nothing here needs `allow unused` (remove the comment)",
        ),
    ),
}
LEFT = {
    "a fact nobody looked up": SMALL.replace("  assume   scayle.restocks_on_return is OFF\n", "", 1),
    "a letter that looks like another": SMALL.replace("rule refund", "rul\u0435 refund", 1),
    "a hidden character in a text": SMALL.replace("is not known", "is \u202enot known", 1),
    "a hidden character in a text and a comment": "# \u202e\n" + SMALL.replace("is not known", "is \u202enot known", 1),
    "a line end for some programs": f"# a\u2028b\n{SMALL}",
    "a stage of a rule that is misspelt": SMALL.replace(
        "when return becomes received", "when return becomes recieved", 1
    ),
    "a team that may be either of two": SMALL.replace("teams    desk", "teams    desk, disk").replace(
        "for desk", "for dsk"
    ),
    "a gate that is misspelt": SMALL.replace("only if may_refund(", "only if may_refnd(", 1),
    "nothing": SMALL,
}


def mended(call: Call, path: Path) -> list[str]:
    """What was done, without the places; all of them are in the folder of the file."""
    lines = call("check", str(path), "--fix").stderr.splitlines()[:-1]
    assert all(line.startswith(f"{path.parent}/") for line in lines)
    return [line.partition(": ")[2] for line in lines]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("case", FIXED)
def test_safe_edits_are_made_and_told(call: Call, tmp_path: Path, case: str, end: str) -> None:
    """Line ends, comments and everything else stay; a second time nothing is done."""
    path, fix = tmp_path / "any.rmap", FIXED[case]
    path.write_bytes((SMALL + fix.before).replace("\n", end).encode())
    assert sorted(mended(call, path)) == sorted(fix.said)
    assert path.read_bytes().decode() == (SMALL + fix.after).replace("\n", end)
    assert mended(call, path) == []
    assert path.read_bytes().decode() == (SMALL + fix.after).replace("\n", end)


@pytest.mark.parametrize("case", LEFT)
def test_what_could_change_the_meaning_is_left(call: Call, tmp_path: Path, case: str) -> None:
    path = tmp_path / "any.rmap"
    path.write_text(LEFT[case], encoding="utf-8")
    before = path.stat()
    assert mended(call, path) == []
    assert path.read_bytes().decode() == LEFT[case]
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino), "not even written anew"


def test_the_place_of_each_edit_is_told(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "any.rmap"
    path.write_text(f"{SMALL}# allow unused: once it was\n", encoding="utf-8")
    line = SMALL.count("\n") + 1
    assert f"{path}:{line}: fixed allow-unused" in call("check", str(path), "--fix").stderr


def test_a_byte_order_mark_and_the_permissions_stay(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "any.rmap"
    path.write_bytes(b"\xef\xbb\xbf" + f"{SMALL}# allow unused: once it was\n".encode())
    path.chmod(0o640)
    assert len(mended(call, path)) == 1
    assert path.read_bytes() == b"\xef\xbb\xbf" + SMALL.encode()
    assert path.stat().st_mode & 0o777 == 0o640


def test_an_imported_file_is_mended_where_it_stands(call: Call, tmp_path: Path) -> None:
    library = 'library shared {\n  language 1\n  version "1.0.0"\n  owner "returns"\n}\n'
    path, other = tmp_path / "any.rmap", tmp_path / "shared" / "library.rmap"
    other.parent.mkdir()
    other.write_text(f"{library}\n# allow unused: once it was\n", encoding="utf-8")
    text = f'{SMALL}\nimport "shared/library.rmap"\n'
    path.write_text(text, encoding="utf-8")
    assert len(mended(call, path)) == 1
    assert other.read_text(encoding="utf-8") == f"{library}\n"
    assert path.read_text(encoding="utf-8") == text


def test_the_findings_that_are_left_are_shown(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "any.rmap"
    path.write_text(LEFT["a gate that is misspelt"] + "# a\u202eb\n", encoding="utf-8")
    result = call("check", str(path), "--fix", "--format", "concise")
    assert result.exit_code == 1
    assert "fixed hidden-character" in result.stderr
    assert "unknown-gate" in result.stdout
    assert "hidden-character" not in result.stdout
