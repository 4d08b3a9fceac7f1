"""The deletion certificate: what a holder declares deleted, in the same leaves as the delivery certificate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KIND = "deletion"


@dataclass(frozen=True, slots=True)
class Sample:
    """One delivered sample of the licence: its hash and the leaf that the delivery's certificate committed to.

    `datasets` are the versions that delivered it, the same bytes each time.
    """

    datasets: tuple[str, ...]
    sha256: str
    leaf: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Declared:
    """Who declares what. `done` holds the rungs that were carried out, `places` where copies lay."""

    name: str
    role: str
    method: str
    done: tuple[str, ...]
    hashes: tuple[str, ...]
    places: str = ""


@dataclass(frozen=True, slots=True)
class Deletion:
    """All that one deletion certificate states. Times are in seconds since 1970, ids public."""

    issuer: str
    notice: str
    issued_at: int
    licence: str
    clip: str
    order: str
    holder: str
    holder_name: str
    cause: str
    effective_at: int
    declared: Declared
    hash_list: str
    samples: Sequence[Sample]
    merkle_root: str

    def payload(self) -> dict[str, Any]:
        """The certificate's JSON; whole numbers and text only. The hashes are always listed."""
        said = self.declared
        return {
            "iss": self.issuer,
            "jti": self.notice,
            "iat": self.issued_at,
            "kind": KIND,
            "licence": self.licence,
            "clip": self.clip,
            "order": self.order,
            "holder": {"id": self.holder, "name": self.holder_name},
            "signatory": {"name": said.name, "role": said.role},
            "cause": self.cause,
            "licence_ended": self.effective_at,
            "done": list(said.done),
            "method": said.method,
            "places": said.places,
            "proof": self.hash_list,
            "samples": {
                "count": len(self.samples),
                "hashes": [sample.sha256 for sample in self.samples],
                "datasets": sorted({dataset for sample in self.samples for dataset in sample.datasets}),
                "merkle_root": self.merkle_root,
            },
        }


def faults_of(
    declared: Declared, *, asks: Sequence[str], signatory: str, method: str, samples: Sequence[Sample]
) -> list[dict[str, str]]:
    """What an attestation leaves open, each with where; empty when it may be signed."""
    faults = []
    if not declared.name.strip():
        faults.append({"pointer": "/name", "code": "name_needed"})
    if declared.role != signatory:
        faults.append({"pointer": "/role", "code": "wrong_signatory", "needed": signatory})
    if declared.method != method:
        faults.append({"pointer": "/method", "code": "wrong_method", "needed": method})
    faults += [{"pointer": "/done", "code": "not_done", "needed": rung} for rung in asks if rung not in declared.done]
    delivered, listed = {sample.sha256 for sample in samples}, set(declared.hashes)
    faults += [{"pointer": "/hashes", "code": "hash_missing", "sha256": one} for one in sorted(delivered - listed)]
    faults += [{"pointer": "/hashes", "code": "hash_unknown", "sha256": one} for one in sorted(listed - delivered)]
    return faults
