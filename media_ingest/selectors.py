"""Reading the library: what an actor may see, and how far things are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from django.db import models
from django.db.models import QuerySet

from core.accounts.policy import Actor, OrganisationKind, require
from core.ids import NOT_FOUND
from media_ingest.domain.actions import LIBRARY_REVIEW, LIBRARY_VIEW
from media_ingest.models import Asset, Clip, Derivative, Upload

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


def assets_visible_to(actor: Actor) -> QuerySet[Asset]:
    """Return the assets of the actor's organisation (all for the desk), with derivatives and clips fetched."""
    queryset = Asset.objects.select_related("batch").prefetch_related("derivatives", "clips")
    return _visible(queryset, actor, "organisation_id")


def clips_visible_to(actor: Actor) -> QuerySet[Clip]:
    """Return the clips of the actor's organisation (all for the desk), with asset and derivatives fetched."""
    queryset = Clip.objects.select_related("asset").prefetch_related("asset__derivatives")
    return _visible(queryset, actor, "asset__organisation_id")


def upload_get(actor: Actor, upload_id: UUID) -> Upload:
    """Return one visible upload, or ``not_found``."""
    return _one(uploads_visible_to(actor), upload_id, "upload")


def asset_get(actor: Actor, asset_id: UUID) -> Asset:
    """Return one visible asset, or ``not_found``."""
    return _one(assets_visible_to(actor), asset_id, "file")


def clip_get(actor: Actor, clip_id: UUID) -> Clip:
    """Return one visible clip, or ``not_found``."""
    return _one(clips_visible_to(actor), clip_id, "clip")


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
