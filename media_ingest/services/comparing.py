"""Finding near duplicates of a recording: look, compare, and settle in one transaction.

Two recordings that show the same may be compared at the same moment, each finding the other. Both lock the files in
the order of their ids and write the same verdict under the same unique key, so that there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor, require
from core.audit.services import record
from core.ids import Prefix, public_id
from core.jobs.services import Claim
from core.logging import get_logger
from media_ingest.adapters.alignment import Track, overlaps_of
from media_ingest.domain.actions import CLIP_DESCRIBE
from media_ingest.domain.duplicates import Candidate, Likeness, judge, lesser_of
from media_ingest.domain.ownership import CaseKind
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, NearDuplicate
from media_ingest.selectors import asset_get
from media_ingest.services.cases import hold_publish, ownership_case_open
from media_ingest.services.fingerprints import assets_like, track_load

log = get_logger(__name__)


def asset_compare(*, actor: Actor, asset_id: UUID, claim: Claim) -> Asset:
    """Find the recordings that show what this one shows; exactly one verdict a pair however often it is called.

    Of two of one owner the better one is kept and the clips of the other are held; of two owners a case is opened
    and the later one is held.
    """
    asset = Asset.objects.get(pk=asset_id)
    track = track_load(asset_id)
    if asset.state != AssetState.READY or track is None or not len(track.times):
        return asset
    found = _look(asset_id, track, claim)
    with claim.settle():
        asset = _settle(actor, asset_id, found)
    log.info("asset.compared", asset=asset.public_id, found=len(found))
    return asset


def _look(asset_id: UUID, track: Track, claim: Claim) -> dict[UUID, Likeness]:
    """Compare with every recording that the index names. No transaction is open here."""
    candidates = assets_like(asset_id, track)
    found: dict[UUID, Likeness] = {}
    for number, other_id in enumerate(candidates):
        claim.progress("comparing", number, len(candidates))
        likeness = likeness_of(track, track_load(other_id))
        if likeness is not None:
            found[other_id] = likeness
    claim.progress("comparing", len(candidates), len(candidates))
    return found


def likeness_of(track: Track, other: Track | None) -> Likeness | None:
    """Return what two recordings have in common, or None."""
    if other is None:
        return None
    return judge(overlaps_of(track, other), telling_ms=track.telling_ms, other_telling_ms=other.telling_ms)


def _settle(actor: Actor, asset_id: UUID, found: dict[UUID, Likeness]) -> Asset:
    """Write the verdicts. All files are locked first, by id."""
    rows = Asset.objects.filter(pk__in=[asset_id, *found]).order_by("pk").select_for_update(of=("self",))
    files = {row.pk: row for row in rows}
    asset = files[asset_id]
    for other in (files[key] for key in sorted(found)):
        if asset.state != AssetState.READY or other.state != AssetState.READY:
            continue
        if other.organisation_id == asset.organisation_id:
            _keep_the_best(actor, asset, other, found[other.pk])
        elif found[other.pk].substantial:
            _ask_whose(asset, other, found[other.pk])
    return asset


def _keep_the_best(actor: Actor, asset: Asset, other: Asset, likeness: Likeness) -> None:
    lesser = lesser_of(_candidate(asset), _candidate(other), likeness)
    if lesser is None:
        return
    less, best = (asset, other) if lesser.id == asset.pk else (other, asset)
    score = likeness.share if less is asset else likeness.other_share
    evidence = _evidence(likeness, turned=less is not asset)
    pair, noted = NearDuplicate.objects.get_or_create(
        asset=less, of=best, defaults={"score": score, "evidence": evidence}
    )
    if noted:
        record(
            actor=actor,
            action="asset.near_duplicate",
            subject=less.public_id,
            organisation_id=less.organisation_id,
            after={"of": best.public_id, "score": pair.score},
        )
        hold_publish(less.pk)


def _ask_whose(asset: Asset, other: Asset, likeness: Likeness) -> None:
    """Open a case about the later of two files of different owners; the same one whichever is compared first."""
    later, earlier = sorted((asset, other), key=lambda row: (row.created_at, row.pk), reverse=True)
    ownership_case_open(
        kind=CaseKind.NEAR_DUPLICATE,
        asset=later,
        others=[earlier],
        evidence=_evidence(likeness, turned=later is not asset),
    )


def _candidate(asset: Asset) -> Candidate:
    return Candidate(
        id=asset.pk,
        pixels=(asset.width or 0) * (asset.height or 0),
        size_bytes=asset.size_bytes,
        duration_ms=asset.duration_ms or 0,
        received_at=asset.created_at,
    )


def _evidence(likeness: Likeness, *, turned: bool) -> dict[str, object]:
    """Return what speaks for a verdict, seen from the lesser or later file; times in ms, shares in percent."""
    spans = [asdict(row) for row in likeness.overlaps]
    if turned:
        swapped = {"start_ms": "other_start_ms", "end_ms": "other_end_ms"}
        swapped |= {there: here for here, there in swapped.items()}
        spans = [{swapped.get(name, name): value for name, value in span.items()} for span in spans]
    shares = (likeness.other_share, likeness.share) if turned else (likeness.share, likeness.other_share)
    return {"share": shares[0], "other_share": shares[1], "overlaps": spans}


def near_duplicates_keep(*, actor: Actor, asset_id: UUID) -> Sequence[NearDuplicate]:
    """Offer a near duplicate beside the better recording: its owner says they are different takes."""
    asset = asset_get(actor, asset_id)
    require(actor, CLIP_DESCRIBE, asset.organisation_id)
    with transaction.atomic():
        Asset.objects.select_for_update(of=("self",)).get(pk=asset_id)
        changed = NearDuplicate.objects.filter(asset_id=asset_id, kept=False).update(kept=True)
        if changed:
            record(
                actor=actor,
                action="asset.near_duplicates_kept",
                subject=public_id(Prefix.ASSET, asset_id),
                organisation_id=asset.organisation_id,
                after={"kept": changed},
            )
            hold_publish(asset_id)
    return near_duplicates_of(asset_id)


def near_duplicates_of(asset_id: UUID) -> Sequence[NearDuplicate]:
    """Return the better recordings of the same owner that show what this one shows."""
    return list(NearDuplicate.objects.filter(asset_id=asset_id).select_related("of").order_by("id"))
