"""`states.md`: every state machine as a table of states and a diagram."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from core.states import Machine
from licensing.domain.approval import APPROVAL_MACHINE
from licensing.domain.card_states import RATE_CARD_MACHINE
from licensing.domain.desk_policy import POLICY_MACHINE
from licensing.domain.reasons import REASON_MACHINE
from licensing.domain.release import RELEASE_MACHINE
from licensing.domain.states import AGREEMENT_MACHINE, CASE_MACHINE, CLAUSE_MACHINE
from marketplace.catalog.domain.states import LISTING
from marketplace.delivery.domain.states import MACHINE as DATASET
from marketplace.docs_pages.markdown import fence, page
from marketplace.orders.domain.states import LICENCE, ORDER, PAYMENT, QUOTE
from marketplace.repayments.domain.states import REPAYMENT
from marketplace.withdrawals.domain.states import CLAIM, NOTICE, WITHDRAWAL
from media_ingest.domain.ownership import OWNERSHIP
from media_ingest.domain.states import ASSET, UPLOAD

MACHINES: Final[tuple[tuple[Machine[Any, Any], str], ...]] = (
    (UPLOAD, "media_ingest/domain/states.py"),
    (ASSET, "media_ingest/domain/states.py"),
    (OWNERSHIP, "media_ingest/domain/ownership.py"),
    (CLAUSE_MACHINE, "licensing/domain/states.py"),
    (RATE_CARD_MACHINE, "licensing/domain/card_states.py"),
    (AGREEMENT_MACHINE, "licensing/domain/states.py"),
    (CASE_MACHINE, "licensing/domain/states.py"),
    (APPROVAL_MACHINE, "licensing/domain/approval.py"),
    (REASON_MACHINE, "licensing/domain/reasons.py"),
    (POLICY_MACHINE, "licensing/domain/desk_policy.py"),
    (RELEASE_MACHINE, "licensing/domain/release.py"),
    (LISTING, "marketplace/catalog/domain/states.py"),
    (QUOTE, "marketplace/orders/domain/states.py"),
    (ORDER, "marketplace/orders/domain/states.py"),
    (PAYMENT, "marketplace/orders/domain/states.py"),
    (LICENCE, "marketplace/orders/domain/states.py"),
    (DATASET, "marketplace/delivery/domain/states.py"),
    (WITHDRAWAL, "marketplace/withdrawals/domain/states.py"),
    (NOTICE, "marketplace/withdrawals/domain/states.py"),
    (CLAIM, "marketplace/withdrawals/domain/states.py"),
    (REPAYMENT, "marketplace/repayments/domain/states.py"),
)


def _diagram(machine: Machine[StrEnum, StrEnum]) -> str:
    first = next(iter(machine.transitions))
    last = [state for state in machine.transitions if not machine.transitions[state]]
    head, *lines = machine.mermaid().splitlines()
    return "\n".join([head, f"    [*] --> {first}", *lines, *(f"    {state} --> [*]" for state in last)])


def states() -> str:
    """Return the page."""
    sections = []
    for machine, path in MACHINES:
        sections.append(f"## {machine.name.capitalize()}")
        sections.append(f"Source: `{path}`. States: {', '.join(f'`{state}`' for state in machine.transitions)}.")
        sections.append(fence("mermaid", _diagram(machine)))
    return page(
        "States",
        "A machine is data: which event leads from which state where. Anything else is refused with "
        "`illegal_transition` and changes nothing; when two people act at once the second one is told "
        "`somebody_was_faster`.",
        *sections,
    )
