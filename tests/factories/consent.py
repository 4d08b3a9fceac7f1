"""People and places on clips, with what they signed, made the way studios and signers make them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest

from core.accounts.policy import Actor
from licensing.domain.consent import AiAnswer, NodeKind
from licensing.domain.release import Given
from licensing.domain.wording import Language
from licensing.models import ConsentNode, Release
from licensing.services.consent import Span, node_add
from licensing.services.release_signing import Kept, release_sign
from licensing.services.releases import Asked, release_attach, release_create, release_send
from media_ingest.models import Clip

ADA = Asked(NodeKind.PERSON, "Ada Nord", "street interview, Lyon, May 2026")


def shown_on(
    studio: Actor, *clips: Clip, kind: NodeKind = NodeKind.PERSON, label: str = "woman in the red coat"
) -> ConsentNode:
    """Return somebody or something listed on clips, with neither release nor reason yet."""
    return node_add(actor=studio, kind=kind, label=label, spans=[Span(clip.pk) for clip in clips])


def release_sent(studio: Actor, *clips: Clip, asked: Asked = ADA) -> tuple[Release, str]:
    """Return a release that hangs on clips, and the token of its signing link."""
    release = release_create(actor=studio, asked=asked)
    if clips:
        release_attach(actor=studio, release_id=release.pk, spans=[Span(clip.pk) for clip in clips])
    sent = release_send(actor=studio, release_id=release.pk)
    return sent.release, sent.token


def release_signed(studio: Actor, *clips: Clip, asked: Asked = ADA, ai: AiAnswer = AiAnswer.GENERATIVE) -> Kept:
    """Return a release of clips, signed by its link."""
    _, token = release_sent(studio, *clips, asked=asked)
    guardian = ("Kim Nord", "mother") if asked.kind is NodeKind.MINOR else ("", "")
    given = Given("Ada Nord", ai, *guardian)
    return release_sign(token=token, given=given, language=Language.EN, ip_address="192.0.2.7")


_READERS = (
    "licensing.selectors.consent.now",
    "licensing.services.consent_settling.now",
    "licensing.services.releases.now",
    "licensing.services.release_signing.now",
    "marketplace.catalog.selectors.listings.now",
)


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Tell consent another hour."""
    with pytest.MonkeyPatch.context() as patch:
        for name in _READERS:
            patch.setattr(name, lambda: moment)
        yield
