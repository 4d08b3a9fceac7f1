"""Reading the library: what an actor may see, and how far things are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Count, Min, Q, QuerySet, Sum

from core.accounts.policy import Actor, OrganisationKind, require
from core.ids import NOT_FOUND
from media_ingest.domain.actions import LIBRARY_REVIEW, LIBRARY_VIEW
from media_ingest.domain.ownership import Hold, Outcome, OwnershipState
from media_ingest.domain.states import AssetState
from media_ingest.domain.tiers import Sleeping, StorageFigures, Tier, TierFigures
from media_ingest.models import (
    Asset,
    Batch,
    Clip,
    Derivative,
    NearDuplicate,
    OwnershipCase,
    StoredObject,
    Upload,
    Watching,
)

_SLEEPING_SHOWN: Final = 100

M = TypeVar("M", bound=models.Model)


def _visible(queryset: QuerySet[M], actor: Actor, owner: str) -> QuerySet[M]:
    """Keep the actor's own rows; the desk and the system keep all. Others are refused."""
    if actor.is_system:
        return queryset
    if actor.organisation_kind is OrganisationKind.PLATFORM:
        require(actor, LIBRARY_REVIEW)
        return queryset
    require(actor, LIBRARY_VIEW)
    return queryset.filter(**{owner: actor.organisation_id})


def uploads_visible_to(actor: Actor) -> QuerySet[Upload]:
    """Return the uploads of the actor's organisation (all for the desk); refused without the right to look."""
    return _visible(Upload.objects.select_related("asset", "batch"), actor, "organisation_id")


def batches_visible_to(actor: Actor) -> QuerySet[Batch]:
    """Return the batches of the actor's organisation (all for the desk); refused without the right to look."""
    return _visible(Batch.objects.all(), actor, "organisation_id")


def assets_visible_to(actor: Actor) -> QuerySet[Asset]:
    """Return the assets of the actor's organisation (all for the desk), with derivatives and clips fetched."""
    queryset = Asset.objects.select_related("batch").prefetch_related("derivatives", "clips")
    return _visible(queryset, actor, "organisation_id")


def clips_visible_to(actor: Actor) -> QuerySet[Clip]:
    """Return the clips of the actor's organisation (all for the desk), with asset, derivatives and labels fetched."""
    queryset = Clip.objects.select_related("asset").prefetch_related("asset__derivatives", "detections")
    return _visible(queryset, actor, "asset__organisation_id")


def upload_get(actor: Actor, upload_id: UUID) -> Upload:
    """Return one visible upload, or ``not_found``."""
    return _one(uploads_visible_to(actor), upload_id, "upload")


def batch_get(actor: Actor, batch_id: UUID) -> Batch:
    """Return one visible batch, or ``not_found``."""
    return _one(batches_visible_to(actor), batch_id, "batch")


def asset_get(actor: Actor, asset_id: UUID) -> Asset:
    """Return one visible asset, or ``not_found``."""
    return _one(assets_visible_to(actor), asset_id, "file")


def clip_get(actor: Actor, clip_id: UUID) -> Clip:
    """Return one visible clip, or ``not_found``."""
    return _one(clips_visible_to(actor), clip_id, "clip")


def watching_of(actor: Actor, asset_id: UUID) -> Watching:
    """Return what was seen of one visible asset, with its derivatives fetched; ``not_found`` until it was watched."""
    queryset = Watching.objects.select_related("asset").prefetch_related("asset__derivatives")
    found = _visible(queryset, actor, "asset__organisation_id").filter(asset_id=asset_id).first()
    if found is None:
        raise NOT_FOUND("You have no file with this id, or it was not watched yet.")
    return found


def _one(queryset: QuerySet[M], key: UUID, noun: str) -> M:
    found = queryset.filter(pk=key).first()
    if found is None:
        raise NOT_FOUND(f"You have no {noun} with this id.")
    return found


def storage_keys_referenced(keys: Sequence[str]) -> set[str]:
    """Return those of ``keys`` that an asset or a derivative still needs."""
    originals = Asset.objects.filter(storage_key__in=keys).values_list("storage_key", flat=True)
    derived = Derivative.objects.filter(storage_key__in=keys).values_list("storage_key", flat=True)
    return {*originals, *derived}


def ownership_cases_visible_to(actor: Actor) -> QuerySet[OwnershipCase]:
    """Return every ownership case with its files and their owners; only the desk may look."""
    require(actor, LIBRARY_REVIEW)
    return OwnershipCase.objects.select_related("asset__organisation", "other__organisation", "settled_by")


def ownership_case_get(actor: Actor, case_id: UUID) -> OwnershipCase:
    """Return one ownership case, or ``not_found``."""
    return _one(ownership_cases_visible_to(actor), case_id, "ownership case")


def holds_of(asset_ids: Iterable[UUID]) -> dict[UUID, Hold]:
    """Return, for those of ``asset_ids`` whose clips may not be offered, why; two queries however many are asked for.

    Held are: the later file of an open ownership case, the file that a settled one found not to be its owner's, and
    a near duplicate of a better file of the same owner (unless the owner keeps both, or the better one is withdrawn).
    """
    ids = list(asset_ids)
    against = Q(asset__in=ids) & (Q(state=OwnershipState.OPEN) | Q(outcome=Outcome.OTHER_IS_OWNER))
    against |= Q(other__in=ids, outcome=Outcome.THIS_IS_OWNER)
    lesser = NearDuplicate.objects.filter(asset__in=ids, kept=False).exclude(of__state=AssetState.WITHDRAWN)
    holds = dict.fromkeys(lesser.values_list("asset_id", flat=True), Hold.NEAR_DUPLICATE)
    for later, earlier, outcome in OwnershipCase.objects.filter(against).values_list("asset_id", "other_id", "outcome"):
        holds[earlier if outcome == Outcome.THIS_IS_OWNER else later] = Hold.OWNERSHIP_CASE
    return holds


def held_assets(asset_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of ``asset_ids`` whose clips may not be offered."""
    return set(holds_of(asset_ids))


def asset_is_held(asset_id: UUID) -> bool:
    """Whether the clips of a file may not be offered at the moment."""
    return bool(holds_of([asset_id]))


def storage_figures(actor: Actor) -> StorageFigures:
    """Return what the actor's organisation keeps here (everybody, for the desk) and what it costs a year.

    Masters and what was made of them, each stored object once. Bytes that two organisations have in common are
    stored once and shown to both.
    """
    keeping = settings.OFFCUT.keeping
    assets = _visible(Asset.objects.all(), actor, "organisation_id")
    made = _visible(Derivative.objects.all(), actor, "asset__organisation_id")
    cold = StoredObject.objects.filter(tier=Tier.COLD, storage_key__in=assets.values("storage_key"))
    objects, size = _sums(assets)
    made_objects, made_size = _sums(made)
    cold_objects, cold_size = _sums(cold)
    return StorageFigures(
        tiers=(
            TierFigures(
                Tier.HOT, objects - cold_objects + made_objects, size - cold_size + made_size, keeping.hot_price
            ),
            TierFigures(Tier.COLD, cold_objects, cold_size, keeping.cold_price),
        ),
        dormant=_sleeping(assets, {Tier.HOT: keeping.hot_price, Tier.COLD: keeping.cold_price}),
        cold_tier=keeping.cold_root is not None or (keeping.s3 is not None and keeping.s3.cold_class != "none"),
        cold_after_days=keeping.cold_after_days,
        dormant_after_days=keeping.dormant_after_days,
    )


def _sums(rows: QuerySet[Asset] | QuerySet[Derivative] | QuerySet[StoredObject]) -> tuple[int, int]:
    """Count stored objects and their bytes, each once."""
    each = rows.order_by().values("storage_key").annotate(length=Min("size_bytes"))
    found = each.aggregate(objects=Count("storage_key"), size=Sum("length"))
    return int(found["objects"]), int(found["size"] or 0)


def _sleeping(assets: QuerySet[Asset], prices: dict[Tier, Fraction]) -> tuple[Sleeping, ...]:
    shown = assets.exclude(state=AssetState.WITHDRAWN)
    dormant = StoredObject.objects.exclude(dormant_since=None).filter(storage_key__in=shown.values("storage_key"))
    rows = {row.storage_key: row for row in dormant.order_by("-size_bytes")[:_SLEEPING_SHOWN]}
    found = shown.filter(storage_key__in=rows).order_by("-size_bytes", "id")[:_SLEEPING_SHOWN]
    return tuple(
        Sleeping(
            asset_id=asset.id,
            original_name=asset.original_name,
            size_bytes=asset.size_bytes,
            tier=Tier(row.tier),
            last_used_at=row.last_used_at,
            dormant_since=row.dormant_since,
            price=prices[Tier(row.tier)],
        )
        for asset in found
        if (row := rows[asset.storage_key]).dormant_since is not None
    )
