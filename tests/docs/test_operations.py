"""The commands about the books in docs/operations.md are run, in order, at a shop that did something.

A block of text after a block of commands is what they print, but for numbers.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from retoure import load_deployment

from ..cli.conftest import running_shop, worked
from ..embedding.shop import Shop

__all__ = ["running_shop", "worked"]

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
TEXT = PAGE[PAGE.index("## The books") :]
BLOCKS = re.findall(r"```sh\n(.*?)```(?:\n```text\n(.*?)```)?", TEXT, re.DOTALL)


def numberless(text: str) -> str:
    return re.sub(r"\d+(\.\d+)?", "0", text.replace(" MB", " kB"))


def test_the_commands_do_what_the_page_says(worked: Shop) -> None:
    folder = worked.file.parent
    program = f'retoure() {{ "{sys.executable}" -m retoure_cli "$@"; }}\nset -eu\n'
    for commands, printed in BLOCKS:
        done = subprocess.run(
            ["sh", "-c", program + commands],
            cwd=folder,
            env=worked.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, commands + done.stdout + done.stderr
        shown = done.stdout.replace(f"{folder.resolve()}/", "").replace(f"{folder}/", "")
        assert not printed or numberless(shown) == numberless(printed), commands
    assert {file.stem for file in (folder / "books").iterdir()} == {"returns", "effects", "attempts", "holds"}


def test_all_commands_of_the_store_are_shown() -> None:
    shown = {line.split()[2] for commands, _ in BLOCKS for line in commands.splitlines() if "retoure store" in line}
    assert shown == {"check", "backup", "restore", "upgrade", "export"}


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL))
def test_pieces_of_deployment_files_are_right(running_shop: Shop, block: str) -> None:
    text = running_shop.file.read_text(encoding="utf-8")
    key = block.partition(":")[0]
    running_shop.file.write_text(re.sub(rf"^{key}:.*\n", block, text, flags=re.MULTILINE), encoding="utf-8")
    assert block.strip() in running_shop.file.read_text(encoding="utf-8")
    load_deployment(running_shop.file)
