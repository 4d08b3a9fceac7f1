"""`proof.json` beside a certificate: that the certificate and each of its licences are in the transparency log."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import rfc8785

from offcut.certificate import Certificate, CertificateError, Key
from offcut.log import PROOF, Entry, Head, included, read_head, refuse, thing

FORMAT = "offcut-proof/1"
_MEMBERS = {"format", "head", "certificate", "licences"}
_CERTIFIED = {"index", "entry", "path"}
_LICENCE = {"id", "salt", "index", "entry", "path"}


def _parsed(data: bytes, *, as_delivered: bool) -> dict[str, Any]:
    """The JSON of a proof; the folder's own in the one form in which it is written."""
    try:
        members = json.loads(data)
        same = not as_delivered or json.dumps(members, indent=1).encode("ascii") + b"\n" == data
    except (ValueError, RecursionError):
        same = False
    if not same or not isinstance(members, dict) or set(members) != _MEMBERS or members["format"] != FORMAT:
        raise refuse("malformed", "It is not a proof in the form in which it was written.")
    return members


def _is_about(entry: Entry, event: str, names: tuple[str, ...], commitment: str) -> bool:
    about = tuple(thing(name).hex() for name in names)
    return (entry.event, entry.about, entry.commitment) == (event, about, commitment)


def _check_licences(certificate: Certificate, listed: object, head: Head) -> None:
    """Each licence of the certificate has its own entry, which commits to licence, clip, order and licensee."""
    granted = certificate.value("licences")
    wanted = {item["id"]: item["clip"] for item in granted} if isinstance(granted, list) else {}
    if not isinstance(listed, list) or sorted(item.get("id", "") for item in listed) != sorted(wanted):
        raise refuse("licences", "It proves other licences than the certificate names.")
    for item in listed:
        if set(item) != _LICENCE:
            raise refuse("malformed", "It is not a proof in the form in which it was written.")
        facts = {
            "clip": wanted[item["id"]],
            "licence": item["id"],
            "licensee": certificate.text("licensee", "id"),
            "order": certificate.text("order"),
        }
        try:
            salt = bytes.fromhex(item["salt"])
        except (TypeError, ValueError):
            raise refuse("malformed", "It is not a proof in the form in which it was written.") from None
        committed = hashlib.sha256(salt + rfc8785.dumps(facts)).hexdigest()
        if item["salt"] != salt.hex() or not _is_about(
            included(item, head), "issued", (facts["clip"], facts["licence"]), committed
        ):
            raise refuse("licences", "The log says something else about a licence.")


def check_proof(
    data: bytes, token: bytes, certificate: Certificate, keys: Mapping[str, Key], *, file: str = PROOF
) -> Head:
    """Check a proof against a certificate (`token` is its text) and return the signed head it ends at.

    A proof that lists no licence is one of the certificate alone, as `GET /verify/{code}/proof` gives it anew; the
    folder's own must list all of them. Raises CertificateError with the reason.
    """
    try:
        members = _parsed(data, as_delivered=file == PROOF)
        head = read_head(str(members["head"]), keys)
        if head.origin != certificate.text("log"):
            raise refuse("origin", "It is about another log than the certificate names.")
        if set(members["certificate"]) != _CERTIFIED:
            raise refuse("malformed", "It is not a proof in the form in which it was written.")
        entry = included(members["certificate"], head)
        digest = hashlib.sha256(token.removesuffix(b"\n")).hexdigest()
        fits = _is_about(entry, "certified", (certificate.text("jti"),), digest)
        if not fits or entry.at != certificate.number("iat"):
            raise refuse("certificate", "The log says something else about this certificate.")
        if members["licences"] or file == PROOF:
            _check_licences(certificate, members["licences"], head)
        return head
    except CertificateError as error:
        raise CertificateError(error.code, error.detail, file) from None
