"""Files that are not what they should be, through the command line: a clear finding or a clear ending, no traceback."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from retoure import Source, data_folder, format_source

from .conftest import RETOURE, Call

SMALL = Path(__file__).resolve().parents[1] / "golden" / "base.rmap"
GOOD = SMALL.read_text(encoding="utf-8")
EVENT = str(data_folder("mappings") / "reveni_to_scayle" / "fixtures" / "accepted.json")
DEEP = 10_000

Put = Callable[[str, bytes | str], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Writes a file into an empty folder."""

    def write(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def every_command(call: Call, path: Path, code: int, *words: str, to: Path) -> None:
    """All commands that read a mapping end with this exit code, and say these words. Where that is 2, `diff` ends with
    1: its 2 says that two mappings differ.
    """
    for arguments in (
        ("check", str(path)),
        ("check", str(path), "--fix"),
        ("fmt", "--diff", str(path)),
        ("diff", str(SMALL), str(path)),
        ("diff", str(path), str(SMALL)),
        ("doc", str(path), "--to", str(to / "document.md")),
        ("test", str(path)),
        ("dry-run", str(path), "--event", EVENT),
        ("plan", str(path), "--event", EVENT),
    ):
        result = call(*arguments)
        assert result.exit_code == (1 if arguments[0] == "diff" else code), (arguments, result.output)
        for word in words:
            assert word in result.output, arguments


# -- what is no text of a mapping at all ------------------------------------------------------------------------------

REMEDIES = {
    "Latin-1": ("# d\u00e8s que\n".encode("latin-1"), r":\d+ is not UTF-8 \(byte \d+\): save it as UTF-8"),
    "UTF-16": (GOOD.encode("utf-16"), r" is in UTF-16: save it as UTF-8"),
    "UTF-16 the other way": (b"\xfe\xff" + GOOD.encode("utf-16-be"), r" is in UTF-16: save it as UTF-8"),
    "over 10 MB": (b"#" * 10_000_001, r" has more than 10 MB: split it"),
}


@pytest.mark.parametrize("kind", REMEDIES)
def test_a_file_that_cannot_be_read_as_text(call: Call, put: Put, tmp_path: Path, kind: str) -> None:
    content, words = REMEDIES[kind]
    path = put("any.rmap", content)
    every_command(call, path, 2, str(path), to=tmp_path)
    assert re.search(words, call("check", str(path)).stderr)


def test_a_missing_file(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "nowhere.rmap"
    every_command(
        call, path, 2, f"{path} cannot be read: No such file or directory: name an existing file", to=tmp_path
    )


def test_a_folder_in_the_place_of_a_file(call: Call, tmp_path: Path) -> None:
    (tmp_path / "any.rmap").mkdir()
    for name in ("check", "doc", "test"):
        result = call(name, str(tmp_path / "any.rmap"))
        assert result.exit_code == 2
        assert "should hold one *.rmap file, and holds none: name the file" in result.stderr


def test_a_circle_of_links(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "any.rmap"
    path.symlink_to(path)
    every_command(call, path, 2, f"{path} cannot be read: Too many levels of symbolic links", "leads back", to=tmp_path)


def test_a_name_that_is_too_long(call: Call, tmp_path: Path) -> None:
    every_command(call, tmp_path / ("a" * 5000), 2, "File name too long", to=tmp_path)


def test_a_file_one_may_not_read(tmp_path: Path) -> None:
    """In a process of its own that has no right to read everything, as the superuser has."""
    path = tmp_path / "any.rmap"
    path.write_text(GOOD, encoding="utf-8")
    path.chmod(0)
    done = subprocess.run(
        [*RETOURE, "check", str(path)], capture_output=True, text=True, preexec_fn=_without_rights, cwd="/"
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert f"Path '{path}' is not readable" in done.stderr


def _without_rights() -> None:
    """Drops what lets the superuser pass by the permissions of files (capabilities 1 and 2)."""
    if os.geteuid() == 0:
        for capability in (1, 2):
            assert ctypes.CDLL(None).prctl(24, capability, 0, 0, 0) == 0  # PR_CAPBSET_DROP


def test_what_never_ends_is_not_read_to_its_end(call: Call) -> None:
    result = call("check", "/dev/zero")
    assert (result.exit_code, "has more than 10 MB" in result.stderr) == (2, True)


def test_others_in_a_folder_do_not_matter(call: Call, put: Put, tmp_path: Path) -> None:
    """A folder is asked for its mapping: what else is there may be unreadable."""
    put("libraries.rmap", "library shared {\n}\n")
    (tmp_path / "circle.rmap").symlink_to(tmp_path / "circle.rmap")
    (tmp_path / "folder.rmap").mkdir()
    result = call("check", str(tmp_path))
    assert result.exit_code == 2
    assert "holds circle.rmap, folder.rmap, libraries.rmap: name the file" in result.stderr


@pytest.mark.parametrize("words", [("plan",), ("dry-run",), ("explain", "--mapping")], ids=" ".join)
def test_a_library_is_fine_and_cannot_be_run(call: Call, put: Put, words: tuple[str, ...]) -> None:
    path = str(put("any.rmap", LIBRARY))
    assert call("check", path).exit_code == 0
    result = call(*words, path, "--event", EVENT)
    assert (result.exit_code, "`shared` is a library, and follows nothing" in result.stderr) == (1, True), result.output
    assert "`shared` is a library" in call("doc", path).stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "this file has no `mapping` block"),
        ("\n\n", "this file has no `mapping` block"),
        ("# only a remark", "this file has no `mapping` block"),
        ("x" * 1_000_001, "this file has 1000001 characters, and a mapping at most 1000000"),
        ("x" * 9_900_000, "split it and `import` the parts, or put long tables into CSV files"),
        ("queue a { keep 9d }\n" * 490_000, "this file has 9800000 characters, and a mapping at most 1000000"),
        ("x" * 900_000, "`" + "x" * 40 + "…` does not fit here"),
    ],
    ids=["empty", "blank", "comment", "a character too long", "one line of 10 MB", "lines of 10 MB", "a long word"],
)
def test_files_that_are_too_small_or_too_large(call: Call, put: Put, text: str, says: str) -> None:
    path = put("any.rmap", text)
    result = call("check", str(path))
    assert result.exit_code == 1
    assert says in result.stdout
    assert len(result.stdout) < 1500


def test_a_mapping_of_10_mb_is_refused_by_every_command(call: Call, put: Put, tmp_path: Path) -> None:
    every_command(call, put("any.rmap", "x" * 9_900_000), 1, "this file has 9900000 characters", to=tmp_path)


# -- deep nesting -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "deep",
    [
        "(" * DEEP + "true" + ")" * DEEP,
        "[" * DEEP + "true" + "]" * DEEP,
        "not " * DEEP + "true",
        "-" * DEEP + "1 > 0",
        "if true then " * DEEP + "true" + " else true" * DEEP,
        "true and " * DEEP + "true",
        "order" + ".a" * DEEP + " exists",
        '"{' + "(" * DEEP + "1" + ")" * DEEP + '}" exists',
    ],
    ids=["parentheses", "brackets", "not", "minus", "if", "and", "fields", "placeholders"],
)
def test_ten_thousand_levels(call: Call, put: Put, deep: str) -> None:
    path = put("deep.rmap", GOOD.replace("order.invoicedAt exists", deep, 1))
    result = call("check", str(path))
    assert (result.exit_code, result.stdout.count("error[")) == (1, 1)
    assert "error[syntax]" in result.stdout
    assert f"{path}:" in result.stdout


def test_ten_thousand_levels_are_a_finding_of_every_command(call: Call, put: Put, tmp_path: Path) -> None:
    path = put("deep.rmap", GOOD.replace("order.invoicedAt exists", "(" * DEEP + "true" + ")" * DEEP, 1))
    every_command(call, path, 1, "nested more than 60 levels deep", f"{path}:", to=tmp_path)


# -- characters -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_other_systems(call: Call, put: Put, end: str) -> None:
    path = put("any.rmap", GOOD.replace("\n", end))
    assert call("check", str(path)).stderr == f"{path}: no findings\n"
    assert call("fmt", str(path)).exit_code == 0
    assert path.read_bytes().decode() == format_source(Source("any.rmap", GOOD)).replace("\n", end)


def test_mixed_line_ends_count_as_lines(call: Call, put: Put) -> None:
    first, _, rest = GOOD.partition("\n\n")
    text = first.replace("\n", "\r\n") + "\r\r" + rest
    path = put("any.rmap", text.replace("may_refund(return, order)", "may_refundd(return, order)", 1))
    line = GOOD.replace("\r", "").partition("only if may_refund(return, order)")[0].count("\n") + 1
    assert f"{path}:{line}:" in call("check", str(path)).stdout


def test_a_byte_order_mark_is_left_out(call: Call, put: Put) -> None:
    path = put("any.rmap", b"\xef\xbb\xbf" + GOOD.encode())
    assert call("check", str(path)).stderr == f"{path}: no findings\n"


@pytest.mark.parametrize(
    ("right", "wrong", "character", "remedy"),
    [
        ("gate may_refund(", "gate may_refund\u043e(", "U+043E (cyrillic small letter o)", "it only looks like `o`"),
        ("gate may_refund(", "gate may_r\u0435fund(", "U+0435 (cyrillic small letter ie)", "it only looks like `e`"),
        ("rule refund ", "rul\u0435 refund ", "U+0435 (cyrillic small letter ie)", "it only looks like `e`"),
        ("{status}", "{st\u0430tus}", "U+0430 (cyrillic small letter a)", "it only looks like `a`"),
        (
            "gate may_refund(",
            "gate \uff52efund(",
            "U+FF52 (fullwidth latin small letter r)",
            "it only looks like `r`",
        ),
        ("gate may_refund(", "gate r\u00fcckgabe(", "U+00FC (latin small letter u with diaeresis)", "letters a to z"),
        ("key    id", "key \u2067id", "U+2067 (right-to-left isolate)", "take it out"),
        ("key    id", "key \u200bid", "U+200B (zero width space)", "take it out"),
        ("key    id", "key\u00a0id", "U+00A0 (no-break space)", "replace it by an ordinary space"),
        ("key    id", "key \ufeffid", "U+FEFF (zero width no-break space)", "take it out"),
        ("key    id", "key \0id", "U+0000 (a control character)", "take it out"),
        ("key    id", "key \u2028id", "U+2028 (line separator)", "replace it by an ordinary space"),
    ],
)
def test_a_character_that_only_looks_right(
    call: Call, put: Put, right: str, wrong: str, character: str, remedy: str
) -> None:
    assert right in GOOD
    path = put("any.rmap", GOOD.replace(right, wrong, 1))
    result = call("check", str(path))
    assert result.exit_code == 1
    assert f"error[syntax]: {character} does not fit here" in result.stdout
    assert remedy in result.stdout


def test_a_look_alike_is_a_finding_of_every_command(call: Call, put: Put, tmp_path: Path) -> None:
    path = put("any.rmap", GOOD.replace("gate may_refund(", "gate may_refund\u043e(", 1))
    every_command(call, path, 1, "U+043E (cyrillic small letter o)", to=tmp_path)


@pytest.mark.parametrize("char", ["\u202e", "\u2066", "\u200b", "\0", "\x1b", "\x9b", "\u2028", "\x85"])
def test_a_character_nobody_sees(call: Call, put: Put, char: str) -> None:
    """In a text and in a comment, where the parser takes anything; and it does not reach the terminal."""
    for text in (f"# a {char}remark\n{GOOD}", GOOD.replace("is not known", f"is {char}not known", 1)):
        path = put("any.rmap", text)
        result = call("check", str(path))
        assert result.exit_code == 1
        assert result.stdout.startswith(f"error[hidden-character]: U+{ord(char):04X} (")
        assert char not in result.stdout
        assert result.stdout.count("error[") == 1


def test_marks_that_scripts_need_are_allowed(call: Call, put: Put) -> None:
    text = GOOD.replace(
        "is not known", "\u200f\u05e9\u05dc\u05d5\u05dd\u200e \U0001f469\u200d\U0001f4bb is not known", 1
    )
    assert call("check", str(put("any.rmap", text))).exit_code == 0


# -- imports ----------------------------------------------------------------------------------------------------------

LIBRARY = 'library shared {\n  language 1\n  version "1.0.0"\n  owner "x"\n}\n'


def importing(name: str) -> str:
    return f'{GOOD}\nimport "{name}"\n'


@pytest.mark.parametrize(
    ("name", "says", "remedy"),
    [
        ("nowhere.rmap", "nowhere.rmap cannot be read: No such file or directory", "name an existing file"),
        (".", "cannot be read: Is a directory", "name a file, not a folder"),
        ("circle.rmap", "circle.rmap cannot be read: Too many levels of symbolic links", "name the file itself"),
        ("latin.rmap", "latin.rmap:1 is not UTF-8 (byte 2)", "save it as UTF-8"),
        ("any.rmap", "`any.rmap` imports itself: any.rmap → any.rmap", "take what both need into a third file"),
        ("one.rmap", "`one.rmap` imports itself: one.rmap → two.rmap → one.rmap", "take what both need into a third"),
        ("a" * 5000, "File name too long", "name a file that can be read"),
        ("/dev/zero", "/dev/zero has more than 10 MB", "split it"),
        ("a\0b", "a file name holds a NUL character", "take it out of the name"),
    ],
    ids=["absent", "folder", "links", "latin-1", "itself", "circle", "long", "endless", "NUL"],
)
def test_imports_that_lead_nowhere(call: Call, put: Put, tmp_path: Path, name: str, says: str, remedy: str) -> None:
    (tmp_path / "circle.rmap").symlink_to(tmp_path / "circle.rmap")
    put("latin.rmap", b"# \xe9\n")
    put("one.rmap", f'{LIBRARY}import "two.rmap"\n')
    put("two.rmap", f'{LIBRARY.replace("shared", "other")}import "one.rmap"\n')
    path = put("any.rmap", importing(name))
    result = call("check", str(path))
    assert result.exit_code == 1, result.output
    assert says in result.stdout
    assert remedy in result.stdout
    assert call("diff", str(SMALL), str(path)).exit_code in (1, 2)
    assert call("doc", str(path), "--to", str(tmp_path / "document.md")).exit_code == 1
    assert call("test", str(path)).exit_code == 1


def test_imports_of_more_than_a_mapping_may_hold(call: Call, put: Put) -> None:
    put("one.rmap", LIBRARY + "#" * 9_000_000)
    put("two.rmap", LIBRARY.replace("shared", "other") + "#" * 1_500_000)
    path = put("any.rmap", importing("one.rmap") + 'import "two.rmap"\n')
    assert "with `two.rmap` this mapping has more than 10 MB" in call("check", str(path)).stdout


# -- tables in CSV files ----------------------------------------------------------------------------------------------

TABLE = 'table carrier : text -> integer from "carriers.csv" {\n  otherwise => 0\n}\n'
TITLES = "name,number\n"


@pytest.mark.parametrize(
    ("content", "says", "remedy"),
    [
        (b"\xef\xbb\xbfname,number\nups,1\n", "", ""),
        (b'name,number\r\n"ups, ""blue""",1\r\n\r\n', "", ""),
        (TITLES, "the file of table `carrier` has no rows", "write a line of titles, then the rows"),
        ("", "the file of table `carrier` has no rows", "write a line of titles, then the rows"),
        (TITLES + "ups\ndhl,2\n", "2 columns (1 key and the result)", "1 column here"),
        (TITLES + "ups,1,2\ndhl,2\n", "2 columns (1 key and the result)", "3 columns here"),
        (TITLES + ",1\n", "a cell of table `carrier` is empty", "fill it, or remove the line"),
        ("name;number\nups;1\ndhl;2\n", "has `;` between its columns", "save it with commas"),
        ("name\tnumber\nups\t1\n", "has `a tab` between its columns", "save it with commas"),
        (TITLES + '"ups,1\n', "this line cannot be cut into cells", "end each quoted cell"),
        (TITLES + '"ups"x,1\n', "this line cannot be cut into cells", "end each quoted cell"),
        (TITLES + "u" * 200_000 + ",1\n", "this line cannot be cut into cells", "end each quoted cell"),
        (TITLES + "ups," + "1" * 9000 + "\n", "a number has at most 60 digits", "write it with fewer"),
        ("name,number\nübs,1\n".encode("latin-1"), "carriers.csv:2 is not UTF-8 (byte 12)", "save it as UTF-8"),
        ("name,number\nups,1\n".encode("utf-16"), "carriers.csv is in UTF-16", "save it as UTF-8"),
        (TITLES + "u\0s,1\n", "U+0000 (a control character) cannot be seen here", "take it out"),
        (TITLES + "u\u202es,1\n", "U+202E (right-to-left override) cannot be seen here", "take it out"),
    ],
)
def test_tables_as_spreadsheets_write_them(
    call: Call, put: Put, tmp_path: Path, content: bytes | str, says: str, remedy: str
) -> None:
    put("carriers.csv", content)
    path = put("any.rmap", f"{GOOD}\n{TABLE}")
    result = call("check", str(path))
    assert result.exit_code == (1 if says else 0), result.output
    assert says in result.stdout
    assert remedy in result.stdout
    assert result.stdout.count("error[") <= 1
    for arguments in (("test", str(path), "--only", "nothing"), ("doc", str(path), "--to", str(tmp_path / "d.md"))):
        assert call(*arguments).exit_code in (0, 1), arguments


# -- the terminal ------------------------------------------------------------------------------------------------------


def test_a_name_that_no_encoding_spells(tmp_path: Path) -> None:
    """The bytes of a file name need not be text."""
    path = os.fsencode(tmp_path) + b"/\xff.rmap"
    text = GOOD.replace("only if may_refund(", "only if refund_okay(").replace("key    id", "key id")
    Path(os.fsdecode(path)).write_text(text, encoding="utf-8")
    for words, arguments in (
        (b"\\udcff.rmap:", ("check",)),
        (b"%FF.rmap", ("check", "--format", "sarif")),
        (b"\\udcff.rmap: would be formatted", ("fmt", "--check")),
        (b"\\udcff.rmap cannot be used", ("plan", "--event", EVENT)),
    ):
        done = subprocess.run([*RETOURE, *arguments, path], capture_output=True, cwd="/")
        assert done.returncode == 1, done.stderr
        assert words in done.stdout + done.stderr


def test_a_terminal_that_knows_few_letters(put: Put) -> None:
    path = put("any.rmap", GOOD.replace("key    id", "key “id”", 1))
    done = subprocess.run(
        [*RETOURE, "check", str(path)], capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )
    assert done.returncode == 1
    assert b"`\\u201c` is not part of the language" in done.stdout


def test_standard_input_that_is_no_text() -> None:
    done = subprocess.run([*RETOURE, "fmt", "-"], input=b"\xff\xfea", capture_output=True)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"<standard input> is in UTF-16: save it as UTF-8" in done.stderr
