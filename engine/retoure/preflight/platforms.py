"""What platforms answer: whether they know the credentials, what these may do, which webhooks come, what time it is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from ..compile import CompiledMapping
from ..connectors.polling import Pollable
from ..connectors.port import CallFailed, Connector, Receiver
from ..connectors.rest import RestConnector
from ..connectors.subscribing import Subscribing, Subscriptions
from ..deployment.model import Deployment
from ..language import nodes as n
from ..language.walk import walk
from ..types.manifest import Manifest, Operation
from .asking import Tried, like, listing, named, tried
from .check import Check, Verdict, failed, passed, untold, warned

SMALL = timedelta(seconds=5)
"""A clock that differs by less is nobody's trouble; dates in answers are told to the second."""


async def probe(deployment: Deployment, program: CompiledMapping, connectors: Mapping[str, Connector]) -> list[Check]:
    """The checks of every system; they are asked at the same time. Closes the connectors."""
    asked = (_system(deployment, program, connector) for connector in connectors.values())
    found = await asyncio.gather(*asked)
    for connector in connectors.values():
        await connector.aclose()
    answers = {name: answers for name, (_, answers) in zip(connectors, found, strict=True)}
    return [*(check for checks, _ in found for check in checks), *assumptions(program, answers)]


async def _system(
    deployment: Deployment, program: CompiledMapping, connector: Connector
) -> tuple[list[Check], Mapping[str, Tried]]:
    """What one system answers, and the reads that were tried by name."""
    name, manifest = connector.system, program.manifests[connector.system]
    used = named(manifest, operations_used(program))
    answers = await _asked(connector, manifest, used.values())
    silent = [each for each in answers.values() if each.silent]
    if silent or not answers:
        return [_silent(name, silent)], answers
    about = f"systems.{name}"
    found = [_credentials(about, answers.values())]
    if found[0].verdict is Verdict.FAILED:
        return found, answers
    found += [_permission(about, each, manifest, answers) for each in used.values()]
    found += _clock(about, connector, timedelta(seconds=deployment.web.tolerance))
    plan = deployment.systems[name].poll
    if plan is not None and isinstance(connector, Pollable):
        found.append(await _poll(f"{about}.poll", connector))
    if program.tracked.system == name:
        found.append(await _webhooks(about, program, connector))
    return found, answers


def operations_used(program: CompiledMapping) -> dict[str, Operation]:
    """Every operation the mapping names, by path, and those it reads the followed record with."""
    facts = program.facts
    blocks = (*facts.rules.values(), *facts.policies.values(), *facts.audits.values(), *facts.answers.values())
    paths = (part for block in blocks for part in walk(block) if isinstance(part, n.Path))
    found = {str(path): operation for path in paths if (operation := facts.operation(path)) is not None}
    tracked = program.tracked
    manifest = program.manifests[tracked.system]
    rereads = {kind.reread for kind in manifest.events.values() if kind.record == _record(program) and kind.reread}
    return {**{f"{tracked.system}.{name}": manifest.operations[name] for name in sorted(rereads)}, **found}


def _record(program: CompiledMapping) -> str:
    return program.tracked.record.rpartition(".")[2]


async def _asked(connector: Connector, manifest: Manifest, used: Iterable[Operation]) -> dict[str, Tried]:
    """One try of each read that tells something; no more of them once the platform is silent."""
    wanted = {each.name: each for operation in used if (each := like(operation, manifest)) is not None}
    told = [manifest.operations[fact.told_by] for fact in manifest.facts.values() if fact.told_by]
    some = listing(manifest)
    answers: dict[str, Tried] = {}
    for operation in (*wanted.values(), *told, *([some] if some else [])):
        if operation.name not in answers:
            answers[operation.name] = await tried(connector, operation)
        if answers[operation.name].silent:
            break
    return answers


# --- what the answers mean


def _silent(name: str, silent: list[Tried]) -> Check:
    if not silent:
        return untold(f"systems.{name}", "has nothing that can be asked without changing something")
    help = f"is `base_url` right, and may this machine reach it? Look at the status page of {name}"
    return Check(f"systems.{name}", Verdict.SILENT, str(silent[0].failed), help)


def _credentials(about: str, answers: Iterable[Tried]) -> Check:
    path = f"{about}.credentials"
    found = list(answers)
    refused = next((each for each in found if each.stranger), None)
    if refused is not None:
        return failed(path, f"are not accepted: {refused.failed}", "give the key of this account; was it replaced?")
    if any(each.known for each in found):
        return passed(path, "are accepted")
    help = "a wrong `base_url` gives such answers, too: let `retoure poll` or a first webhook prove it"
    return untold(path, "nothing that was asked for exists there, so only 'not found' was answered", help)


def _permission(about: str, operation: Operation, manifest: Manifest, answers: Mapping[str, Tried]) -> Check:
    path = f"{about} {operation.name}"
    read = like(operation, manifest)
    if read is None or read.name not in answers:
        return untold(path, "only doing it would tell whether it is allowed")
    answer = answers[read.name]
    if answer.unsent:
        return failed(path, str(answer.failed), "see there")
    if answer.forbidden:
        why = "" if read is operation else f", as `{read.name}` is not"
        return failed(path, f"is not allowed{why}: {answer.failed}", "give the key this permission on the platform")
    if read is not operation and not operation.books:
        return untold(path, f"`{read.name}` is allowed; only doing it would tell whether this is")
    return passed(path, "is allowed")


def _clock(about: str, connector: Connector, tolerance: timedelta) -> Iterator[Check]:
    ahead = connector.client.ahead if isinstance(connector, RestConnector) else None
    if ahead is None:
        return
    path, by = f"{about} clock", abs(ahead)
    words = f"{by.total_seconds():.0f} seconds {'ahead of' if ahead > timedelta(0) else 'behind'} ours"
    if by < SMALL:
        yield passed(path, "agrees with ours")
    elif by < tolerance:
        yield warned(path, words, "let both machines keep time by NTP")
    else:
        yield failed(path, f"{words}: signatures count as stale", "correct the clock of this machine (NTP)")


async def _poll(path: str, connector: Pollable) -> Check:
    """Whether the platform can be asked what has changed: it is, for what was begun today."""
    try:
        await connector.listed_since(datetime.now(UTC).date())
    except CallFailed as problem:
        return failed(path, f"what has changed cannot be asked for: {problem}", "leave `poll` out, or see there")
    return passed(path, "what has changed can be asked for")


# --- webhooks


async def _webhooks(about: str, program: CompiledMapping, connector: Connector) -> Check:
    path = f"{about} webhooks"
    if not isinstance(connector, Receiver):
        return warned(path, "this connector takes none", "make the system known by `retoure poll` or `Runner.submit`")
    if not isinstance(connector, Subscribing):
        return untold(path, f"{connector.system} does not tell its subscriptions", "wait for the first event")
    try:
        return _subscribed(path, program, await connector.subscriptions())
    except CallFailed as problem:
        return untold(path, f"subscriptions cannot be read: {problem}", "give the key the right to read webhooks")


def _subscribed(path: str, program: CompiledMapping, found: Subscriptions) -> Check:
    """Whether the events about the followed record are sent; of an event with several names one is enough."""
    kinds = [each for each in program.manifests[program.tracked.system].events.values()
             if each.record == _record(program)]  # fmt: skip
    offered = [kind for kind in kinds if found.offered & set(kind.wire_names)]
    missing = [kind.wire_names[0] for kind in offered if not found.subscribed & set(kind.wire_names)]
    help = "subscribe `/webhooks/NAME` of this service to them on the platform"
    if not offered:
        return failed(path, "the platform offers none of the events the mapping follows", "ask its support")
    if len(missing) == len(offered):
        return failed(path, f"nothing is subscribed, of {', '.join(missing)}", help)
    if missing:
        return warned(path, f"not subscribed: {', '.join(missing)}", help)
    return passed(path, f"all {len(offered)} kinds of events are subscribed")


# --- what the mapping assumes


def assumptions(program: CompiledMapping, answers: Mapping[str, Mapping[str, Tried]]) -> Iterator[Check]:
    """A check for each `assume` of the mapping; `answers` are the reads that were tried, by system and name."""
    head = program.facts.mapping
    for node in head.assumes if head else ():
        system, name, value = node.system.text, node.fact.text, node.value.text
        fact = program.manifests[system].facts[name]
        about = f"assume {system}.{name} is {value}"
        answer = answers.get(system, {}).get(fact.told_by)
        if answer is None or answer.silent or answer.unsent:
            yield untold(about, f"ON means: {fact.summary}", f"look it up for this account of {system}")
        elif (answer.failed is None) is (value == "ON"):
            yield passed(about, f"`{fact.told_by}` says so")
        else:
            yield failed(about, f"`{fact.told_by}` says otherwise", "correct the mapping, or the account")
