"""What counts as used, where a golden case would be too long to say it."""

from __future__ import annotations

from retoure.checked import check_source
from retoure.source import Source

from ...golden.base import whole

LIKE = """
map short_note(return : reveni.Return, order : scayle.Order{more}) -> scayle.OrderNote
    like note without name, status, text {{
  name   = "short"
  status = "open"
}}

rule short "" {{
  when return becomes approved
  read order from scayle.orders.get("{{return.order.external_id}}") on error follow careful
  keep scayle.orders.annotate with short_note(return, order{given}) per return.id, order.id on error follow careful
}}
"""


def unused(text: str) -> list[str]:
    return [
        found.message for found in check_source(Source("case.rmap", whole(text))).findings if found.code == "unused"
    ]


def test_a_parameter_that_the_map_it_is_like_asks_for_cannot_be_left_out() -> None:
    assert unused(LIKE.format(more="", given="")) == []


def test_a_parameter_of_its_own_can() -> None:
    text = LIKE.format(more=", item : reveni.Return", given=", return")
    assert unused(text) == ["parameter `item` is not used"]
