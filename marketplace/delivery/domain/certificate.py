"""What a certificate says: the facts of one order, ready to be written as canonical JSON and signed."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from marketplace.delivery.domain.folder import Grant

_CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_GROUPS = 4
_CODE_GROUP_LENGTH = 5


@dataclass(frozen=True, slots=True)
class LicensedClip:
    """One licence of the order, with public ids; ``agreement_sha256`` is the hash of the signed text.

    ``iscc`` (ISO 24138) names the recording the clip is of by its content; None when none could be made.
    """

    licence: str
    clip: str
    terms: str
    terms_version: int
    agreement: str
    agreement_sha256: str
    iscc: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The licence as the certificate lists it; certificates from before codes were in them have no ``iscc``."""
        coded = {} if self.iscc is None else {"iscc": self.iscc}
        return {
            "id": self.licence,
            "clip": self.clip,
            "terms": self.terms,
            "terms_version": self.terms_version,
            "agreement": self.agreement,
            "agreement_sha256": self.agreement_sha256,
            **coded,
        }


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """What the order cost, as decimal strings in one currency."""

    creators: str
    service_fee: str
    total: str
    currency: str


@dataclass(frozen=True, slots=True)
class UseCaseFacts:
    """The use case the licences were granted for; ``sha256`` is the hash of that version's content."""

    id: str
    version: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """The delivered samples: how many, how long, and the Merkle root over their leaves in key order."""

    count: int
    duration_ms: int
    merkle_root: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """All that one certificate states. ``issued_at`` is in seconds since 1970, ``log`` the name of the log it is in."""

    issuer: str
    code: str
    issued_at: int
    order: str
    dataset: str
    version: int
    licensee: str
    licensee_name: str
    licensors: tuple[str, ...]
    rate_card: str
    use_case: UseCaseFacts
    grant: Grant
    price: PriceFacts
    samples: SampleFacts
    licences: tuple[LicensedClip, ...]
    sha256sums: str
    blake3sums: str
    log: str

    def payload(self) -> dict[str, Any]:
        """The certificate's JSON; whole numbers and text only, so that its canonical form is unique."""
        grant = asdict(self.grant)
        return {
            "iss": self.issuer,
            "jti": self.code,
            "iat": self.issued_at,
            "order": self.order,
            "dataset": self.dataset,
            "version": self.version,
            "licensee": {"id": self.licensee, "name": self.licensee_name},
            "licensors": [{"id": licensor} for licensor in self.licensors],
            "rate_card": self.rate_card,
            "use_case": asdict(self.use_case),
            "grant": {name: list(value) if isinstance(value, tuple) else value for name, value in grant.items()},
            "price": asdict(self.price),
            "samples": asdict(self.samples),
            "licences": [licence.as_json() for licence in self.licences],
            "files": {"sha256sums": self.sha256sums, "blake3sums": self.blake3sums},
            "log": self.log,
        }


def verify_code(dataset_id: UUID) -> str:
    """The code printed on a certificate, such as ``OC-7K2M9-…``: 100 bits of the dataset id's hash.

    Derived, so that a build that starts again keeps its code; it does not reveal the dataset id.
    """
    number = int.from_bytes(hashlib.sha256(b"offcut certificate code" + dataset_id.bytes).digest(), "big")
    length = _CODE_GROUPS * _CODE_GROUP_LENGTH
    text = "".join(_CODE_ALPHABET[(number >> (5 * place)) & 31] for place in range(length))
    groups = (text[start : start + _CODE_GROUP_LENGTH] for start in range(0, length, _CODE_GROUP_LENGTH))
    return "-".join(("OC", *groups))


def leaf(*, key: str, clip_id: str, licence_id: str, sha256: str, start_ms: int, end_ms: int) -> dict[str, str | int]:
    """Leaf of one sample in the certificate's Merkle tree, before canonical JSON."""
    return {
        "key": key,
        "clip_id": clip_id,
        "licence_id": licence_id,
        "sha256": sha256,
        "start_ms": start_ms,
        "end_ms": end_ms,
    }
