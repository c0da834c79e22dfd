"""Whatever the versions and whatever becomes of the calls: sums come out right, and nothing final goes out twice."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from retoure.delivery.ledger import Sent, Standing

from .conftest import Ledger, decision, note, refund, stock

APPLIED, MAYBE, OPEN = Standing.APPLIED, Standing.MAYBE, Standing.OPEN


@dataclass(frozen=True)
class Version:
    """One version of a return: quantity and SKU per line (None: the line is gone), the refund's body, what it says."""

    lines: tuple[tuple[int, str] | None, ...]
    refund: str | None
    note: str | None
    stopped: bool
    fates: tuple[Standing, ...]


LINE = st.none() | st.tuples(st.integers(0, 5), st.sampled_from("AB"))
VERSIONS = st.lists(
    st.builds(
        Version,
        lines=st.tuples(LINE, LINE),
        refund=st.none() | st.sampled_from("xy"),
        note=st.none() | st.sampled_from("pq"),
        stopped=st.booleans(),
        fates=st.lists(st.sampled_from([APPLIED, MAYBE, OPEN]), min_size=6, max_size=6).map(tuple),
    ),
    min_size=1,
    max_size=8,
)


def play(versions: list[Version]) -> Ledger:
    """Decides every version; between them calls are applied, get lost half-way or keep waiting."""
    ledger = Ledger()
    for number, version in enumerate(versions):
        wanted = [stock(*line, f"line{i}", counted=str(number)) for i, line in enumerate(version.lines) if line]
        wanted += [refund({"reason": version.refund})] if version.refund else []
        wanted += [note(version.note)] if version.note else []
        stopped = version.stopped and number < len(versions) - 1
        ledger.follow(decision(*([] if stopped else wanted), reviewed=set() if stopped else None))
        fates = iter(version.fates * 10)
        ledger.turn(lambda sent, fates=fates: next(fates) if sent.standing is OPEN else sent.standing)
    return ledger


def finish(ledger: Ledger) -> None:
    """The end of every call: what waits is sent; what was unknown is settled, and sent again if it was lost."""
    ledger.turn(lambda sent: APPLIED if sent.standing in (OPEN, MAYBE) else sent.standing)


@given(VERSIONS)
def test_the_sum_of_what_was_sent_is_what_was_wanted_last(versions: list[Version]) -> None:
    ledger = play(versions)
    finish(ledger)
    wanted: dict[str, int] = {}
    for quantity, sku in filter(None, versions[-1].lines):
        wanted[sku] = wanted.get(sku, 0) + quantity
    assert ledger.sums() == {sku: quantity for sku, quantity in wanted.items() if quantity}


@given(VERSIONS)
def test_a_do_is_sent_at_most_once_per_key(versions: list[Version]) -> None:
    ledger = play(versions)
    refunds = [sent for sent in ledger.calls(APPLIED, MAYBE, OPEN) if "reason" in sent.body]
    assert len(refunds) <= 1


@given(VERSIONS)
def test_the_last_value_sent_is_the_one_wanted_last(versions: list[Version]) -> None:
    ledger = play(versions)
    finish(ledger)
    last = newest([sent for sent in ledger.calls(APPLIED) if sent.body.get("name") == "return"])
    assert last == versions[-1].note


@given(VERSIONS)
def test_deciding_the_same_version_again_changes_nothing(versions: list[Version]) -> None:
    again = Version(versions[-1].lines, versions[-1].refund, versions[-1].note, False, (OPEN,) * 6)
    once, twice = play([*versions, again]), play([*versions, again, again])
    assert [sent.id for sent in once.calls(*Standing)] == [sent.id for sent in twice.calls(*Standing)]


def newest(sent: list[Sent]) -> str | None:
    return max(sent, key=lambda call: call.id).body.get("text") if sent else None
