"""Types of expressions while code is generated for them."""

from __future__ import annotations

from retoure.check.rule_scopes import track_scope
from retoure.compiled.base import Types
from retoure.language import nodes as n
from retoure.source import Span
from retoure.types.kinds import Anything

from .test_rules_looked_up import compiled, rule

AT = Span(0, 0)


def pieces() -> n.Member:
    return n.Member(n.NameRef("return", AT), n.Name("pieces", AT), AT)


def test_a_node_that_is_gone_leaves_no_type_to_another_one_in_its_place() -> None:
    facts = compiled(rule("r", "return.pieces is 1")).facts
    types = Types(facts)
    known = [types.infer(pieces(), track_scope(facts)) for _ in range(100)]
    assert not any(isinstance(kind, Anything) for kind in known)
    assert {type(types.of(each)) for each in [pieces() for _ in range(1000)]} == {Anything}
