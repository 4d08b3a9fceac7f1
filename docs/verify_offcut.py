"""A second opinion on a dataset: `python3 verify_offcut.py FOLDER KEYS.json`. Copy it, read it, keep it.

It shares no line with our server or client: the standard library and `cryptography`. KEYS.json is the seller's key set,
fetched from /.well-known/jwks.json on a day you trusted it. Whatever is not as it must be raises an error.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Json = dict[str, Any]


def need(holds: bool, why: str) -> None:  # noqa: FBT001 - reads like the sentence it is
    """Refuse, saying why."""
    if not holds:
        raise SystemExit(f"REFUSED: {why}")


def sha(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def canonical(value: Json) -> bytes:
    """RFC 8785, for text and whole numbers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def unpacked(text: str) -> bytes:
    """Base64url in its one spelling."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    need(base64.urlsafe_b64encode(data).decode().rstrip("=") == text, "base64url has one spelling")
    return data


def signed_by(key: Json, signature: bytes, text: bytes, at: int) -> None:
    """The key signed the text and was valid at that second."""
    Ed25519PublicKey.from_public_bytes(unpacked(key["x"])).verify(signature, text)
    ends = [end for end in (key["exp"], key.get("revoked", {}).get("revoked_at")) if end is not None]
    need(key["nbf"] <= at and all(at < end for end in ends), "the key was not valid then")


def certificate(token: str, keys: list[Json]) -> Json:
    """What a certificate states."""
    header, payload, signature = token.split(".")
    said, facts = json.loads(unpacked(header)), json.loads(unpacked(payload))
    need(said == {"alg": "EdDSA", "kid": said["kid"], "typ": "offcut-certificate+jwt"}, "another kind of signature")
    (key,) = [key for key in keys if key["kid"] == said["kid"]]
    signed_by(key, unpacked(signature), f"{header}.{payload}".encode(), facts["iat"])
    need("kind" not in facts, "it certifies something else than a delivery")
    return dict(facts)


def head(text: str, keys: list[Json]) -> tuple[str, int, bytes, bytes]:
    """The log's name, its size, its root and the root of its map, from a signed head."""
    origin, size, root, of_map, time, _, seal, _ = text.split("\n")
    signed = base64.b64decode(seal.removeprefix(f"— {origin} "), validate=True)
    again = f"{origin}\n{int(size)}\n{root}\n{of_map}\n{time}\n\n— {origin} {base64.b64encode(signed).decode()}\n"
    need(again == text, "a head has one spelling")
    (key,) = [key for key in keys if sha(f"{origin}\n\1".encode() + unpacked(key["x"]))[:4] == signed[:4]]
    signed_by(key, signed[4:], (text.split("\n\n", maxsplit=1)[0] + "\n").encode(), int(time.removeprefix("time ")))
    return origin, int(size), base64.b64decode(root), base64.b64decode(of_map.removeprefix("map "))


def included(proof: Json, size: int, root: bytes) -> Json:
    """The entry of an inclusion proof (RFC 9162, 2.1.3)."""
    place, last, digest = proof["index"], size - 1, sha(b"\0" + proof["entry"].encode())
    need(0 <= place <= last, "beyond the end of the log")
    for step in map(bytes.fromhex, proof["path"]):
        need(last > 0, "the path is too long")
        if place % 2 or place == last:
            digest = sha(b"\1" + step + digest)
            while place and place % 2 == 0:
                place, last = place // 2, last // 2
        else:
            digest = sha(b"\1" + digest + step)
        place, last = place // 2, last // 2
    need(last == 0 and digest == root, "not in the log")
    return dict(json.loads(proof["entry"]))


def logged(proof: Json, token: str, facts: Json, keys: list[Json]) -> None:
    """The certificate and all its licences are in the log."""
    origin, size, root, _ = head(proof["head"], keys)
    entry, clips = included(proof["certificate"], size, root), {one["id"]: one["clip"] for one in facts["licences"]}
    told = (origin, entry["event"], entry["at"], entry["about"], entry["commitment"])
    about = [sha(facts["jti"].encode()).hex()]
    need(told == (facts["log"], "certified", facts["iat"], about, sha(token.encode()).hex()), "another certificate")
    need(sorted(one["id"] for one in proof["licences"]) == sorted(clips), "other licences")
    for one in proof["licences"]:
        entry, licence, clip = included(one, size, root), one["id"], clips[one["id"]]
        private = {"clip": clip, "licence": licence, "licensee": facts["licensee"]["id"], "order": facts["order"]}
        about, opened = [sha(name.encode()).hex() for name in (clip, licence)], bytes.fromhex(one["salt"])
        need(entry["event"] == "issued" and entry["about"] == about, "another licence")
        need(entry["commitment"] == sha(opened + canonical(private)).hex(), "a licence for somebody else")


def folder(path: Path, keys: list[Json]) -> Json:
    """Everything in a dataset's folder."""
    token, names = (
        (path / "certificate.jws").read_text(),
        ("key", "clip_id", "licence_id", "sha256", "start_ms", "end_ms"),
    )
    facts, tree = certificate(token, keys), list[tuple[int, bytes]]()
    codes = {one["id"]: one["iscc"] for one in facts["licences"] if "iscc" in one}  # none in older certificates
    logged(json.loads((path / "proof.json").read_bytes()), token, facts, keys)
    need(sha((path / "SHA256SUMS").read_bytes()).hex() == facts["files"]["sha256sums"], "another list of files")
    for line in (path / "SHA256SUMS").read_text().splitlines():
        with (path / line[66:]).open("rb") as file:
            need(hashlib.file_digest(file, "sha256").hexdigest() == line[:64], f"{line[66:]} was changed")
    for row in map(json.loads, (path / "manifest.jsonl").read_bytes().splitlines()):
        need(codes.get(row["licence_id"], row.get("iscc")) == row.get("iscc"), "another ISCC than certified")
        tree.append((1, sha(b"\0" + canonical({name: row[name] for name in names}))))
        while len(tree) > 1 and tree[-1][0] == tree[-2][0]:
            tree[-2:] = [(2 * tree[-1][0], sha(b"\1" + tree[-2][1] + tree[-1][1]))]
    while len(tree) > 1:
        tree[-2:] = [(0, sha(b"\1" + tree[-2][1] + tree[-1][1]))]
    need(tree[0][1].hex() == facts["samples"]["merkle_root"], "other samples than certified")
    return facts


if __name__ == "__main__":
    found = folder(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_bytes())["keys"])
    print(f"genuine: {found['dataset']} for {found['licensee']['name']}, {found['samples']['count']} samples, logged")
