"""Checks: one question a file. None raises for the author's mistakes; all findings come back sorted by place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..diagnostics import Finding
from .answers import answers
from .arms_reached import arms_reached
from .audits import audits
from .blind_retry import blind_retry
from .business_errors import business_errors
from .consequences import causes
from .corrections import corrections, undo_known
from .deadlines import deadlines
from .decided_conditions import decided_conditions
from .double_authority import double_authority
from .effect_key import effect_key
from .effect_policy import effect_policy
from .element_keys import element_keys
from .endings_named import endings_named
from .facts import Facts as Facts
from .facts import gather as gather
from .gate_conditions import gate_conditions
from .hidden_characters import hidden_characters
from .instant_refunds import instant_refunds
from .known_systems import known_facts, known_owners
from .known_types import known_setting_kinds, known_types
from .ledger_keys import ledger_keys
from .map_targets import map_targets
from .mapping_head import mapping_head
from .moves_hold import goes_back, moves_hold
from .moves_known import moves_known
from .owner_named import owner_named
from .ownership import foreign_data, owners_agree
from .personal_data import personal_data
from .policies_end import policies_end
from .policy_names import alert_kinds, policy_names
from .policy_texts import policy_texts
from .queues_say import queues_say
from .refund_approval import approval_passed_by, refund_approval, refund_gate
from .replacements import replacements
from .retries import retries
from .rule_ends import rule_ends
from .rule_types import rule_types
from .secrets import secrets
from .settings_fit import settings_fit
from .shared_files import headless, likes_fit, shared_blocks
from .stages_handled import moves_lead_on, stages_handled, stages_reachable
from .statuses_placed import statuses_placed
from .stock_conflicts import stock_conflicts
from .stock_once import stock_once
from .table_rows import table_rows
from .template_settings import template_settings
from .templates import templates
from .test_cases import test_cases
from .test_fields import test_fields
from .test_names import test_names
from .track_paths import track_paths
from .unique_names import unique_names
from .unknown_status_text import unknown_status_text
from .unstated_facts import unstated_facts
from .unused_names import unused_names, unused_values
from .variables import variables

Check = Callable[[Facts], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    mapping_head,
    owner_named,
    known_facts,
    known_owners,
    owners_agree,
    foreign_data,
    secrets,
    hidden_characters,
    shared_blocks,
    headless,
    likes_fit,
    unique_names,
    variables,
    known_types,
    known_setting_kinds,
    settings_fit,
    template_settings,
    track_paths,
    statuses_placed,
    unknown_status_text,
    moves_known,
    moves_lead_on,
    moves_hold,
    goes_back,
    stages_reachable,
    stages_handled,
    table_rows,
    map_targets,
    gate_conditions,
    decided_conditions,
    rule_types,
    answers,
    audits,
    templates,
    rule_ends,
    effect_key,
    element_keys,
    ledger_keys,
    effect_policy,
    policies_end,
    arms_reached,
    replacements,
    business_errors,
    policy_names,
    policy_texts,
    retries,
    deadlines,
    queues_say,
    alert_kinds,
    blind_retry,
    stock_conflicts,
    stock_once,
    double_authority,
    instant_refunds,
    unstated_facts,
    refund_approval,
    approval_passed_by,
    refund_gate,
    corrections,
    undo_known,
    endings_named,
    personal_data,
    test_names,
    test_cases,
    test_fields,
    unused_names,
    unused_values,
)


def check(facts: Facts) -> tuple[Finding, ...]:
    """Every finding of every check, each once, in the order of the text."""
    found = dict.fromkeys(finding for run in CHECKS for finding in run(facts))
    return in_order(causes(list(found), facts.module.damaged))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order of the text."""
    return tuple(sorted(findings, key=lambda finding: (finding.at.span, finding.severity, finding.code)))
