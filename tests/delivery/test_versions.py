"""Which version of a mapping decides: at a start, activated, replayed; and what a worker does that cannot run it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from msgspec.structs import replace

from retoure.delivery.programs import Library
from retoure.delivery.store.port import ReplayBy, Scope, Version
from retoure.delivery.store.postgres import PostgresStore
from retoure.delivery.store.sql import SqlStore
from retoure.runner import AsyncRunner
from retoure.runtime.decision import Decision, Occurrence, State, Wanted

from .conftest import START, Bench, ReturnsMapping

KNOWN: dict[str, ReturnsMapping] = {}


class Numbered(ReturnsMapping):
    """A version of the mapping that says its number in the texts of mails."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.identity = f"returns 1.0.{number} {number:08}"
        KNOWN[self.identity] = self

    def decide(self, occurrence: Occurrence, state: State) -> Decision:
        decision = replace(super().decide(occurrence, state), mapping=self.identity)
        return replace(decision, wanted=tuple(map(self._told, decision.wanted)))

    def _told(self, want: Wanted) -> Wanted:
        mail = want.operation == "shop.mails.send"
        return replace(want, body={"text": self.identity.split()[1]}, on_change=None) if mail else want


def kept(mapping: ReturnsMapping) -> Version:
    return Version(mapping.identity, "returns.rmap", {"returns.rmap": mapping.identity}, {})


def with_version(bench: Bench, number: int, *, loads: bool = True) -> ReturnsMapping:
    """From now on the bench's runners are started with this version; `loads` says whether they can load others."""
    bench.mapping = Numbered(number)
    bench.library = Library(kept(bench.mapping), lambda version: _loaded(version, loads=loads))
    return bench.mapping


def _loaded(version: Version, *, loads: bool) -> ReturnsMapping:
    if not loads:
        raise SyntaxError("a word this release does not know")
    return KNOWN[version.identity]


def deploy(bench: Bench, number: int, scope: Scope = Scope.NOW, since: int = 0, again: tuple[str, ...] = ()) -> None:
    def done(store: SqlStore) -> None:
        version = kept(Numbered(number))
        store.keep_version(version, bench.clock.now())
        store.activate(version.identity, scope, bench.clock.now(), who="mira", since=since, again=again)

    bench.ask(done)


def deciders(bench: Bench, subject: str = "r1") -> list[str]:
    """The versions that decided, by their numbers."""
    return [row["mapping"].split()[1][-1] for row in bench.ask(lambda store: store.story(subject)).decisions]


def test_a_first_start_keeps_its_version_and_puts_it_in_force(bench: Bench) -> None:
    mapping = with_version(bench, 1)
    bench.deliver(bench.returned(mail="hello"))
    (made,) = bench.ask(lambda store: store.activations())
    assert (made.mapping, made.scope, made.origin) == (mapping.identity, Scope.NOW, "start")
    version = bench.ask(lambda store: store.version(mapping.identity))
    assert (version.files, version.kept_at) == ({"returns.rmap": mapping.identity}, START)
    assert bench.ask(lambda store: store.decided_by()) == {mapping.identity: 1}


def test_where_nobody_deploys_a_start_with_another_version_puts_that_in_force(bench: Bench) -> None:
    for number in (1, 2, 1):
        with_version(bench, number)
        bench.deliver(bench.returned(version=len(deciders(bench)) + 1))
    assert deciders(bench) == ["1", "2", "1"]


def test_once_a_version_was_deployed_a_start_with_another_one_changes_nothing(bench: Bench) -> None:
    with_version(bench, 1)
    deploy(bench, 2)
    bench.deliver(bench.returned())
    assert (deciders(bench), len(bench.ask(lambda store: store.activations()))) == (["2"], 1)


def test_a_running_worker_decides_with_a_new_version_at_once(bench: Bench) -> None:
    with_version(bench, 1)

    async def story(runner: AsyncRunner) -> str:
        await runner.submit(bench.returned())
        await runner.drain()
        deploy(bench, 2)
        await runner.submit(bench.returned(version=2))
        await runner.drain()
        return runner.program.identity

    assert bench.run(story).startswith("returns 1.0.2")
    assert deciders(bench) == ["1", "2"]


def test_returns_that_change_are_decided_again_at_once(bench: Bench) -> None:
    with_version(bench, 1)
    bench.deliver(bench.returned(mail="hello"), bench.returned("r2", mail="hello"))
    deploy(bench, 2, again=("r1",))
    bench.deliver()
    assert (deciders(bench), deciders(bench, "r2")) == (["1", "2"], ["1"])
    assert [row["cause"] for row in bench.ask(lambda store: store.story("r1")).decisions] == ["event", "deploy"]
    assert len(bench.sent("mails.send")) == 2


def test_a_version_for_new_returns_leaves_those_that_are_known(bench: Bench) -> None:
    with_version(bench, 1)
    bench.deliver(bench.returned())
    waiting = bench.returned("r2")
    bench.ask(lambda store: store.accept(waiting, START))
    deploy(bench, 2, Scope.NEW_RETURNS)
    bench.deliver(bench.returned(version=2), bench.returned("r3"))
    assert (deciders(bench), deciders(bench, "r2"), deciders(bench, "r3")) == (["1", "1"], ["1"], ["2"])
    assert bench.ask(lambda store: [store.decider(subject)[-1] for subject in ("r1", "r3", "r9")]) == ["1", "2", "2"]
    deploy(bench, 2)
    bench.deliver(bench.returned(version=3))
    assert deciders(bench) == ["1", "1", "2"]


def test_a_version_from_an_event_on(bench: Bench) -> None:
    with_version(bench, 1)
    bench.deliver(bench.returned(hours=1))
    deploy(bench, 2, Scope.EVENT, since=3)
    bench.deliver(bench.returned("r2"), bench.returned("r3"), until=START + timedelta(hours=2))
    assert (deciders(bench), deciders(bench, "r2"), deciders(bench, "r3")) == (["1", "1"], ["1"], ["2"])
    bench.deliver(bench.returned(version=2))
    assert deciders(bench) == ["1", "1", "2"]


def test_a_return_does_not_go_back_because_an_older_event_is_replayed(bench: Bench) -> None:
    with_version(bench, 1)
    bench.deliver(bench.returned())
    deploy(bench, 2, Scope.EVENT, since=2)
    bench.deliver(bench.returned(version=2))
    bench.ask(lambda store: store.replay(bench.clock.now(), letter="event-1"))
    bench.deliver()
    assert deciders(bench) == ["1", "2", "2"]


def test_going_back_is_activating_the_version_before(bench: Bench) -> None:
    mapping = with_version(bench, 1)
    bench.deliver(bench.returned())
    deploy(bench, 2)
    bench.deliver(bench.returned(version=2))
    bench.ask(lambda store: store.activate(mapping.identity, Scope.NOW, START, who="mira"))
    bench.deliver(bench.returned(version=3))
    assert deciders(bench) == ["1", "2", "1"]


def test_what_is_not_kept_cannot_be_activated(bench: Bench) -> None:
    with pytest.raises(KeyError, match="no mapping version"):
        bench.ask(lambda store: store.activate("returns 9", Scope.NOW, START, who="mira"))
    assert bench.ask(lambda store: (store.activations(), store.in_force())) == ((), "")


# -- replays ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("by", "decider"), [(None, "2"), (ReplayBy.CURRENT, "2"), (ReplayBy.ORIGINAL, "1")])
def test_an_event_is_replayed_by_the_version_that_is_asked_for(bench: Bench, by: ReplayBy | None, decider: str) -> None:
    with_version(bench, 1)
    bench.deliver(bench.returned())
    deploy(bench, 2)
    bench.ask(lambda store: store.replay(START, letter="event-1", by=by))
    bench.deliver()
    assert deciders(bench) == ["1", decider]
    bench.ask(lambda store: store.replay(START, letter="event-1"))
    bench.deliver()
    assert deciders(bench) == ["1", decider, "2"]


def test_a_return_is_decided_again_by_the_version_that_is_asked_for(bench: Bench) -> None:
    with_version(bench, 1)
    bench.deliver(bench.returned())
    deploy(bench, 2)
    bench.ask(lambda store: store.decide_again("r1", START, ReplayBy.ORIGINAL))
    bench.deliver()
    bench.ask(lambda store: store.decide_again("r1", START, ReplayBy.CURRENT))
    bench.deliver()
    assert deciders(bench) == ["1", "1", "2"]


def test_a_version_that_is_not_kept_cannot_decide_again(bench: Bench) -> None:
    bench.deliver(bench.returned())
    with pytest.raises(ValueError, match="no text is kept"):
        bench.ask(lambda store: store.replay(START, letter="event-1", by=ReplayBy.ORIGINAL))


# -- workers that cannot run a version --------------------------------------------------------------------------------


def test_a_worker_leaves_returns_of_a_version_it_cannot_run_and_works_on_the_others(bench: Bench) -> None:
    with_version(bench, 1, loads=False)
    bench.deliver(bench.returned())
    deploy(bench, 2, Scope.NEW_RETURNS)
    bench.deliver(bench.returned(version=2), bench.returned("r2", mail="hello"))
    assert (deciders(bench), deciders(bench, "r2")) == (["1", "1"], [])
    status = bench.ask(lambda store: store.status())
    assert status.events == {"done": 2, "waiting": 1}
    assert [(one.mapping, one.returns) for one in status.stuck] == [(Numbered(2).identity, 1)]
    assert "a word this release does not know" in status.stuck[0].why
    with_version(bench, 2)
    bench.deliver()
    assert bench.ask(lambda store: store.status()).stuck == ()
    assert (deciders(bench, "r2"), len(bench.sent("mails.send"))) == (["2"], 1)


def test_returns_nobody_can_run_do_not_stand_in_the_way_of_others(bench: Bench) -> None:
    with_version(bench, 1, loads=False)
    bench.deliver(bench.returned())
    deploy(bench, 2, Scope.NEW_RETURNS)
    bench.deliver(*(bench.returned(f"new{number}") for number in range(12)), concurrency=1)
    bench.deliver(bench.returned(version=2), concurrency=1)
    assert deciders(bench) == ["1", "1"]
    assert bench.ask(lambda store: store.status()).stuck[0].returns == 12


def test_two_workers_of_two_versions_side_by_side(postgres: str) -> None:
    """The old one cannot run the new version: it decides what is the old one's, and leaves the rest to the other."""
    bench = Bench(partial(PostgresStore, postgres))
    with_version(bench, 1, loads=False)
    old = bench.runner()
    bench.deliver(bench.returned())
    with_version(bench, 2)
    new = bench.runner()

    async def both() -> None:
        async with old, new:
            await old.start_work()
            deploy(bench, 2, Scope.NEW_RETURNS)
            for event in (bench.returned(version=2), bench.returned("r2"), bench.returned("r3")):
                await old.submit(event)
            await old.drain()
            assert (deciders(bench), deciders(bench, "r2")) == (["1", "1"], [])
            await new.drain()

    asyncio.run(both())
    assert [deciders(bench, subject) for subject in ("r1", "r2", "r3")] == [["1", "1"], ["2"], ["2"]]


def test_an_audit_compares_by_the_version_that_decides_the_return(bench: Bench) -> None:
    with_version(bench, 1)
    bench.shop.always("orders.get", {"amount": 9})
    bench.deliver(bench.returned(paid_for="1", amount=10))
    deploy(bench, 2, Scope.NEW_RETURNS)
    bench.deliver(bench.returned("r2", paid_for="1", amount=10))

    async def story(runner: AsyncRunner) -> int:
        return (await runner.audit("money")).compared

    assert bench.run(story) == 2
    holds = bench.ask(lambda store: store.holds())
    assert {hold.subject: hold.mapping.split()[1] for hold in holds} == {"r1": "1.0.1", "r2": "1.0.2"}
