"""The commands in docs/finance.md are run, in order, at a shop that did something."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

from retoure import data_folder

from ..cli.conftest import Call, call, running_shop, told, worked
from ..embedding.shop import Shop

__all__ = ["call", "running_shop", "worked"]

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "finance.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]


def test_the_commands_do_what_the_page_says(worked: Shop, call: Call) -> None:
    for invoice in (data_folder("mappings") / "reveni_invoice" / "fixtures").iterdir():
        shutil.copy(invoice, worked.file.parent)
    for command in COMMANDS:
        program, *arguments = shlex.split(command)
        assert program == "retoure"
        result = call(*arguments)
        assert result.exit_code == (1 if "settlement" in arguments else 0), f"{command}: {result.output}"
        out = arguments[arguments.index("--out") + 1] if "--out" in arguments else ""
        assert not out or (worked.file.parent / out).stat().st_size > 0
    assert call("run", "--until-idle").exit_code == 0
    assert [shlex.split(line)[3] for line in COMMANDS if line.startswith("retoure queue replay")] == ["effect-4"]
    assert (len(worked.refunds()), told(call, "queue", "list")) == (2, [])
    assert "effect-4 waits for nobody: it is applied" in call("exceptions", "show", "effect-4").stderr


def test_all_reports_are_shown() -> None:
    shown = {shlex.split(command)[2] for command in COMMANDS if command.startswith("retoure report ")}
    assert shown == {"exceptions", "stock", "refund-lag", "month-end", "settlement"}
