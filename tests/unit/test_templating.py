"""A template reaches the values it is given and nothing else, and its cost is bounded."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from retoure import Source, check_source
from retoure.templating import LONGEST_MADE, TemplateFailed, TemplateInvalid, parsed, render

SMALL = (Path(__file__).resolve().parents[1] / "golden/base.rmap").read_text(encoding="utf-8")
VALUES = {"name": "x", "number": 7, "items": [1, 2, 3], "record": {"field": "v", "items": ["i"]}, "many": ["x"] * 1000}

REFUSED = {
    "calls": ["{{ range(9) }}", "{{ name.upper() }}", "{{ name.format(name) }}", "{{ lipsum() }}", "{{ cycler('a') }}"],
    "filters": ["{{ name|attr('__class__') }}", "{{ '%s'|format(name) }}", "{{ items|map('upper') }}", "{{ name|e }}"],
    "files": ["{% include '/etc/passwd' %}", "{% import 'os' as os %}", "{% extends 'x' %}"],
    "imports": ["{% from 'os' import path %}"],
    "blocks": ["{% block a %}{% endblock %}", "{% macro a() %}{% endmacro %}", "{% call a() %}{% endcall %}"],
    "names": ["{% set a = 1 %}", "{% with a = 1 %}{% endwith %}", "{% filter upper %}{% endfilter %}"],
    "sums": ["{{ 'x' * 1000000000 }}", "{{ [1] * 9 }}", "{{ 9 ** 9 ** 9 }}", "{{ '%99999999d' % 1 }}", "{{ 1 + 1 }}"],
    "tests": ["{{ name is callable }}", "{{ name is sameas name }}"],
    "depth": ["{{ " + "(" * 9000 + "1" + ")" * 9000 + " }}", "{{ " + "not " * 3000 + "name }}"],
    "dots": ["{{ name" + ".a" * 900 + " }}"],
    "loops": ["{% for a in items %}" * 6 + "{% endfor %}" * 6, "{% if name %}" * 99 + "{% endif %}" * 99],
    "length": ["{{ name }}" * 2001, "x" * 20_001],
    "syntax": ["{% for %}", "{{", "{%", "{{ \0 }}", "{% for a in items recursive %}{{ loop(a) }}{% endfor %}"],
}  # fmt: skip


@pytest.mark.parametrize("text", [text for texts in REFUSED.values() for text in texts], ids=lambda text: text[:40])
def test_what_a_template_may_not_say(text: str) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        parsed(text)
    assert refused.value.message
    assert "recursion" not in refused.value.message


@pytest.mark.parametrize(
    "text",
    [
        "{{ name.__class__ }}",
        "{{ name['__class__'] }}",
        "{{ name['__cla' ~ 'ss__'] }}",
        "{{ items.append }}",
        "{{ record.get }}",
        "{{ record.__init__.__globals__ }}",
        "{{ cycler.__init__ }}",
        "{{ config }}",
        "{{ self.__init__ }}",
        "{% for a in items %}{{ loop._iterator }}{% endfor %}",
        "{% for a in items %}{{ loop['__init__'] }}{% endfor %}",
        "{% for a in items %}{{ loop.cycle }}{% endfor %}",
        "{{ items|join(',', '__class__') }}",
        "{{ items|join(',', attribute='__class__.__mro__') }}",
        "{{ items[0] }}",
        "{{ items|first|attribute }}",
    ],
)
def test_no_attribute_of_an_object_can_be_reached(text: str) -> None:
    try:
        parsed(text)
    except TemplateInvalid:
        return
    with pytest.raises(TemplateFailed):
        render(text, VALUES)


def test_fields_of_records_can_whatever_they_are_called() -> None:
    assert render("{{ record.field }} {{ record.items|join }} {{ items|join('-') }}", VALUES) == "v i 1-2-3"
    values = {"lines": [{"sku": "A"}, {"sku": "B"}]}
    assert render('{{ lines|join(", ", attribute="sku") }}', values) == "A, B"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{% for a in many %}{% for b in many %}{% for c in many %}{% endfor %}{% endfor %}{% endfor %}", "turns"),
        ("{% for a in many %}{% for b in many %}xxxxxxxxxx{% endfor %}{% endfor %}", "characters"),
        ("{{ name" + "|replace('x', 'xxxxxxxxxx')" * 20 + " }}", "characters"),
        ("{{ name|replace('', 'x')" + "|replace('', 'xxxxxxxxxx')" * 20 + " }}", "characters"),
        ("{{ many|join('x' ~ 'y'" + " ~ 'xxxxxxxxxxxxxxxxxx'" * 20 + ") }}", "characters"),
        ("{% for a in number %}{% endfor %}", "a loop needs a list, and `7` is none"),
    ],
)
def test_what_a_template_costs_is_bounded(text: str, why: str) -> None:
    parsed(text)
    tracemalloc.start()
    try:
        with pytest.raises(TemplateFailed, match=why):
            render(text, VALUES)
        assert tracemalloc.get_traced_memory()[1] < 50 * LONGEST_MADE
    finally:
        tracemalloc.stop()


def test_the_text_of_a_usual_size_is_made() -> None:
    assert (
        len(render("{% for a in many %}{{ loop.index }} of {{ loop.length }}: {{ a }}\n{% endfor %}", VALUES)) > 10_000
    )


@pytest.mark.parametrize(
    ("call", "why", "help"),
    [
        ("name|uper", "there is no filter `uper`", "did you mean `upper`?"),
        ("name is undefind", "there is no test `undefind`", "did you mean `undefined`?"),
        ("name|upper(1)", "filter `upper` is given 1 value, and takes none", None),
        ("name|replace('x')", "filter `replace` is given 1 value, and takes 2", None),
        ("name|replace", "filter `replace` is given 0 values, and takes 2", None),
        ("name|replace('x', old='y')", "filter `replace` is given 2 values, and takes 2", None),
        ("name|default('x', true, 3)", "filter `default` is given 3 values, and takes 0 to 2", None),
        ("name is defined(1)", "test `defined` is given 1 value, and takes none", None),
        ("items|join(atribute='a')", "filter `join` takes no `atribute`", "did you mean `attribute`?"),
        ("name|upper(by=1)", "filter `upper` takes no `by`", "leave it out"),
        ("name|default(*items)", "`*` is not allowed in a call of `default`", "write each value by itself"),
    ],
)
def test_filters_and_tests_are_given_what_they_take(call: str, why: str, help: str | None) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        parsed(f"Dear\n{{{{ {call} }}}}")
    assert (refused.value.line, refused.value.message, refused.value.help) == (2, why, help)


@pytest.mark.parametrize(
    "call",
    ["name|replace('x', 'y')", "name|replace('x', new='y')", "name|default('x', true)", "items|join", "items|length"],
)
def test_what_filters_take_is_given(call: str) -> None:
    assert render(f"{{{{ {call} }}}}", VALUES)
    assert parsed(f"{{{{ {call} }}}}")


def test_a_finding_says_where_and_what() -> None:
    text = f'{SMALL}\ntemplate letter(return : reveni.Return) """\nDear\n{{% include "/etc/passwd" %}}\n"""\n'
    (finding,) = (found for found in check_source(Source("a.rmap", text)).findings if found.code == "template-invalid")
    assert "`include` is not allowed in a template" in finding.message
    assert text[finding.at.span.start : finding.at.span.end] == '{% include "/etc/passwd" %}'
