"""`retoure migrate` as it is, and with a step of a language that might come."""

from __future__ import annotations

from pathlib import Path

import pytest

from retoure import Source, Span
from retoure.diagnostics.finding import Edit
from retoure.migrating import Step
from retoure_cli.commands.migrate import run

from .conftest import Call

TEXT = 'mapping shop {\n  language 1\n  version "1"\n}\n'
NEW = 'mapping shop {\n  language 2\n  edition "1"\n}\n'


def edition(source: Source) -> list[Edit]:
    start = source.text.index("version")
    return [Edit(Span(start, start + len("version")), "edition")]


STEPS = (Step("`version` is called `edition`", edition),)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("shop.rmap")
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_there_is_nothing_to_do_yet(call: Call, file: Path) -> None:
    for options in ((), ("--check",), ("--diff",), ("--to", "1")):
        result = call("migrate", str(file), *options)
        expected = (0, "", "shop.rmap is already written in language 1, nothing to do\n")
        assert (result.exit_code, result.stdout, result.stderr) == expected
    assert file.read_text(encoding="utf-8") == TEXT


def test_another_language_is_not_known(call: Call, file: Path) -> None:
    file.write_text(NEW, encoding="utf-8")
    result = call("migrate", str(file))
    assert result.exit_code == 2
    told = "error: shop.rmap is written in language 2, and this retoure knows language 1"
    assert result.stderr == f"{told}: correct it, or install a newer retoure\n"
    assert call("migrate", "--to", "2", str(file)).stderr.startswith("error: this retoure knows language 1, and not 2")


def test_a_step_is_written_and_told(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([file], None, check=False, diff=False, steps=STEPS) == 1
    assert file.read_text(encoding="utf-8") == NEW
    told = "shop.rmap is now in language 2, and was written in language 1\n  `version` is called `edition`\n"
    assert capsys.readouterr() == ("", told)
    assert run([file], None, check=False, diff=False, steps=STEPS) == 0


def test_check_and_diff_write_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([file], None, check=True, diff=False, steps=STEPS) == 1
    assert capsys.readouterr().err.startswith("shop.rmap would be in language 2, and was written in language 1\n")
    assert run([file], None, check=False, diff=True, steps=STEPS) == 1
    assert capsys.readouterr().out == (
        "--- shop.rmap\n+++ language 2\n@@ -1,4 +1,4 @@\n mapping shop {\n"
        '-  language 1\n-  version "1"\n+  language 2\n+  edition "1"\n }\n'
    )
    assert file.read_text(encoding="utf-8") == TEXT


def test_a_mapping_takes_its_files_of_tests_along(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tests = Path("tests/first.rmap")
    tests.parent.mkdir()
    tests.write_text('tests for "../shop.rmap"\n# its version\n', encoding="utf-8")
    assert run([file], None, check=False, diff=True, steps=STEPS) == 1
    assert "-# its version\n+# its edition\n" in capsys.readouterr().out
    assert run([file], None, check=False, diff=False, steps=STEPS) == 1
    assert tests.read_text(encoding="utf-8") == 'tests for "../shop.rmap"\n# its edition\n'
