"""Marks inside a delivered MP4: an XMP packet, a C2PA manifest, and a seal over every byte before it.

C2PA leaves some bytes of a file unprotected (its first box, free boxes, the padding of the manifest itself). The seal
closes that: a last ``free`` box, which players and C2PA validators skip, with a signed hash of everything before it.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import c2pa

from marketplace.delivery.adapters.boxes import C2PA_BOX, XMP_BOX, box_append, box_inserted, box_taken, user_box
from marketplace.delivery.adapters.media_keys import MediaKeys

MEDIA_TYPE: Final = "video/mp4"
SEAL_MAGIC: Final = b"offcut-seal-1\n"
_NOT_GENERATED: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/humanEdits"
"""Made and edited by people with tools that generate nothing: what every creator warrants."""
_SETTINGS: Final = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
}


def xmp_append(path: Path, packet: bytes) -> None:
    """Put an XMP packet into an MP4, in a box of its own at the end."""
    box_append(path, user_box(XMP_BOX, packet))


def xmp_taken(path: Path) -> bytes:
    """The XMP packet of an MP4; NotBoxesError when there is not exactly one."""
    return box_taken(path, XMP_BOX)[8 + len(XMP_BOX) :]


def manifest_definition(*, name: str, identity: str, assertion: Mapping[str, object]) -> dict[str, Any]:
    """What the manifest says: whose copy it is (a name made from ``identity``), and the training assertion."""
    # C2PA wants the shape of a random UUID.
    own = uuid.UUID(bytes=hashlib.sha256(identity.encode()).digest()[:16], version=4)
    created = {"action": "c2pa.created", "digitalSourceType": _NOT_GENERATED}
    return {
        "label": f"urn:c2pa:{own}",
        "instance_id": f"xmp:iid:{own}",
        "title": name,
        "claim_generator_info": [{"name": "Offcut", "version": "1"}],
        "assertions": [{"label": "c2pa.actions", "data": {"actions": [created]}}, dict(assertion)],
    }


def c2pa_sign(source: Path, target: Path, *, definition: Mapping[str, Any], keys: MediaKeys) -> bytes:
    """Write ``target``: the source with a signed manifest in it. Returns the box that was put in.

    Ed25519 and no time stamp; the salts of a manifest are random, so signing twice gives two different files.
    """
    context = c2pa.Context.from_dict(_SETTINGS)
    signer = c2pa.Signer.from_callback(keys.sign, c2pa.C2paSigningAlg.ED25519, keys.chain, None)
    builder = c2pa.Builder(json.dumps(dict(definition)), context)
    with source.open("rb") as read, target.open("w+b") as written:
        builder.sign(signer, MEDIA_TYPE, read, written)
    return box_taken(target, C2PA_BOX)


def c2pa_again(source: Path, target: Path, box: bytes) -> None:
    """Write ``target`` as ``c2pa_sign`` once did, from the same source and the box it returned."""
    box_inserted(source, target, box)


def seal_append(path: Path, keys: MediaKeys) -> bytes:
    """Seal a file: the last box, which is returned, signs the hash of everything before it."""
    digest = bytes.fromhex(digest_of(path))
    leaf = keys.leaf_der()
    said = SEAL_MAGIC + digest + len(leaf).to_bytes(2, "big") + leaf
    data = said + keys.sign(said)
    box = (8 + len(data)).to_bytes(4, "big") + b"free" + data
    box_append(path, box)
    return box


def seal_again(path: Path, seal: bytes) -> None:
    """Put a seal back that ``seal_append`` returned for the same bytes."""
    box_append(path, seal)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
