"""SHA256SUMS and BLAKE3SUMS: what `sha256sum -c` and `b3sum -c` read."""

from __future__ import annotations

from collections.abc import Mapping

SHA256SUMS = "SHA256SUMS"
BLAKE3SUMS = "BLAKE3SUMS"
CERTIFICATE = "certificate.jws"
KEY_SET = "jwks.json"
PROOF = "proof.json"
UNLISTED = frozenset({SHA256SUMS, BLAKE3SUMS, CERTIFICATE, KEY_SET, PROOF})
"""Files that the sums do not list: the certificate commits to the sums, keys and log to the certificate."""


def sums_text(digests: Mapping[str, str]) -> str:
    """GNU format, one ``<hex>  <path>`` line per file, sorted by path.

    Raises ValueError for a path that the format cannot carry or that must not be listed.
    """
    for path in digests:
        if path in UNLISTED or "\n" in path or "\\" in path or path.startswith("/"):
            raise ValueError(f"cannot list {path!r}")
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests))
