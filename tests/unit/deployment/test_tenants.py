"""Several tenants in one deployment file: what each one says over what all have in common, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from retoure.deployment.load import chosen, read_deployment, read_tenants
from retoure.deployment.model import Deployment
from retoure.deployment.problems import DeploymentInvalid

SHOPS = """\
mapping: returns.rmap
settings: {restocks: engine}
systems:
  scayle:
    connector: scayle
    base_url: https://scayle.example
    options: {shop: ms}
    credentials: {token: env:SCAYLE_TOKEN}
  reveni:
    connector: reveni
    base_url: https://reveni.example
    credentials: {token: env:REVENI_TOKEN}
store: {path: books.db, retention: 400d}
alerts: {oncall: {channel: log}}
tenants:
  de:
    systems: {scayle: {options: {country: DE}}, reveni: {options: {store: berlin}}}
  fr:
    mapping: french.rmap
    settings: {order_key: number}
    systems:
      scayle: {options: {country: FR}, credentials: {token: env:FRENCH_TOKEN}}
      reveni: {options: {store: paris}}
    alerts: {oncall: {channel: webhook, url: env:FRENCH_PAGER}}
    web: {questions_token: env:FRENCH_QUESTIONS}
"""
FILE = Path("/shops/retoure.yaml")


def of(text: str = SHOPS) -> dict[str, Deployment]:
    return {each.tenant: each for each in read_tenants(text, FILE)}


def refused(text: str) -> list[str]:
    """Path and message of each problem."""
    with pytest.raises(DeploymentInvalid) as caught:
        read_tenants(text, FILE)
    assert all(problem.place.line and problem.help for problem in caught.value.problems)
    return [f"{problem.path} {problem.message}" for problem in caught.value.problems]


def changed(old: str, new: str) -> str:
    assert old in SHOPS
    return SHOPS.replace(old, new)


def test_each_tenant_has_what_all_have_and_what_it_says_itself() -> None:
    de, fr = of().values()
    assert (de.tenant, fr.tenant, de.telemetry.tenant) == ("de", "fr", "de")
    assert (de.mapping.name, fr.mapping.name) == ("returns.rmap", "french.rmap")
    assert (de.settings, fr.settings) == ({"restocks": "engine"}, {"restocks": "engine", "order_key": "number"})
    assert de.systems["scayle"].options == {"shop": "ms", "country": "DE"}
    assert str(de.systems["scayle"].credentials["token"]) == "env:SCAYLE_TOKEN"
    assert str(fr.systems["scayle"].credentials["token"]) == "env:FRENCH_TOKEN"
    assert (de.alerts["oncall"].channel, fr.alerts["oncall"].channel) == ("log", "webhook")
    assert (de.web.questions_token, str(fr.web.questions_token)) == (None, "env:FRENCH_QUESTIONS")


def test_each_has_a_file_of_its_own() -> None:
    assert [each.store.path.name for each in of().values()] == ["books-de.db", "books-fr.db"]
    named = of(changed("  fr:\n", "  fr:\n    store: {path: paris.db}\n"))["fr"].store
    assert (named.path.name, named.retention and named.retention.days) == ("paris.db", 400)


def test_or_a_schema_of_its_own() -> None:
    found = of(changed("path: books.db", "url: env:DATABASE"))
    assert [each.store.schema for each in found.values()] == ["retoure_de", "retoure_fr"]


def test_books_elsewhere_are_each_tenants_own_too() -> None:
    assert [each.with_store("/tmp/other.db").store.path.name for each in of().values()] == [
        "other-de.db",
        "other-fr.db",
    ]
    assert of()["de"].with_store("postgresql://localhost/x").store.schema == "retoure_de"


def test_a_tenant_may_say_nothing_of_its_own() -> None:
    text = re.sub(r"tenants:.*", "tenants: {de: }\n", SHOPS, flags=re.DOTALL)
    whole = text.replace("options: {shop: ms}", "options: {shop: ms, country: DE}")
    found = of(
        whole.replace("base_url: https://reveni.example", "base_url: https://r.example\n    options: {store: a}")
    )
    assert found["de"].store.path.name == "books-de.db"


def test_one_shop_needs_no_tenants() -> None:
    text = SHOPS.partition("tenants:")[0].replace("{shop: ms}", "{shop: ms, country: DE}")
    found = read_deployment(text.replace("https://reveni.example", "https://r.example\n    options: {store: a}"), FILE)
    assert (found.tenant, found.store.path.name, found.telemetry.tenant) == ("", "books.db", "")


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("country: FR", "countri: FR", ["tenants.fr.systems.scayle.options.countri is not known here"]),
        (
            "{options: {country: DE}}",
            "{}",
            ["tenants.de.systems.scayle.options.country is missing"],
        ),
        ("connector: scayle", "connector: scaile", ["systems.scayle.connector no connector is called `scaile`"]),
        ("  fr:", "  F-R:", ["tenants.F-R is no name"]),
        ("mapping: returns.rmap\n", "\n", ["tenants.de.mapping is missing"]),
        ("store: {path: books.db, retention: 400d}\n", "\n", ["store is missing"]),
        ("alerts: {oncall: {channel: log}}", "telemetry: {tenant: acme}", ["telemetry.tenant says the same"]),
        ("    web: {", "    web: {port: 81, ", ["tenants.fr.web.port is not known here"]),
        ("    web: {", "    worker: {poll: 1}\n    web: {", ["tenants.fr.worker is not known here"]),
        (
            "env:FRENCH_TOKEN",
            "s3cr3t",
            ["tenants.fr.systems.scayle.credentials.token the value"],
        ),
    ],
)
def test_what_is_refused_and_where(old: str, new: str, wanted: list[str]) -> None:
    found = refused(changed(old, new))
    assert len(found) == len(wanted), found
    assert all(said.startswith(words) for said, words in zip(found, wanted, strict=True)), found
    assert "s3cr3t" not in str(found)


def test_two_tenants_with_the_same_books() -> None:
    text = changed("  fr:\n", "  fr:\n    store: {path: books-de.db}\n")
    assert refused(text) == ["tenants.fr.store.path is the file of tenant `de` too: each tenant has books of its own"]


def test_two_tenants_that_would_handle_the_same_returns() -> None:
    text = changed("country: FR", "country: DE").replace("store: paris", "store: berlin")
    assert refused(text) == ["tenants.fr.systems are those of tenant `de` too: every return would be handled twice"]


def test_countries_may_share_one_platform() -> None:
    assert len(of(changed("store: paris", "store: berlin"))) == 2


def test_the_example_of_the_documentation_is_right() -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "operations.md"
    (block,) = re.findall(r"```yaml\n([^`]*\ntenants:.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert [each.store.path.name for each in of(block).values()] == ["books-de.db", "books-fr.db"]


def test_who_is_meant_must_be_said() -> None:
    both = tuple(of().values())
    assert chosen(both, "fr").tenant == "fr"
    with pytest.raises(DeploymentInvalid, match="several tenants: de, fr"):
        chosen(both, "")
    with pytest.raises(DeploymentInvalid, match="describes no tenant `it`"):
        chosen(both, "it")


def test_the_lines_of_a_tenants_words_are_found() -> None:
    fr = of()["fr"]
    line = SHOPS.splitlines().index("    settings: {order_key: number}") + 1
    problem = fr.problem("settings.order_key", "is wrong")
    assert (problem.path, problem.place.line) == ("tenants.fr.settings.order_key", line)
    assert fr.problem("settings.restocks", "is wrong").path == "settings.restocks"
