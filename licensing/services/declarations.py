"""Storing what creators declare about their clips."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor, require
from core.audit.services import Facts, record
from core.clock import now
from core.ids import Prefix, public_id
from core.jobs.services import publish
from licensing.domain.actions import CLIP_DECLARE
from licensing.domain.declaration import Declared, check_declared
from licensing.models import Declaration
from licensing.selectors.pricing import declared_of
from licensing.services.consent_settling import consent_settle
from media_ingest.models import Clip
from media_ingest.selectors import clip_get

CLIP_DECLARED: Final = "licensing.clip.declared"


def _facts(declared: Declared) -> Facts:
    return {
        "genre": str(declared.genre),
        "tech": sorted(declared.tech),
        "published": declared.published,
        "release": str(declared.release),
        "people": str(declared.people),
        "minors": declared.minors,
        "cmo_status": str(declared.cmo_status),
        "cmo_authorisation": declared.cmo_authorisation,
    }


def clip_declare(*, actor: Actor, clip_id: UUID, declared: Declared) -> Declared:
    """Replace the declaration of one's own clip. Quotes that are open keep the facts they froze.

    Refused with `declaration_invalid` when it contradicts itself. Declaring the same again changes nothing.
    """
    clip = clip_get(actor, clip_id)
    require(actor, CLIP_DECLARE, clip.asset.organisation_id)
    check_declared(declared)
    with transaction.atomic():
        Clip.objects.select_for_update(of=("self",)).get(pk=clip_id)
        row = Declaration.objects.filter(clip_id=clip_id).first()
        before = declared_of(row) if row is not None else None
        if before == declared:
            return declared
        columns = {
            "genre": declared.genre,
            "tech": sorted(declared.tech),
            "published": declared.published,
            "release": declared.release,
            "people": declared.people,
            "minors": declared.minors,
            "cmo_status": declared.cmo_status,
            "cmo_authorisation": declared.cmo_authorisation,
        }
        if row is None:
            Declaration.objects.create(clip=clip, **columns)
        else:
            Declaration.objects.filter(pk=row.pk).update(**columns, updated_at=now())
        consent_settle(clip_ids=[clip_id])
        event = record(
            actor=actor,
            action="clip.declared",
            subject=public_id(Prefix.CLIP, clip_id),
            organisation_id=clip.asset.organisation_id,
            before=_facts(before) if before is not None else None,
            after=_facts(declared),
        )
        clip_ref = public_id(Prefix.CLIP, clip_id)
        publish(topic=CLIP_DECLARED, subject=f"{clip_ref}:{event.public_id}", payload={"clip": clip_ref})
    return declared
