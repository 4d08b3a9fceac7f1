"""The words an owner gives a clip."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor, require
from core.audit.services import record
from core.clock import now
from media_ingest.domain.actions import CLIP_DESCRIBE
from media_ingest.domain.errors import CLIP_TEXT
from media_ingest.domain.names import display_text
from media_ingest.models import Clip
from media_ingest.selectors import clip_get

TITLE_LENGTH: Final = 200
DESCRIPTION_LENGTH: Final = 5000
TAG_LENGTH: Final = 60
TAGS_LIMIT: Final = 50
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # the shape of BCP 47, RFC 5646


def clip_describe(
    *,
    actor: Actor,
    clip_id: UUID,
    title: str | None = None,
    description: str | None = None,
    tags: Sequence[str] | None = None,
    language: str | None = None,
) -> Clip:
    """Change a clip's title, description, tags or spoken language (BCP 47); None leaves a word as it is."""
    require(actor, CLIP_DESCRIBE)
    changes: dict[str, object] = {}
    if title is not None:
        changes["title"] = display_text(title, limit=TITLE_LENGTH)
    if description is not None:
        changes["description"] = display_text(description, limit=DESCRIPTION_LENGTH, lines=True)
    if tags is not None:
        changes["tags"] = _tags(tags)
    if language is not None:
        changes["language"] = _language(language)
    clip_get(actor, clip_id)
    if changes:
        _write(actor, clip_id, changes)
    return clip_get(actor, clip_id)


def _write(actor: Actor, clip_id: UUID, changes: dict[str, object]) -> None:
    with transaction.atomic():
        clip = Clip.objects.select_for_update(of=("self",)).select_related("asset").get(pk=clip_id)
        before = {name: str(getattr(clip, name)) for name in changes}
        Clip.objects.filter(pk=clip.pk).update(**changes, updated_at=now())
        record(
            actor=actor,
            action="clip.described",
            subject=clip.public_id,
            organisation_id=clip.asset.organisation_id,
            before=before,
            after={name: str(value) for name, value in changes.items()},
        )


def _tags(tags: Sequence[str]) -> list[str]:
    """Return tags in lower case, each once, in the order given."""
    clean = dict.fromkeys(display_text(tag, limit=TAG_LENGTH).lower() for tag in tags)
    clean.pop("", None)
    if len(clean) > TAGS_LIMIT:
        raise CLIP_TEXT(f"A clip has at most {TAGS_LIMIT} tags. Nothing was changed.", pointer="/tags")
    return list(clean)


def _language(language: str) -> str:
    if language and not _LANGUAGE.fullmatch(language):
        raise CLIP_TEXT("Write a language tag such as en, fr or pt-BR. Nothing was changed.", pointer="/language")
    return language
