"""Ownership cases: two organisations have the same footage, the later file is held, the desk decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from core.accounts.models import Membership
from core.accounts.policy import ROLE_MISSING, Actor, require
from core.audit.services import PLATFORM_CHAIN, record
from core.clock import now
from core.ids import Prefix, public_id, uuid7
from core.jobs.services import publish
from core.logging import get_logger
from core.transitions import advance
from media_ingest.domain.actions import OWNERSHIP_SETTLE
from media_ingest.domain.errors import OWN_FOOTAGE, SETTLEMENT_NOTE
from media_ingest.domain.ownership import OWNERSHIP, CaseKind, Outcome, OwnershipEvent
from media_ingest.models import Asset, OwnershipCase
from media_ingest.selectors import held_assets, ownership_case_get

ASSET_HOLD_CHANGED: Final = "media_ingest.asset.hold_changed"
"""Topic: clips of a file may no longer be offered, or may be again; ask ``selectors.asset_is_held`` which.

Payload: ``asset``, its public id. The subject differs each time, so that no change is taken for an earlier one.
"""

log = get_logger(__name__)

Evidence = Mapping[str, object]


def ownership_case_open(
    *, kind: CaseKind, asset: Asset, others: Iterable[Asset], evidence: Evidence
) -> list[OwnershipCase]:
    """Ask the desk who owns ``asset`` and each earlier file of another organisation in ``others``.

    Runs inside the caller's transaction. A pair that was asked about before, either way round, settled or not, is not
    asked about again: its case is returned. Files of the same organisation are left out.
    """
    cases = []
    for other in sorted(others, key=lambda row: row.pk):
        if other.organisation_id == asset.organisation_id:
            continue
        case, opened = _case_of(kind, asset, other, evidence)
        cases.append(case)
        if opened:
            # On the platform's own chain: neither owner learns of the other from it.
            record(
                actor=Actor.system(),
                action="ownership_case.opened",
                subject=case.public_id,
                organisation_id=PLATFORM_CHAIN,
                after={"kind": str(kind), **_parties(case, asset, other)},
            )
            hold_publish(asset.pk)
            log.info("ownership_case.opened", case=case.public_id, kind=str(kind))
    return cases


def _case_of(kind: CaseKind, asset: Asset, other: Asset, evidence: Evidence) -> tuple[OwnershipCase, bool]:
    """Find or make the case of a pair; the database lets only one be made."""
    pair = Q(asset=asset, other=other) | Q(asset=other, other=asset)
    known = OwnershipCase.objects.filter(pair).first()
    if known is not None:
        return known, False
    try:
        with transaction.atomic():
            made = OwnershipCase.objects.create(kind=str(kind), asset=asset, other=other, evidence=dict(evidence))
        return made, True
    except IntegrityError:
        return OwnershipCase.objects.get(pair), False


def _parties(case: OwnershipCase, asset: Asset, other: Asset) -> dict[str, str]:
    return {
        "asset": public_id(Prefix.ASSET, case.asset_id),
        "organisation": public_id(Prefix.ORGANISATION, asset.organisation_id),
        "other_asset": public_id(Prefix.ASSET, case.other_id),
        "other_organisation": public_id(Prefix.ORGANISATION, other.organisation_id),
    }


def ownership_case_settle(*, actor: Actor, case_id: UUID, outcome: Outcome, note: str) -> OwnershipCase:
    """Decide whose footage it is. What is held follows from the decision, at once.

    Refused with ``own_footage`` for somebody who belongs to either organisation, ``settlement_note_needed`` without
    a note, ``illegal_transition`` once it was settled.
    """
    require(actor, OWNERSHIP_SETTLE)
    if actor.user_id is None:
        raise ROLE_MISSING("A person has to decide, not a program. Nothing changed.")
    if not note.strip():
        raise SETTLEMENT_NOTE("Write what you saw and what you asked for. Nothing was changed.", pointer="/note")
    with transaction.atomic():
        files = _locked_files(ownership_case_get(actor, case_id))
        case = OwnershipCase.objects.select_for_update(of=("self",)).get(pk=case_id)
        _refuse_party(actor.user_id, files)
        before = held_assets([case.asset_id, case.other_id])
        advance(
            case,
            OWNERSHIP,
            OwnershipEvent.SETTLE,
            outcome=str(outcome),
            note=note.strip(),
            settled_by_id=actor.user_id,
            settled_at=now(),
        )
        record(
            actor=actor,
            action="ownership_case.settled",
            subject=case.public_id,
            organisation_id=PLATFORM_CHAIN,
            after={"outcome": str(outcome), "note": case.note},
        )
        for asset_id in sorted(before ^ held_assets([case.asset_id, case.other_id])):
            hold_publish(asset_id)
    log.info("ownership_case.settled", case=case.public_id, outcome=str(outcome))
    return ownership_case_get(actor, case_id)


def _locked_files(case: OwnershipCase) -> Sequence[Asset]:
    """Lock both files in the one order everywhere: by id, before their cases."""
    rows = Asset.objects.filter(pk__in=[case.asset_id, case.other_id]).order_by("pk")
    return list(rows.select_for_update(of=("self",)))


def _refuse_party(user_id: UUID, files: Sequence[Asset]) -> None:
    owners = {row.organisation_id for row in files}
    if Membership.objects.filter(user_id=user_id, organisation_id__in=owners).exists():
        raise OWN_FOOTAGE("You belong to one of the two organisations. Leave it to somebody else; nothing was changed.")


def hold_publish(asset_id: UUID) -> None:
    """Tell the floors above that a file's hold may have changed, inside the caller's transaction."""
    subject = public_id(Prefix.ASSET, asset_id)
    publish(
        topic=ASSET_HOLD_CHANGED, subject=f"{subject}/{public_id(Prefix.EVENT, uuid7())}", payload={"asset": subject}
    )
