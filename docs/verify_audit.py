"""A second opinion on the audit trail: recompute an export without the product.

python3 verify_audit.py AUDIT.jsonl        what GET /api/v1/desk/audit/export?format=jsonl answered

Prints the length and the last digest of every chain: compare them with those you kept, and with what
GET /api/v1/desk/audit/verify says. A chain that lost its end is whole, and shorter than you remember.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path


def says(event: dict[str, object]) -> bool:
    """Whether the columns beside the hashed body repeat what it says."""
    body = json.loads(str(event["body"]))
    return all(event[name] == (body.get(name) or "") for name in ("action", "subject", "actor", "role"))


def checked(path: Path) -> dict[str, tuple[int, str]]:
    """Each chain with its length and last digest; ends at the first line that does not follow from the one before."""
    ends: dict[str, tuple[int, str]] = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            length, previous = ends.get(event["chain"], (0, "0" * 64))
            digest = hashlib.sha256(f"{previous}\n{length + 1}\n{event['body']}".encode()).hexdigest()
            where = f"chain {event['chain']}, event {event['sequence']}"
            if (event["sequence"], event["previous"]) != (length + 1, previous):
                sys.exit(f"{where}: it does not follow event {length}")
            if event["digest"] != digest or not says(event):
                sys.exit(f"{where}: it was changed")
            ends[event["chain"]] = (length + 1, digest)
    return ends


if __name__ == "__main__":
    for chain, (length, digest) in checked(Path(sys.argv[1])).items():
        print(chain, length, digest)
