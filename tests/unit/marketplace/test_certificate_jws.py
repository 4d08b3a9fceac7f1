"""A certificate has one spelling: anything else is refused (test T48, T49)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import string
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from marketplace.transparency.adapters import jws
from marketplace.transparency.adapters.keys import key_valid_at, keys_ensure, keys_revoke, keys_rotate

ISSUED = 1_795_310_000
PAYLOAD: dict[str, Any] = {
    "iss": "http://127.0.0.1:8000",
    "jti": "OC-00000-00000-00000-00000",
    "iat": ISSUED,
    "price": {"creators": "112.00", "currency": "USD", "service_fee": "22.40", "total": "134.40"},
    "samples": {"count": 3, "duration_ms": 2_400_000, "merkle_root": "ef" * 32},
    "files": {"sha256sums": "ab" * 32, "blake3sums": "cd" * 32},
}
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = jws.Jwk(x=jws.encode(PRIVATE.public_key().public_bytes_raw()), nbf=ISSUED - 100, exp=None)
TOKEN = jws.sign(PAYLOAD, private_key=PRIVATE)


def forged(header: Any, payload: Any = PAYLOAD, *, raw_header: bytes | None = None) -> str:
    """A token that is signed correctly but says what it must not say."""
    first = jws.encode(raw_header if raw_header is not None else rfc8785.dumps(header))
    signed = f"{first}.{jws.encode(rfc8785.dumps(payload))}"
    return f"{signed}.{jws.encode(PRIVATE.sign(signed.encode()))}"


HEADER = {"alg": "EdDSA", "kid": KEY.kid, "typ": jws.TYPE}


def test_a_certificate_says_what_was_signed() -> None:
    assert jws.verify(TOKEN, [KEY]) == PAYLOAD
    assert jws.verify(forged(HEADER), [KEY]) == PAYLOAD


def test_signing_twice_gives_the_same_text() -> None:
    assert jws.sign(dict(reversed(PAYLOAD.items())), private_key=PRIVATE) == TOKEN


def test_the_thumbprint_is_the_one_of_rfc_8037() -> None:
    published = jws.Jwk(x="11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", nbf=0, exp=None)
    assert published.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_every_change_of_one_character_is_refused() -> None:
    others = string.ascii_letters + string.digits + "-_.=+/"
    accepted = []
    for place, character in enumerate(TOKEN):
        neighbour = others[(others.index(character) + 1) % len(others)]
        for replacement in (neighbour, "A" if character != "A" else "B", ""):
            changed = TOKEN[:place] + replacement + TOKEN[place + 1 :]
            try:
                jws.verify(changed, [KEY])
            except jws.CertificateError:
                continue
            accepted.append((place, replacement))
    assert accepted == []


def test_every_spare_bit_of_base64_is_refused() -> None:
    for final in string.ascii_letters + string.digits + "-_":
        if final != TOKEN[-1]:
            with pytest.raises(jws.CertificateError):
                jws.verify(TOKEN[:-1] + final, [KEY])


@pytest.mark.parametrize(
    "token",
    [
        "",
        "..",
        TOKEN + "=",
        TOKEN + "\n",
        " " + TOKEN,
        TOKEN + ".",
        TOKEN.replace(".", "..", 1),
        "é" + TOKEN,
        TOKEN.rsplit(".", 1)[0] + ".",
    ],
)
def test_other_spellings_are_refused(token: str) -> None:
    with pytest.raises(jws.CertificateError):
        jws.verify(token, [KEY])


@pytest.mark.parametrize(
    "header",
    [
        {**HEADER, "alg": "none"},
        {**HEADER, "alg": "HS256"},
        {**HEADER, "alg": "ES256"},
        {**HEADER, "typ": "JWT"},
        {**HEADER, "kid": "somebody-else"},
        {**HEADER, "kid": None},
        {**HEADER, "jwk": KEY.as_json()},
        {**HEADER, "jku": "http://evil.example/jwks.json"},
        {**HEADER, "x5u": "http://evil.example/x5u"},
        {**HEADER, "crit": ["exp"]},
        {"alg": "EdDSA", "typ": jws.TYPE},
        [],
        "text",
    ],
)
def test_a_header_that_says_anything_else_is_refused_although_signed(header: object) -> None:
    with pytest.raises(jws.CertificateError):
        jws.verify(forged(header), [KEY])


def test_a_header_with_a_member_twice_or_spaces_is_refused_although_signed() -> None:
    plain = rfc8785.dumps(HEADER)
    for raw in (plain.replace(b":", b": "), plain[:-1] + b',"typ":"' + jws.TYPE.encode() + b'"}', b"{", b"\xff"):
        with pytest.raises(jws.CertificateError):
            jws.verify(forged(None, raw_header=raw), [KEY])


def test_a_token_without_signature_or_with_a_shared_secret_is_refused() -> None:
    none = jws.encode(rfc8785.dumps({**HEADER, "alg": "none"}))
    body = TOKEN.split(".")[1]
    with pytest.raises(jws.CertificateError):
        jws.verify(f"{none}.{body}.", [KEY])
    shared = jws.encode(rfc8785.dumps({**HEADER, "alg": "HS256"}))
    mac = hmac.new(base64.urlsafe_b64decode(KEY.x + "="), f"{shared}.{body}".encode(), hashlib.sha256).digest()
    with pytest.raises(jws.CertificateError):
        jws.verify(f"{shared}.{body}.{jws.encode(mac)}", [KEY])


def test_a_foreign_key_is_refused() -> None:
    stranger = Ed25519PrivateKey.generate()
    with pytest.raises(jws.CertificateError, match="not in the key set"):
        jws.verify(jws.sign(PAYLOAD, private_key=stranger), [KEY])
    with pytest.raises(jws.CertificateError):
        jws.verify(TOKEN, [])


@pytest.mark.parametrize("issued", [None, "1795310000", True, 1.5])
def test_a_certificate_without_a_time_is_refused(issued: object) -> None:
    with pytest.raises(jws.CertificateError):
        jws.verify(forged(HEADER, {**PAYLOAD, "iat": issued}), [KEY])


def test_the_key_must_have_been_valid_when_the_certificate_was_issued() -> None:
    assert jws.verify(TOKEN, [replace(KEY, exp=ISSUED + 1)])["iat"] == ISSUED
    for key in (replace(KEY, nbf=ISSUED + 1), replace(KEY, exp=ISSUED)):
        with pytest.raises(jws.CertificateError, match="not valid when"):
            jws.verify(TOKEN, [key])


def test_the_key_file_is_private_and_made_once(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "signing.json"
    first = keys_ensure(path, now=ISSUED)
    assert keys_ensure(path, now=ISSUED + 5) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["signing.json"]


def test_certificates_from_before_a_rotation_still_verify(tmp_path: Path) -> None:
    path = tmp_path / "signing.json"
    old = keys_ensure(path, now=ISSUED - 10)[0]
    before = jws.sign(PAYLOAD, private_key=key_valid_at((old,), ISSUED).private_key())
    keys = keys_rotate(path, now=ISSUED + 10, overlap_s=0)
    public = [key.public for key in keys]
    assert jws.verify(before, public) == PAYLOAD
    later = {**PAYLOAD, "iat": ISSUED + 20}
    after = jws.sign(later, private_key=key_valid_at(keys, ISSUED + 20).private_key())
    assert jws.verify(after, public) == later
    dated_later = jws.sign(later, private_key=old.private_key())
    with pytest.raises(jws.CertificateError, match="not valid when"):
        jws.verify(dated_later, public)


def test_two_keys_are_valid_during_the_overlap_and_the_newer_one_signs(tmp_path: Path) -> None:
    path = tmp_path / "signing.json"
    old = keys_ensure(path, now=ISSUED - 100)[0]
    keys = keys_rotate(path, now=ISSUED, overlap_s=60)
    public = [key.public for key in keys]
    assert [key.exp for key in public] == [ISSUED + 60, None]
    assert key_valid_at(keys, ISSUED + 1) == keys[1]
    for at, fine in ((ISSUED + 59, True), (ISSUED + 60, False)):
        for key, counts in ((old, fine), (keys[1], True)):
            token = jws.sign({**PAYLOAD, "iat": at}, private_key=key.private_key())
            if counts:
                assert jws.verify(token, public)["iat"] == at
            else:
                with pytest.raises(jws.CertificateError, match="not valid when"):
                    jws.verify(token, public)


def test_a_certificate_signed_in_the_second_of_a_rotation_verifies(tmp_path: Path) -> None:
    path = tmp_path / "signing.json"
    old = keys_ensure(path, now=ISSUED)
    token = jws.sign(PAYLOAD, private_key=key_valid_at(old, ISSUED).private_key())
    keys = keys_rotate(path, now=ISSUED, overlap_s=0)
    assert jws.verify(token, [key.public for key in keys]) == PAYLOAD


def test_a_private_key_is_destroyed_after_the_overlap_and_its_public_part_kept_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "signing.json"
    first = keys_ensure(path, now=1)[0]
    assert [key.secret is None for key in keys_rotate(path, now=10, overlap_s=5)] == [False, False]
    assert [key.secret is None for key in keys_ensure(path, now=14)] == [False, False]
    keys = keys_ensure(path, now=15)
    assert [key.secret is None for key in keys] == [True, False]
    assert keys[0].public == replace(first.public, exp=15)
    assert first.secret
    assert first.secret not in path.read_text()
    for now in (20, 30, 40):
        keys = keys_rotate(path, now=now, overlap_s=5)
    assert [key.public.exp for key in keys] == [15, 25, 35, 45, None]
    assert [key.secret is None for key in keys_ensure(path, now=50)] == [True, True, True, True, False]
    with pytest.raises(ValueError, match="destroyed"):
        keys[0].private_key()
    with pytest.raises(LookupError):
        key_valid_at(keys, 0)


def test_rotating_twice_in_the_overlap_never_gives_an_old_key_more_time(tmp_path: Path) -> None:
    path = tmp_path / "signing.json"
    keys_ensure(path, now=1)
    keys_rotate(path, now=10, overlap_s=100)
    keys = keys_rotate(path, now=20, overlap_s=100)
    assert [key.public.exp for key in keys] == [110, 120, None]


def test_what_a_revoked_key_signs_from_that_time_on_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "signing.json"
    stolen = keys_ensure(path, now=ISSUED - 10)[0]
    keys = keys_revoke(path, kid=stolen.public.kid, at=ISSUED + 5, now=ISSUED + 50)
    assert [(key.public.revoked_at, key.secret is None) for key in keys] == [(ISSUED + 5, True), (None, False)]
    assert stolen.secret
    assert stolen.secret not in path.read_text()
    public = [key.public for key in keys]
    assert public[0].as_json()["revoked"] == {"revoked_at": ISSUED + 5, "reason": "compromised"}
    assert "revoked" not in public[1].as_json()
    assert jws.verify(jws.sign(PAYLOAD, private_key=stolen.private_key()), public) == PAYLOAD
    forged = jws.sign({**PAYLOAD, "iat": ISSUED + 5}, private_key=stolen.private_key())
    with pytest.raises(jws.CertificateError, match="not valid when"):
        jws.verify(forged, public)
    assert key_valid_at(keys, ISSUED + 50) == keys[1]
    again = keys_revoke(path, kid=stolen.public.kid, at=ISSUED + 40, now=ISSUED + 60)
    assert again[0].public.revoked_at == ISSUED + 5, "the earlier time counts"
    with pytest.raises(LookupError):
        keys_revoke(path, kid="nobody", at=1, now=2)


def test_a_revoked_key_signs_nothing_more_though_it_is_the_newest(tmp_path: Path) -> None:
    path = tmp_path / "signing.json"
    keys_ensure(path, now=ISSUED - 10)
    newest = keys_rotate(path, now=ISSUED, overlap_s=100)[-1]
    keys = keys_revoke(path, kid=newest.public.kid, at=ISSUED + 50, now=ISSUED + 5)
    assert key_valid_at(keys, ISSUED + 6) == keys[0]
    assert key_valid_at(keys, ISSUED + 6).private_key()


def test_many_processes_that_rotate_at_once_lose_no_key(tmp_path: Path) -> None:
    path = tmp_path / "signing.json"
    keys_ensure(path, now=1)
    barrier = threading.Barrier(8)

    def rotate() -> None:
        barrier.wait()
        keys_rotate(path, now=10, overlap_s=100)

    threads = [threading.Thread(target=rotate) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys = keys_ensure(path, now=11)
    assert len(keys) == len({key.public.kid for key in keys}) == 9
    assert [entry.name for entry in tmp_path.iterdir()] == ["signing.json"]
