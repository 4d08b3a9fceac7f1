"""Files with marks in them, one for each state of the policy, without a sale around them."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import c2pa

from licensing.domain.catalogue import CATALOGUE
from licensing.domain.composition import compose, profile_of
from licensing.domain.matching import ModelClass, Purpose, UseCase
from licensing.domain.signals.cawg import cawg_assertion
from licensing.domain.signals.iptc import xmp_packet
from licensing.domain.signals.matroska import matroska_tags
from licensing.domain.signals.odrl_model import PROFILE_PATH
from licensing.domain.signals.policy import (
    LicenceFacts,
    RightsPolicy,
    SignalState,
    delivered,
    not_for_sale,
    on_sale,
)
from marketplace.delivery.adapters.boxes import XMP_BOX, user_box
from marketplace.delivery.adapters.media_keys import MediaKeys
from marketplace.delivery.adapters.provenance import c2pa_sign, manifest_definition, seal_append, xmp_append
from media_ingest.adapters.renditions import tagged
from tests.factories.delivery import rush
from tests.media import clip

SITE: Final = "https://market.example"
CLIP: Final = f"{SITE}/market/clips/clp_1"
LICENCE: Final = f"{SITE}/licences/lic_1"
AIL: Final = f"{SITE}{PROFILE_PATH}#"
TERMS: Final = profile_of(compose(CATALOGUE, {}))


def licensed_for(purpose: Purpose, window_days: int | None = None) -> RightsPolicy:
    return delivered(
        site=SITE,
        target=CLIP,
        licensor=f"{SITE}/orgs/org_l",
        profile=TERMS,
        licence=LicenceFacts(
            id="lic_1",
            url=LICENCE,
            licensee=f"{SITE}/orgs/org_b",
            starts=date(2026, 9, 1),
            ends=date(2028, 8, 31),
            use_case=UseCase(frozenset({purpose}), frozenset({ModelClass.VIDEO_GEN})),
            window_days=window_days,
        ),
    )


POLICIES: Final = {
    SignalState.ON_SALE: on_sale(site=SITE, target=CLIP, offer_url=CLIP, licensor=f"{SITE}/orgs/org_l", profile=TERMS),
    SignalState.NOT_FOR_SALE: not_for_sale(site=SITE, target=CLIP),
    SignalState.EVALUATION: licensed_for(Purpose.EVALUATE, 60),
    SignalState.LICENSED: licensed_for(Purpose.PRETRAIN),
}


@dataclass(frozen=True)
class Made:
    """A finished file of one state, and the certificates behind it."""

    path: Path
    source: Path
    box: bytes
    keys: MediaKeys
    webm: Path
    """The same rights in a WebM."""
    preview: bytes
    """The same rights behind a preview."""


def c2pa_read(data: bytes, root: str) -> tuple[str, dict[str, Any]]:
    """What the C2PA library says of a file when it trusts the root alone."""
    settings = {"trust": {"trust_anchors": root}, "verify": {"verify_trust": True, "remote_manifest_fetch": False}}
    store = json.loads(c2pa.Reader("video/mp4", io.BytesIO(data), context=c2pa.Context.from_dict(settings)).json())
    manifest: dict[str, Any] = store["manifests"][store["active_manifest"]]
    return store["validation_state"], manifest


def made_as(policy: RightsPolicy, folder: Path, keys: MediaKeys, film: bytes | None = None) -> Made:
    """A file of the film (two seconds when none is given) with all its marks."""
    folder.mkdir()
    source, target = folder / "cut.mp4", folder / "delivered.mp4"
    source.write_bytes(rush(0) if film is None else film)
    xmp_append(source, xmp_packet(policy))
    definition = manifest_definition(name="clp_1.mp4", identity="lic_1", assertion=cawg_assertion(policy))
    box = c2pa_sign(source, target, definition=definition, keys=keys)
    seal_append(target, keys)
    webm = folder / "delivered.webm"
    tagged(clip("vp9.webm"), webm, "webm", matroska_tags(policy))
    return Made(target, source, box, keys, webm, rush(0) + user_box(XMP_BOX, xmp_packet(policy)))
