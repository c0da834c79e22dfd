"""`retoure compile`: what runs a mapping, and what is left to the interpreter."""

from __future__ import annotations

from pathlib import Path

from retoure import data_folder

from .conftest import Call

SHIPPED = data_folder("mappings") / "reveni_to_scayle" / "returns.rmap"


def test_it_says_what_became_functions(call: Call) -> None:
    result = call("compile", "reveni_to_scayle")
    assert result.exit_code == 0
    assert "functions; no map is interpreted" in result.output


def test_every_line_shown_has_its_place(call: Call) -> None:
    result = call("compile", str(SHIPPED), "--show")
    assert result.exit_code == 0
    code = [line for line in result.output.splitlines() if line and not line.startswith("#")]
    assert all(f"  # {SHIPPED}:" in line for line in code)
    compile(result.output, "shown", "exec")


def test_what_is_shown_is_the_same_each_time(call: Call) -> None:
    assert " at 0x" not in call("compile", str(SHIPPED), "--show").output


def test_the_rules_of_a_trigger_are_one_function(call: Call) -> None:
    shown = call("compile", str(SHIPPED), "--show").output
    assert "# rules when return becomes approved\n# b1: settle_outside\n" in shown
    assert "# rules when return stays open, shipped for more than 25d\n" in shown


def test_a_setting_is_a_constant(call: Call) -> None:
    result = call("compile", "reveni_to_scayle", "--show", "--set", 'warehouse=it\'s "main"')
    assert repr('it\'s "main"') in result.output


def test_a_mapping_with_errors_is_not_compiled(call: Call, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.rmap"
    wrong.write_text(SHIPPED.read_text(encoding="utf-8").replace("item.quantity", "item.quantiti"), encoding="utf-8")
    assert call("compile", str(wrong)).exit_code == 1
