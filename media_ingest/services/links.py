"""Signed links to posters and previews: whoever holds one may look for a few minutes, without signing in."""

from __future__ import annotations

import hmac
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.utils.crypto import salted_hmac

from core.ids import NOT_FOUND
from media_ingest.domain.errors import LINK_REFUSED
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, Clip, Derivative, DerivativeKind

Marks = Callable[[Derivative], bytes]
PATH: Final = "/api/v1/media/"
LONGEST_S: Final = 15 * 60
_STEP_S: Final = 5 * 60
_SALT: Final = "media_ingest.links"
_BODY_BYTES: Final = 24
_sources: Final[list[Marks]] = []
_ENDED: Final = "Load the page or ask the API again for a fresh link; the media itself is unchanged."


def media_link(derivative: Derivative, *, at: float | None = None) -> str:
    """Return the path of a derivative, signed for 10 to 15 minutes.

    The end is rounded to five minutes so that a page that asks again gets the same address and the
    browser keeps what it has. ``at`` is Unix seconds, now when left out.
    """
    moment = int(time.time() if at is None else at)
    ends = moment - moment % _STEP_S + LONGEST_S
    body = _encode(derivative.id.bytes + ends.to_bytes(8, "big"))
    return f"{PATH}{body}.{_signature(body)}"


def asset_link(asset: Asset, kind: DerivativeKind) -> str | None:
    """Return a link to what stands for a whole file (its derivatives are fetched): its poster, its sprite sheet, or
    the first seconds of its first clip that has any; None while there is none.
    """
    found = [one for one in asset.derivatives.all() if one.kind == kind]
    whole = next((one for one in found if one.clip_id is None), None)
    # Ids grow with time, and openings are written in the order of their clips.
    chosen = whole or min(found, key=lambda one: one.id, default=None)
    return media_link(chosen) if chosen is not None else None


def clip_link(clip: Clip, kind: DerivativeKind) -> str | None:
    """Return a link to a clip's own picture (the derivatives of its asset are fetched), or None.

    Without a poster of its own it shows its file's; as a preview it shows its first seconds until the whole one is
    made.
    """
    made = list(clip.asset.derivatives.all())
    own = {one.kind: one for one in made if one.clip_id == clip.id}
    if kind is DerivativeKind.PREVIEW:
        chosen = own.get(kind) or own.get(DerivativeKind.OPENING)
    else:
        chosen = own.get(kind) or next((one for one in made if one.kind == kind and one.clip_id is None), None)
    return media_link(chosen) if chosen is not None else None


def marks_from(source: Marks) -> None:
    """Let a floor above say what is put behind a preview when it is served. Call it from ``AppConfig.ready``."""
    if source not in _sources:
        _sources.append(source)


def marks_of(derivative: Derivative) -> bytes:
    """The bytes to be put behind a derivative's own when it is served: boxes, which a player skips; often none."""
    return b"".join(source(derivative) for source in _sources)


def media_link_open(*, token: str, at: float | None = None) -> Derivative:
    """Return the derivative behind a link's last path part; refused when forged, ended or withdrawn."""
    body, _, signature = token.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(body).encode()):
        raise LINK_REFUSED(f"The link was changed or cut short. {_ENDED}")
    content = urlsafe_b64decode(body + "=" * (-len(body) % 4))
    key, ends = UUID(bytes=content[:16]), int.from_bytes(content[16:_BODY_BYTES], "big")
    if ends <= (time.time() if at is None else at):
        raise LINK_REFUSED(f"The link has ended. {_ENDED}")
    found = Derivative.objects.select_related("asset").filter(pk=key).first()
    if found is None or found.asset.state == AssetState.WITHDRAWN:
        raise NOT_FOUND("This footage is no longer offered.")
    return found


def _encode(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _signature(body: str) -> str:
    """Sign method and path: the signature is good for reading this one address."""
    return _encode(salted_hmac(_SALT, f"GET {PATH}{body}", algorithm="sha256").digest())
