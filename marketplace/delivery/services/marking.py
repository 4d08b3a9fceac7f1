"""Marking videos: what may be done with them is written into them; the copy of a licence is signed and sealed, too.

A signature is not made twice the same, but a shard that is made anew has to hold the same bytes. So the first
signature of a licence's copy is kept and put in again (ADR 0011).
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction

from core.clock import now
from core.ids import Prefix, parse_public_id
from licensing.domain.signals.cawg import cawg_assertion
from licensing.domain.signals.iptc import xmp_packet
from licensing.domain.signals.matroska import matroska_tags
from marketplace.catalog.selectors.rights import media_policy
from marketplace.delivery.adapters.boxes import XMP_BOX, user_box
from marketplace.delivery.adapters.media_keys import MediaKeys, media_keys_ensure, media_keys_rotate
from marketplace.delivery.adapters.provenance import (
    c2pa_again,
    c2pa_sign,
    digest_of,
    manifest_definition,
    seal_again,
    seal_append,
    xmp_append,
)
from marketplace.delivery.domain.deliverable import Deliverable
from marketplace.delivery.models import SignedCopy
from marketplace.delivery.services.cutting import CutSample, Cutter
from media_ingest.models import Derivative, DerivativeKind

_MARKED: Final = "mp4"
"""The only container that holds all marks; WebM and Matroska hold tags."""
_MOVING: Final = frozenset({DerivativeKind.PREVIEW, DerivativeKind.OPENING})


def media_keys() -> MediaKeys:
    """The installation's certificates for media; made when there are none."""
    return media_keys_ensure(_key_file(), site=settings.OFFCUT.public_url, now=now())


def media_key_rotate() -> MediaKeys:
    """Start to sign with a new leaf. Every copy from before keeps verifying: the root stays."""
    return media_keys_rotate(_key_file(), site=settings.OFFCUT.public_url, now=now())


def _key_file() -> Path:
    return settings.OFFCUT.key_file.with_name("media.json")


def preview_mark(derivative: Derivative) -> bytes:
    """What is put behind a preview whenever it is served: a box that says what its clip is offered for now.

    Nothing for pictures. Written then and not once, because a clip comes on sale and goes.
    """
    if derivative.kind not in _MOVING:
        return b""
    return user_box(XMP_BOX, xmp_packet(media_policy(derivative)))


def marked(clip: Deliverable, cutter: Cutter, folder: Path) -> CutSample:
    """The clip's sample with the marks that its container holds."""
    cut, target = cutter.sample(clip), _target(clip, folder)
    if not cut.sample.file.endswith(f".{_MARKED}"):
        return cutter.tagged(clip, cut, target, matroska_tags(clip.rights))
    size = cut.path.stat().st_size
    try:
        xmp_append(cut.path, xmp_packet(clip.rights))
        kept = _signed(clip, cut.path, target)
    finally:
        with cut.path.open("r+b") as file:
            file.truncate(size)  # other licences may share the cut
    return CutSample(target, replace(cut.sample, size_bytes=kept.size_bytes, sha256=kept.sha256))


def mark_drop(clip: Deliverable, folder: Path) -> None:
    """Remove a marked sample once it is packed."""
    _target(clip, folder).unlink(missing_ok=True)


def _target(clip: Deliverable, folder: Path) -> Path:
    return folder / f"{clip.key}.marked"


def _signed(clip: Deliverable, source: Path, target: Path) -> SignedCopy:
    licence_id, digest = parse_public_id(Prefix.LICENCE, clip.licensed.licence), digest_of(source)
    kept = SignedCopy.objects.filter(licence_id=licence_id, source_sha256=digest).first()
    if kept is None:
        manifest, seal = _sign(clip, source, target)
        with transaction.atomic():
            kept, made = SignedCopy.objects.get_or_create(
                licence_id=licence_id,
                source_sha256=digest,
                defaults={
                    "sha256": digest_of(target),
                    "size_bytes": target.stat().st_size,
                    "manifest": zlib.compress(manifest),
                    "seal": seal,
                },
            )
        if made:
            return kept
    c2pa_again(source, target, zlib.decompress(kept.manifest))
    seal_again(target, bytes(kept.seal))
    return kept


def _sign(clip: Deliverable, source: Path, target: Path) -> tuple[bytes, bytes]:
    keys = media_keys()
    definition = manifest_definition(
        name=f"{clip.key}.{_MARKED}", identity=clip.licensed.licence, assertion=cawg_assertion(clip.rights)
    )
    return c2pa_sign(source, target, definition=definition, keys=keys), seal_append(target, keys)
