"""Test vectors of certificates and of the log, for people who write their own verifier: docs/vectors/certificates.json.

Everything in it follows from four fixed keys, so that the same file is made each time (`python -m tests.generated`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from marketplace.transparency.adapters.jws import DELETION, DELETION_TYPE, Jwk, encode, sign
from marketplace.transparency.adapters.keys import StoredKey
from marketplace.transparency.adapters.notes import head_sign
from marketplace.transparency.domain import merkle, sparse
from marketplace.transparency.domain.checkpoint import Head
from marketplace.transparency.domain.entry import Entry, LogEvent, commitment, thing
from tests.factories.transparency import MapInMemory, consistency, inclusion

Json = dict[str, Any]

T0 = 1_795_000_000
DAY = 86_400
ORIGIN = "offcut.example/log"
ABOUT = (
    "Made by python -m tests.generated --write. Each case says what a correct verifier answers; see"
    " docs/explanation/transparency.md for the formats and docs/verify_offcut.py for a verifier."
)


def _key(seed: int, nbf: int, exp: int | None = None, revoked_at: int | None = None) -> StoredKey:
    private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"offcut test vector %d" % seed).digest())
    public = Jwk(encode(private.public_key().public_bytes_raw()), nbf, exp, revoked_at)
    return StoredKey(public, encode(private.private_bytes_raw()))


RETIRED = _key(1, T0 - 10 * DAY, T0 + DAY)
ACTIVE = _key(2, T0)
REVOKED = _key(3, T0 - DAY, None, T0 + 5 * DAY)
STRANGER = _key(4, T0 - DAY)
KNOWN = (RETIRED, ACTIVE, REVOKED)
CLIPS = ("clp_01kaq000000000000000000001", "clp_01kaq000000000000000000002")
ISCC = "ISCC:KUAI7H2IBTH2TTZ6AFGBBZCYJZZZZ5Q7B5WHXPAK4HCNB4N7TOD4CEQ"
NEVER = "clp_01kaq000000000000000000009"


def _payload(issued_at: int) -> Json:
    """A certificate of two licences; the earliest are from before clips had their ISCC in it."""
    coded = {"iscc": ISCC} if issued_at >= T0 + DAY else {}
    return {
        "iss": "https://offcut.example",
        "jti": "OC-7K2M9-4XQ0P-ZZ31A-0H8RT",
        "iat": issued_at,
        "order": "ord_01kaq000000000000000000003",
        "dataset": "dst_01kaq000000000000000000004",
        "version": 1,
        "licensee": {"id": "org_01kaq000000000000000000005", "name": "Laboratoire Éclair"},
        "licensors": [{"id": "org_01kaq000000000000000000006"}],
        "samples": {"count": 2, "duration_ms": 4000, "merkle_root": "ab" * 32},
        "licences": [{"id": clip.replace("clp", "lic"), "clip": clip, **coded} for clip in CLIPS],
        "files": {"sha256sums": "cd" * 32, "blake3sums": "ef" * 32},
        "log": ORIGIN,
    }


class World:
    """A log of thirteen entries with a certificate and its two licences among them."""

    def __init__(self, key: StoredKey, issued_at: int = T0) -> None:
        payload = _payload(issued_at)
        self.certificate = sign(payload, private_key=key.private_key())
        self.salts = [hashlib.sha256(b"salt %d" % number).hexdigest() for number in range(len(CLIPS))]
        self.entries = [_other(number) for number in range(13)]
        self.licences = [
            Entry(
                LogEvent.ISSUED,
                issued_at - 60,
                tuple(thing(name).hex() for name in (licence["clip"], licence["id"])),
                commitment(bytes.fromhex(salt), _facts(payload, licence)),
            )
            for licence, salt in zip(payload["licences"], self.salts, strict=True)
        ]
        digest = hashlib.sha256(self.certificate.encode()).hexdigest()
        certified = Entry(LogEvent.CERTIFIED, issued_at, (thing(payload["jti"]).hex(),), digest)
        self.places = (8, 3, 4)
        for place, entry in zip(self.places, (certified, *self.licences), strict=True):
            self.entries[place] = entry
        self.ids = [licence["id"] for licence in payload["licences"]]
        self.hashes = [merkle.leaf_hash(entry.data()) for entry in self.entries]
        self.map = MapInMemory()
        for position, entry in enumerate(self.entries):
            self.map.put({bytes.fromhex(name): position for name in entry.about})

    def head(self, key: StoredKey, at: int) -> str:
        """The signed head of the whole log."""
        root = merkle.root(self.hashes)
        return head_sign(Head(ORIGIN, len(self.entries), root, self.map.root, at), key)

    def included(self, place: int) -> Json:
        """An inclusion proof as JSON."""
        path = [step.hex() for step in inclusion(self.hashes, place)]
        return {"index": place, "entry": self.entries[place].data().decode(), "path": path}

    def proof(self, head: str) -> Json:
        """`proof.json` of the certificate."""
        listed = zip(self.ids, self.salts, self.places[1:], strict=True)
        return {
            "format": "offcut-proof/1",
            "head": head,
            "certificate": self.included(self.places[0]),
            "licences": [{"id": name, "salt": salt, **self.included(place)} for name, salt, place in listed],
        }


def _facts(payload: Json, licence: Json) -> dict[str, str]:
    return {
        "clip": licence["clip"],
        "licence": licence["id"],
        "licensee": payload["licensee"]["id"],
        "order": payload["order"],
    }


def _other(number: int) -> Entry:
    names = (f"clp_other{number}", f"lic_other{number}")
    facts = {"licence": names[1]}
    return Entry(LogEvent.ISSUED, T0 - DAY, tuple(thing(name).hex() for name in names), commitment(b"s" * 32, facts))


def _flipped(text: str, place: int) -> str:
    other = "A" if text[place] != "A" else "B"
    return text[:place] + other + text[place + 1 :]


def _certificates() -> Iterator[Json]:
    for name, key, at, refused in (
        ("a certificate of the key in use", ACTIVE, T0 + 2 * DAY, ""),
        ("a key rotated away still proves what it signed before its end", RETIRED, T0, ""),
        ("during the overlap the older key is valid, too", RETIRED, T0 + DAY - 1, ""),
        ("a key rotated away proves nothing dated after its end", RETIRED, T0 + DAY, "the key was not valid then"),
        ("dated before its key began", ACTIVE, T0 - 1, "the key was not valid then"),
        ("dated after its key was revoked", REVOKED, T0 + 5 * DAY, "the key was not valid then"),
        ("signed by a stranger", STRANGER, T0 + 2 * DAY, "the key is not in the key set"),
    ):
        world = World(key, at)
        head = world.head(ACTIVE, T0 + 3 * DAY)
        yield {"name": name, "accepted": not refused, "why": refused, "certificate": world.certificate,
               "proof": world.proof(head)}  # fmt: skip
    yield from _tampered()


def _tampered() -> Iterator[Json]:
    world, other = World(ACTIVE, T0 + 2 * DAY), World(ACTIVE, T0 + 2 * DAY + 1)
    token, proof = world.certificate, world.proof(world.head(ACTIVE, T0 + 3 * DAY))
    header, payload, signature = token.split(".")
    cases: list[tuple[str, str, Json]] = [
        ("a changed payload", f"{header}.{_flipped(payload, 40)}.{signature}", proof),
        ("a changed signature", f"{header}.{payload}.{_flipped(signature, 10)}", proof),
        ("spare bits of base64url that are not zero", token[:-1] + chr(ord(token[-1]) + 1), proof),
        ("another certificate's proof", token, other.proof(other.head(ACTIVE, T0 + 3 * DAY))),
        ("a head signed by a stranger", token, {**proof, "head": world.head(STRANGER, T0 + 3 * DAY)}),
        ("a head dated after its key's end", token, {**proof, "head": world.head(RETIRED, T0 + 3 * DAY)}),
        ("a licence left out of the proof", token, {**proof, "licences": proof["licences"][:1]}),
    ]
    first, second = proof["licences"]
    swapped = [{**first, "salt": second["salt"]}, second]
    cases.append(("a salt that opens another licence", token, {**proof, "licences": swapped}))
    certificate = proof["certificate"]
    cases.append(("another index", token, {**proof, "certificate": {**certificate, "index": certificate["index"] + 1}}))
    short = {**certificate, "path": certificate["path"][:-1]}
    cases.append(("a path that ends early", token, {**proof, "certificate": short}))
    cases += [(f"{name}, shown as a delivery", said, proof) for name, said in _of_another_kind().items()]
    for name, said, shown in cases:
        yield {"name": name, "accepted": False, "why": name, "certificate": said, "proof": shown}


def _deletion() -> Json:
    """What the holder of one licence attested."""
    return {
        "iss": "https://offcut.example",
        "jti": "not_01kaq000000000000000000007",
        "iat": T0 + 2 * DAY,
        "kind": DELETION,
        "licence": CLIPS[0].replace("clp", "lic"),
        "clip": CLIPS[0],
        "samples": {"count": 1, "hashes": ["12" * 32], "merkle_root": "34" * 32},
    }


def _of_another_kind() -> dict[str, str]:
    """What one of our keys signed and no verifier of deliveries takes."""
    key = ACTIVE.private_key()
    return {
        "a deletion": sign(_deletion(), private_key=key, typ=DELETION_TYPE),
        "a deletion from before it had a type of its own": sign(_deletion(), private_key=key),
        "a delivery under the type of deletions": sign(_payload(T0 + 2 * DAY), private_key=key, typ=DELETION_TYPE),
    }


def _deletions() -> Iterator[Json]:
    for name, said in _of_another_kind().items():
        yield {"name": name, "accepted": name.startswith("a deletion"), "certificate": said}
    yield {"name": "a delivery", "accepted": False, "certificate": World(ACTIVE, T0 + 2 * DAY).certificate}


def _consistency(world: World) -> Iterator[Json]:
    for first, second in ((1, 13), (4, 13), (7, 13), (12, 13), (8, 9), (3, 8)):
        path = [step.hex() for step in consistency(world.hashes, first, second)]
        roots = [merkle.root(world.hashes[:size]).hex() for size in (first, second)]
        case = {"first": first, "second": second, "first_root": roots[0], "second_root": roots[1], "path": path}
        yield {"name": f"{second} entries begin with {first}", "accepted": True, **case}
        yield {"name": f"{second} entries begin with other {first}", "accepted": False, **case, "first_root": "00" * 32}


def _absence(world: World) -> Iterator[Json]:
    def proof(name: str) -> Json:
        found = world.map.prove(thing(name))
        leaf = None if found.leaf is None else {"key": found.leaf.key.hex(), "position": found.leaf.position}
        return {"siblings": [step.hex() for step in found.siblings], "leaf": leaf}

    never, there = proof(NEVER), proof(CLIPS[0])
    yield {"name": "never licensed", "verdict": "absent", "id": NEVER, "proof": never}
    yield {"name": "licensed", "verdict": "present", "id": CLIPS[0], "proof": there, "position": 3}
    yield {"name": "the proof of another clip", "verdict": "refused", "id": CLIPS[0], "proof": never}
    yield {"name": "its leaf left out", "verdict": "refused", "id": CLIPS[0], "proof": {**there, "leaf": None}}
    cut = {**there, "siblings": there["siblings"][:-1]}
    yield {"name": "a path cut short", "verdict": "refused", "id": CLIPS[0], "proof": cut}


def page() -> str:
    """The file."""
    world = World(ACTIVE, T0 + 2 * DAY)
    empty = MapInMemory()
    assert empty.root == sparse.EMPTY
    document = {
        "about": ABOUT,
        "jwks": {"keys": [key.public.as_json() for key in KNOWN]},
        "certificates": list(_certificates()),
        "deletions": list(_deletions()),
        "head": world.head(ACTIVE, T0 + 3 * DAY),
        "consistency": list(_consistency(world)),
        "absence": list(_absence(world)),
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
