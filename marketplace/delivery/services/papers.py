"""Everything in a dataset's folder but the shards: manifests, Croissant, card, sums, certificate, keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rfc8785
from blake3 import blake3
from django.conf import settings

from marketplace.delivery.adapters.manifest import ManifestWriter
from marketplace.delivery.domain.card import card_text
from marketplace.delivery.domain.certificate import Certificate, SampleFacts, leaf, verify_code
from marketplace.delivery.domain.compliance.pack import pack_files
from marketplace.delivery.domain.croissant import croissant_json
from marketplace.delivery.domain.deliverable import Delivery
from marketplace.delivery.domain.folder import (
    CROISSANT,
    MANIFEST_JSONL,
    MANIFEST_PARQUET,
    README,
    SHARDS,
    Folder,
    StoredFile,
)
from marketplace.delivery.domain.rights_paper import MEDIA_ROOT, ODRL, rights_json
from marketplace.delivery.domain.rows import SampleRow
from marketplace.delivery.domain.sums import BLAKE3SUMS, CERTIFICATE, KEY_SET, SHA256SUMS, sums_text
from marketplace.delivery.models import Dataset
from marketplace.delivery.services.accounting import facts_of_order, papers_printed
from marketplace.delivery.services.marking import media_keys
from marketplace.delivery.services.shards import KeptFile, bytes_keep
from marketplace.transparency.adapters.jws import sign
from marketplace.transparency.adapters.keys import StoredKey, key_valid_at
from marketplace.transparency.domain import merkle
from marketplace.transparency.services.sealing import log_origin
from media_ingest.adapters.storage import store

_BLOCK = 1 << 20


@dataclass
class SampleLedger:
    """Takes the rows of a dataset in key order: writes both manifests and grows the Merkle leaves."""

    manifest: ManifestWriter
    leaves: list[bytes] = field(default_factory=list)
    duration_ms: int = 0
    codes: dict[str, str | None] = field(default_factory=dict)
    """The ISCC that each licence's row says."""

    def add(self, rows: Iterable[SampleRow]) -> None:
        """Take the rows of one shard."""
        for row in rows:
            self.manifest.add(row)
            facts = leaf(
                key=row.key,
                clip_id=row.clip_id,
                licence_id=row.licence_id,
                sha256=row.sha256,
                start_ms=row.start_ms,
                end_ms=row.end_ms,
            )
            self.leaves.append(merkle.leaf_hash(rfc8785.dumps(dict(facts))))
            self.duration_ms += row.duration_ms
            self.codes[row.licence_id] = row.iscc

    def facts(self) -> SampleFacts:
        """What the certificate says about the samples."""
        return SampleFacts(len(self.leaves), self.duration_ms, merkle.root(self.leaves).hex())


def file_keep(path: str, source: Path) -> KeptFile:
    """Put a finished scratch file into the store; it moves."""
    sha256, fast, size = hashlib.sha256(), blake3(), 0
    with source.open("rb") as data:
        while block := data.read(_BLOCK):
            sha256.update(block)
            fast.update(block)
            size += len(block)
    key = store().put_file(source, sha256.hexdigest(), size, hashed=True)
    return KeptFile(path, StoredFile(size, sha256.hexdigest(), fast.hexdigest()), key)


@dataclass(frozen=True)
class Papers:
    """Writes the papers of one dataset; the same inputs give the same bytes."""

    dataset: Dataset
    delivery: Delivery
    samples: SampleFacts
    issued_at: datetime
    keys: tuple[StoredKey, ...]
    bench: Path

    def write(self, shards: list[KeptFile], manifests: list[KeptFile]) -> tuple[list[KeptFile], str, str]:
        """All papers, the certificate's text, and the thumbprint of the key that signed it."""
        files = {file.path: file for file in (*shards, *manifests)}
        folder = self._folder({path: file.stored for path, file in files.items()})
        facts = facts_of_order(self.dataset.order, self.dataset)
        described = {
            CROISSANT: croissant_json(folder, facts),
            README: card_text(folder),
            **pack_files(facts, folder),
            **papers_printed(facts, reference=folder.dataset, made_at=self.issued_at),
        }
        described |= {ODRL: rights_json(folder, self.delivery), MEDIA_ROOT: media_keys().root.encode()}
        for path, data in described.items():
            files[path] = bytes_keep(path, data, self.bench)
        sums = {
            SHA256SUMS: sums_text({path: file.stored.sha256 for path, file in files.items()}).encode(),
            BLAKE3SUMS: sums_text({path: file.stored.blake3 for path, file in files.items()}).encode(),
        }
        for path, data in sums.items():
            files[path] = bytes_keep(path, data, self.bench)
        key = key_valid_at(self.keys, int(self.issued_at.timestamp()))
        token = sign(self._certificate(files).payload(), private_key=key.private_key())
        key_set: dict[str, Any] = {"keys": [known.public.as_json() for known in self.keys]}
        files[CERTIFICATE] = bytes_keep(CERTIFICATE, token.encode(), self.bench)
        files[KEY_SET] = bytes_keep(KEY_SET, json.dumps(key_set, indent=1).encode() + b"\n", self.bench)
        return list(files.values()), token, key.public.kid

    def _folder(self, stored: dict[str, StoredFile]) -> Folder:
        shards = [file for path, file in stored.items() if path.startswith(f"{SHARDS}/") and path.endswith(".tar")]
        return Folder(
            site=settings.OFFCUT.public_url,
            dataset=self.dataset.public_id,
            order=self.delivery.order,
            code=verify_code(self.dataset.id),
            version=self.dataset.version,
            licensee=self.delivery.licensee,
            licensors=self.delivery.licensors,
            published=self.issued_at.astimezone(UTC).date().isoformat(),
            grant=self.delivery.grant,
            samples=self.samples.count,
            duration_ms=self.samples.duration_ms,
            shards=len(shards),
            bytes=sum(file.size_bytes for file in shards),
            files=stored,
        )

    def _certificate(self, files: dict[str, KeptFile]) -> Certificate:
        delivery = self.delivery
        return Certificate(
            issuer=settings.OFFCUT.public_url,
            code=verify_code(self.dataset.id),
            issued_at=int(self.issued_at.timestamp()),
            order=delivery.order,
            dataset=self.dataset.public_id,
            version=self.dataset.version,
            licensee=delivery.licensee,
            licensee_name=delivery.licensee_name,
            licensors=delivery.licensors,
            rate_card=delivery.rate_card,
            use_case=delivery.use_case,
            grant=delivery.grant,
            price=delivery.price,
            samples=self.samples,
            licences=tuple(clip.licensed for clip in delivery.clips),
            sha256sums=files[SHA256SUMS].stored.sha256,
            blake3sums=files[BLAKE3SUMS].stored.sha256,
            log=log_origin(),
        )


def manifest_at(bench: Path) -> ManifestWriter:
    """A manifest writer in the build's scratch folder."""
    return ManifestWriter(jsonl=bench / MANIFEST_JSONL, parquet=bench / MANIFEST_PARQUET)


def manifests_keep(bench: Path) -> list[KeptFile]:
    """Put both finished manifests into the store."""
    return [file_keep(name, bench / name) for name in (MANIFEST_JSONL, MANIFEST_PARQUET)]
