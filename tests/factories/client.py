"""Dataset folders as the server would deliver them, made and signed here by an independent little issuer."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blake3 import blake3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ISSUED = 1_795_000_000


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def canonical(value: object) -> bytes:
    """Canonical JSON of ASCII names, texts and integers (all that these tests use)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def merkle_root(leaves: list[bytes]) -> bytes:
    """The recursive definition of RFC 6962, section 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + merkle_root(leaves[:split]) + merkle_root(leaves[split:])).digest()


@dataclass
class Issuer:
    """A signing key and the interval in which it counts."""

    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    not_before: int = ISSUED - 1000
    expires: int | None = None

    @property
    def public(self) -> dict[str, str]:
        return {"crv": "Ed25519", "kty": "OKP", "x": b64(self.private.public_key().public_bytes_raw())}

    @property
    def kid(self) -> str:
        return b64(hashlib.sha256(canonical(self.public)).digest())

    @property
    def jwk(self) -> dict[str, Any]:
        extra = {"kid": self.kid, "alg": "EdDSA", "use": "sig", "nbf": self.not_before, "exp": self.expires}
        return {**self.public, **extra}

    @property
    def jwks(self) -> dict[str, Any]:
        return {"keys": [self.jwk]}

    def sign(self, payload: dict[str, Any], header: dict[str, Any] | None = None) -> bytes:
        members = {"alg": "EdDSA", "kid": self.kid, "typ": "offcut-certificate+jwt", **(header or {})}
        text = f"{b64(canonical(members))}.{b64(canonical(payload))}"
        return f"{text}.{b64(self.private.sign(text.encode()))}".encode()


def manifest_row(number: int, media: bytes) -> dict[str, Any]:
    return {
        "key": f"clp_{number:06d}",
        "clip_id": f"clp_{number:06d}",
        "licence_id": f"lic_{number:06d}",
        "sha256": hashlib.sha256(media).hexdigest(),
        "start_ms": 0,
        "end_ms": 1000 * (number + 1),
        "title": f"Été {number}",
    }


def shard(samples: dict[str, bytes]) -> bytes:
    store = io.BytesIO()
    with tarfile.open(fileobj=store, mode="w") as tar:
        for name, data in samples.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return store.getvalue()


def payload(files: dict[str, bytes], rows: list[dict[str, Any]], sums: dict[str, bytes]) -> dict[str, Any]:
    names = ("key", "clip_id", "licence_id", "sha256", "start_ms", "end_ms")
    leaves = [canonical({name: row[name] for name in names}) for row in rows]
    return {
        "iss": "https://offcut.test",
        "jti": "VERIFY-1",
        "iat": ISSUED,
        "order": "ord_1",
        "dataset": "dst_1",
        "version": 1,
        "licensee": {"id": "org_2", "name": "Lab"},
        "licensors": [{"id": "org_1"}],
        "grant": {"field_of_use": ["pretrain"], "territory": "worldwide", "term_months": 24, "ends": "2028-11-22"},
        "price": {"creators": "10.00", "service_fee": "2.00", "total": "12.00", "currency": "USD"},
        "samples": {
            "count": len(rows),
            "duration_ms": sum(row["end_ms"] - row["start_ms"] for row in rows),
            "merkle_root": merkle_root(leaves).hex(),
        },
        "licences": [{"id": row["licence_id"], "clip": row["clip_id"]} for row in rows],
        "files": {
            "sha256sums": hashlib.sha256(sums["SHA256SUMS"]).hexdigest(),
            "blake3sums": hashlib.sha256(sums["BLAKE3SUMS"]).hexdigest(),
        },
    }


def dataset_files(
    issuer: Issuer, samples: int = 3, media_bytes: int = 300, changes: dict[str, Any] | None = None
) -> dict[str, bytes]:
    """Every file of a dataset by relative path; `changes` are put over the certificate's payload."""
    media = [bytes((number * 31 + at) % 256 for at in range(media_bytes)) for number in range(samples)]
    rows = [manifest_row(number, data) for number, data in enumerate(media)]
    files = {
        "README.md": b"# A dataset\n",
        "croissant.json": b"{}\n",
        "manifest.jsonl": b"".join(canonical(row) + b"\n" for row in rows),
        "manifest.parquet": b"PAR1....PAR1",
        "shards/shard-000000.json": b'{"keys":[]}\n',
        "shards/shard-000000.tar": shard({f"{row['key']}.mp4": data for row, data in zip(rows, media, strict=True)}),
    }
    sums = {
        "SHA256SUMS": "".join(
            f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)
        ).encode(),
        "BLAKE3SUMS": "".join(f"{blake3(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode(),
    }
    facts = payload(files, rows, sums) | (changes or {})
    return {**files, **sums, "certificate.jws": issuer.sign(facts), "jwks.json": canonical(issuer.jwks)}


def write_files(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
