"""Checking one delivered video without a server: its C2PA manifest, what it says about training, and its seal.

The seal is a last ``free`` box that signs the hash of every byte before it; the manifest is checked by the C2PA
library (``pip install offcut[media]``). Both lead to the installation's root certificate, which came with the
dataset as ``media-root.pem`` and lies at ``/.well-known/offcut-media-root.pem``.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ROOT_FILE: Final = "media-root.pem"
ASSERTION: Final = "cawg.training-mining"
_MAGIC: Final = b"offcut-seal-1\n"
_DIGEST: Final = 32
_SIGNATURE: Final = 64
_LARGEST_SEAL: Final = 8192
_BLOCK: Final = 1 << 20


class MediaProofError(ValueError):
    """The video is not as it was delivered, or was not delivered by the holder of this root; the message says why."""


@dataclass(frozen=True, slots=True)
class MediaProof:
    """What a video proves: who signed it, the name of its manifest, and what is said of each kind of use."""

    signer: str
    manifest: str
    uses: Mapping[str, Mapping[str, str]]


def media_verify(path: Path, root_pem: bytes) -> MediaProof:
    """Check every byte of a delivered video against the installation's root certificate, offline.

    MediaProofError when anything differs, RuntimeError when the C2PA library is not installed.
    """
    signer = _sealed(path, root_pem)
    manifest = _manifest(path, root_pem)
    return MediaProof(signer, manifest["label"], _uses(manifest))


def _sealed(path: Path, root_pem: bytes) -> str:
    """The common name of the leaf that sealed the file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        box = _seal(file, size)
        said, signature = box[8:-_SIGNATURE], box[-_SIGNATURE:]
        digest, leaf = said[len(_MAGIC) :][:_DIGEST], said[len(_MAGIC) + _DIGEST + 2 :]
        if _hash(file, size - len(box)) != digest:
            raise MediaProofError("a byte of the file was changed: its hash is not the sealed one")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a damaged certificate may be odd before it is refused
            certificate = x509.load_der_x509_certificate(leaf)
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(root_pem))
        key = certificate.public_key()
        if not isinstance(key, Ed25519PublicKey):
            raise MediaProofError("the seal was made with another kind of key")
        key.verify(signature, said)
    except (InvalidSignature, UnsupportedAlgorithm, x509.InvalidVersion, ValueError, TypeError) as error:
        raise MediaProofError("the seal was not made under this root certificate") from error
    return certificate.subject.rfc4514_string()


def _seal(file: BinaryIO, size: int) -> bytes:
    """The whole last box, when it is a seal."""
    tail_at = max(0, size - _LARGEST_SEAL)
    file.seek(tail_at)
    tail = file.read()
    place = tail.rfind(_MAGIC) - 8
    box = tail[place:] if place >= 0 else b""
    leaf_at = 8 + len(_MAGIC) + _DIGEST
    leaf = int.from_bytes(box[leaf_at : leaf_at + 2], "big")
    sound = box[:4] == len(box).to_bytes(4, "big") and box[4:8] == b"free"
    if not sound or len(box) != leaf_at + 2 + leaf + _SIGNATURE:
        raise MediaProofError("the file does not end with a seal")
    return box


def _hash(file: BinaryIO, length: int) -> bytes:
    digest, left = hashlib.sha256(), length
    file.seek(0, os.SEEK_SET)
    while left and (block := file.read(min(_BLOCK, left))):
        digest.update(block)
        left -= len(block)
    return digest.digest()


def _manifest(path: Path, root_pem: bytes) -> dict[str, Any]:
    """The active manifest, once the C2PA library has found it valid and trusted."""
    c2pa = _library()
    settings = {
        "trust": {"trust_anchors": root_pem.decode("ascii", "replace")},
        "verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
    }
    try:
        with path.open("rb") as file:
            store = json.loads(c2pa.Reader("video/mp4", file, context=c2pa.Context.from_dict(settings)).json())
    except c2pa.C2paError as error:
        raise MediaProofError(f"its C2PA manifest cannot be read: {error}") from error
    if store.get("validation_state") != "Trusted":
        codes = ", ".join(sorted({fault["code"] for fault in store.get("validation_status", [])}))
        raise MediaProofError(f"its C2PA manifest is not valid: {codes or 'no reason given'}")
    manifest: dict[str, Any] = store["manifests"][store["active_manifest"]]
    return manifest


def _library() -> Any:
    """The C2PA library: an optional extra, and slow to load, so it is loaded when it is needed."""
    try:
        return import_module("c2pa")
    except ImportError as error:
        raise RuntimeError("checking videos needs the C2PA library: pip install 'offcut[media]'") from error


def _uses(manifest: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    found = [one["data"]["entries"] for one in manifest["assertions"] if one["label"] == ASSERTION]
    if len(found) != 1:
        raise MediaProofError("its C2PA manifest does not say what it may be used for")
    entries: Mapping[str, Mapping[str, str]] = found[0]
    return entries
