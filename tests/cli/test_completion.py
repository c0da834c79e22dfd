"""`retoure completion`: real shells, as far as they are installed, and what each of them is told."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Call

BIN = Path(sys.executable).parent
BASH = """
source <(retoure completion bash)
complete -p retoure
ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); COMPREPLY=(); _retoure_completion retoure; echo "${COMPREPLY[*]}"; }
"""

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
needs_zsh = pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
needs_fish = pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder to work in, with a mapping file, a folder that holds one, and one that does not."""
    for path in ("returns.rmap", "my_shop/my_shop.rmap", "notes/list.txt"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).touch()
    return tmp_path


def shell(program: str, *arguments: str, at: Path, **more: str) -> str:
    """What a shell prints that has nothing of this user's settings."""
    alone = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(at), "LC_ALL": "C.UTF-8", **more}
    done = subprocess.run([program, *arguments], cwd=at, env=alone, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def offered(line: str, at: Path) -> list[str]:
    """What bash offers for a line that ends where Tab is pressed."""
    words = " ".join(f"'{word}'" for word in line.split(" "))
    return shell("bash", "--norc", "-c", f"{BASH}ask {words}", at=at).splitlines()[1].split()


@needs_bash
def test_bash_knows_the_command(folder: Path) -> None:
    answer = shell("bash", "--norc", "-c", BASH, at=folder)
    assert answer == "complete -o nosort -F _retoure_completion retoure\n"


@needs_bash
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("retoure che", ["check"]),
        ("retoure completion ", ["bash", "zsh", "fish"]),
        ("retoure explain refund-", ["refund-before-approval", "refund-without-gate"]),
        ("retoure functions plus_d", ["plus_days"]),
        ("retoure new it --from ", ["reveni", "scayle"]),
        ("retoure check reveni_t", ["reveni_to_scayle"]),
        ("retoure check --format s", ["sarif"]),
        ("retoure test my", ["my_shop"]),
        ("retoure test my_shop --cov", ["--coverage"]),
        ("retoure queue re", ["replay"]),
    ],
)
def test_bash_offers_what_fits(line: str, words: list[str], folder: Path) -> None:
    assert offered(line, folder) == words


@needs_bash
@pytest.mark.parametrize("command", ["check", "diff", "doc", "dry-run", "fmt", "plan", "test"])
def test_bash_offers_mappings(command: str, folder: Path) -> None:
    words = offered(f"retoure {command} ", folder)
    assert {"reveni_to_scayle", "my_shop", "returns.rmap"} <= set(words)
    assert "notes" not in words


@needs_fish
def test_fish_offers_what_fits(folder: Path) -> None:
    script = 'retoure completion fish | source; complete -C "retoure explain refund-w"; complete -C "retoure check my"'
    lines = shell("fish", "--no-config", "-c", script, at=folder).splitlines()
    assert lines == ["refund-without-gate\tA refund without a gate", "my_shop"]


@needs_zsh
def test_zsh_reads_its_script(folder: Path) -> None:
    script = "autoload -Uz compinit; compinit -u -D; source <(retoure completion zsh); print $_comps[retoure]"
    assert shell("zsh", "-f", "-c", script, at=folder) == "_retoure_completion\n"


def test_zsh_is_told_what_fits(folder: Path) -> None:
    asked = {"_RETOURE_COMPLETE": "zsh_complete", "COMP_WORDS": "retoure explain refund-w", "COMP_CWORD": "2"}
    told = shell(str(BIN / "retoure"), at=folder, **asked)
    assert told == "plain\nrefund-without-gate\nA refund without a gate\n"


def test_where_nothing_fits_the_shell_completes_paths(folder: Path) -> None:
    asked = {"_RETOURE_COMPLETE": "bash_complete", "COMP_WORDS": "retoure check notes/", "COMP_CWORD": "2"}
    assert shell(str(BIN / "retoure"), at=folder, **asked) == "file,notes/\n"


def test_another_shell_is_refused(call: Call) -> None:
    refused = call("completion", "tcsh")
    assert refused.exit_code == 2
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in refused.stderr
