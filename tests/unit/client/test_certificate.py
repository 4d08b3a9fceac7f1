"""The certificate check accepts exactly one spelling of exactly one thing."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest

from offcut.certificate import CertificateError, read_certificate, read_jwks
from tests.factories.client import ISSUED, Issuer, b64, canonical

PAYLOAD: dict[str, Any] = {"iss": "https://offcut.test", "iat": ISSUED, "files": {"sha256sums": "00"}}


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


def refusal(token: bytes, issuer: Issuer) -> str:
    with pytest.raises(CertificateError) as caught:
        read_certificate(token, read_jwks(issuer.jwks))
    return caught.value.code


def test_a_signed_certificate_gives_its_payload(issuer: Issuer) -> None:
    certificate = read_certificate(issuer.sign(PAYLOAD) + b"\n", read_jwks(issuer.jwks))
    assert certificate.payload == PAYLOAD
    assert certificate.key.kid == issuer.kid


def test_no_single_character_can_be_changed(issuer: Issuer) -> None:
    token = issuer.sign(PAYLOAD)
    keys = read_jwks(issuer.jwks)
    for at in range(len(token)):
        for other in (b"A", b"B", b"_", b".", b"\n", b"="):
            if token[at : at + 1] == other:
                continue
            with pytest.raises(CertificateError):
                read_certificate(token[:at] + other + token[at + 1 :], keys)


def test_nothing_may_stand_around_it_but_one_last_line_feed(issuer: Issuer) -> None:
    token, keys = issuer.sign(PAYLOAD), read_jwks(issuer.jwks)
    assert read_certificate(token + b"\n", keys).key.kid == issuer.kid
    for changed in (token + b"\n\n", token + b" ", token + b"\r\n", b" " + token, b"\n" + token):
        with pytest.raises(CertificateError):
            read_certificate(changed, keys)


def test_spare_bits_of_the_last_character_must_be_zero(issuer: Issuer) -> None:
    token = issuer.sign(PAYLOAD)
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    at = alphabet.index(token[-1:])
    assert refusal(token[:-1] + alphabet[at + 1 : at + 2], issuer) == "non_canonical_base64"


@pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c", "crit", "b64"])
def test_any_other_header_member_is_refused(issuer: Issuer, member: str) -> None:
    assert refusal(issuer.sign(PAYLOAD, {member: issuer.jwk}), issuer) == "header_member"


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES256", "eddsa", "Ed25519"])
def test_the_algorithm_is_pinned(issuer: Issuer, algorithm: str) -> None:
    assert refusal(issuer.sign(PAYLOAD, {"alg": algorithm}), issuer) == "algorithm"


def test_a_public_key_is_no_shared_secret(issuer: Issuer) -> None:
    header = {"alg": "HS256", "kid": issuer.kid, "typ": "offcut-certificate+jwt"}
    text = f"{b64(canonical(header))}.{b64(canonical(PAYLOAD))}".encode()
    secret = issuer.private.public_key().public_bytes_raw()
    token = text + b"." + b64(hmac.new(secret, text, hashlib.sha256).digest()).encode()
    assert refusal(token, issuer) == "algorithm"


def test_the_type_is_pinned(issuer: Issuer) -> None:
    assert refusal(issuer.sign(PAYLOAD, {"typ": "JWT"}), issuer) == "type"


def test_a_foreign_key_is_unknown(issuer: Issuer) -> None:
    assert refusal(Issuer().sign(PAYLOAD), issuer) == "unknown_key"


def test_a_known_key_id_on_a_foreign_signature_is_refused(issuer: Issuer) -> None:
    assert refusal(Issuer().sign(PAYLOAD, {"kid": issuer.kid}), issuer) == "signature"


def test_json_that_is_not_canonical_is_refused(issuer: Issuer) -> None:
    header = canonical({"alg": "EdDSA", "kid": issuer.kid, "typ": "offcut-certificate+jwt"})
    text = f"{b64(header)}.{b64(b'{ ' + canonical(PAYLOAD)[1:])}"
    token = f"{text}.{b64(issuer.private.sign(text.encode()))}".encode()
    assert refusal(token, issuer) == "non_canonical_json"


def test_the_same_member_twice_is_refused(issuer: Issuer) -> None:
    header = canonical({"alg": "EdDSA", "kid": issuer.kid, "typ": "offcut-certificate+jwt"})
    twice = b'{"iat":1,"iat":2}'
    text = f"{b64(header)}.{b64(twice)}"
    token = f"{text}.{b64(issuer.private.sign(text.encode()))}".encode()
    assert refusal(token, issuer) == "duplicate_member"


@pytest.mark.parametrize(
    ("not_before", "expires", "fine"),
    [
        (ISSUED, None, True),
        (ISSUED + 1, None, False),
        (ISSUED - 9, ISSUED + 1, True),
        (ISSUED - 9, ISSUED, False),
    ],
)
def test_the_key_must_be_valid_on_the_day_of_issue(not_before: int, expires: int | None, *, fine: bool) -> None:
    issuer = Issuer(not_before=not_before, expires=expires)
    if fine:
        assert read_certificate(issuer.sign(PAYLOAD), read_jwks(issuer.jwks)).number("iat") == ISSUED
    else:
        assert refusal(issuer.sign(PAYLOAD), issuer) == "key_not_valid"


def test_old_keys_still_prove_old_certificates_after_a_rotation(issuer: Issuer) -> None:
    old, new = Issuer(expires=ISSUED + 10), Issuer(not_before=ISSUED + 10)
    keys = read_jwks({"keys": [old.jwk, new.jwk]})
    assert read_certificate(old.sign(PAYLOAD), keys).key.kid == old.kid
    assert read_certificate(new.sign(PAYLOAD | {"iat": ISSUED + 10}), keys).key.kid == new.kid


@pytest.mark.parametrize(
    "change", [{"kid": "A" * 43}, {"x": "AAAA"}, {"x": "not base64"}, {"alg": "none"}, {"nbf": "soon"}, {"d": "secret"}]
)
def test_a_broken_key_set_is_an_error(issuer: Issuer, change: dict[str, Any]) -> None:
    with pytest.raises(CertificateError) as caught:
        read_jwks({"keys": [issuer.jwk | change]})
    assert caught.value.file == "jwks.json"


def test_keys_of_other_kinds_are_ignored(issuer: Issuer) -> None:
    keys = read_jwks({"keys": [{"kty": "RSA", "n": "…", "e": "AQAB"}, issuer.jwk]})
    assert list(keys) == [issuer.kid]
