"""The installation's certificates for media: a root of its own, and the leaf that signs what is delivered.

Both are Ed25519. The root signs leaves and nothing else; whoever trusts it can check every file this installation
ever signed, also after the leaf was changed, because each file carries the leaf that signed it.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_ROOT_YEARS: Final = 40
_LEAF_YEARS: Final = 20
"""A file carries no time stamp, so its leaf has to outlive the licences it is signed under."""
_OTHER_USES: Final = (
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "encipher_only",
    "decipher_only",
)
_Signer = tuple[x509.Name, Ed25519PrivateKey]
_PRIVATE_MODE: Final = 0o600
_FOLDER_MODE: Final = 0o700


@dataclass(frozen=True, slots=True)
class MediaKeys:
    """The root's certificate, the leaf's certificate, and both keys, all as PEM."""

    root: str
    root_key: str
    leaf: str
    leaf_key: str

    @property
    def chain(self) -> str:
        """The leaf's certificate and the root's, in the order a signature carries them."""
        return self.leaf + self.root

    def leaf_der(self) -> bytes:
        """The leaf's certificate in its binary form."""
        return x509.load_pem_x509_certificate(self.leaf.encode()).public_bytes(Encoding.DER)

    def sign(self, data: bytes) -> bytes:
        """An Ed25519 signature of the leaf."""
        return _private(self.leaf_key).sign(data)


def _private(pem: str) -> Ed25519PrivateKey:
    key = load_pem_private_key(pem.encode(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("the file of media keys holds another kind of key")
    return key


def _name(site: str, part: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Offcut"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{part} of {site}"[:64]),
        ]
    )


def _certificate(*, subject: x509.Name, key: Ed25519PrivateKey, by: _Signer, at: datetime) -> str:
    issuer, signer = by
    root = subject == issuer
    usage = dict.fromkeys(_OTHER_USES, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(minutes=5))
        .not_valid_after(at + timedelta(days=365 * (_ROOT_YEARS if root else _LEAF_YEARS)))
        .add_extension(x509.BasicConstraints(ca=root, path_length=0 if root else None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(digital_signature=not root, key_cert_sign=root, crl_sign=root, **usage), critical=True
        )
    )
    if not root:
        # The purpose C2PA's validators accept of any signer, beside the one they keep for their own programme.
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purposes, critical=False)
    return builder.sign(signer, None).public_bytes(Encoding.PEM).decode()


def _pem(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _leaf(root_key: Ed25519PrivateKey, site: str, at: datetime) -> tuple[str, str]:
    key = Ed25519PrivateKey.generate()
    by = (_name(site, "Media root"), root_key)
    return _certificate(subject=_name(site, "Delivery"), key=key, by=by, at=at), _pem(key)


def _made(site: str, at: datetime) -> MediaKeys:
    key = Ed25519PrivateKey.generate()
    name = _name(site, "Media root")
    root = _certificate(subject=name, key=key, by=(name, key), at=at)
    leaf, leaf_key = _leaf(key, site, at)
    return MediaKeys(root, _pem(key), leaf, leaf_key)


def _read(path: Path) -> MediaKeys:
    entries: dict[str, str] = json.loads(path.read_text())
    return MediaKeys(**entries)


def _write_beside(path: Path, keys: MediaKeys) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_MODE)
    with os.fdopen(handle, "w") as file:
        entries = {"root": keys.root, "root_key": keys.root_key, "leaf": keys.leaf, "leaf_key": keys.leaf_key}
        json.dump(entries, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return draft


def media_keys_ensure(path: Path, *, site: str, now: datetime) -> MediaKeys:
    """The keys of the file; makes it (mode 0600) when absent. Two processes that start at once get the same keys."""
    if not path.exists():
        draft = _write_beside(path, _made(site, now.astimezone(UTC)))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return _read(path)


def media_keys_rotate(path: Path, *, site: str, now: datetime) -> MediaKeys:
    """Start to sign with a new leaf under the same root; the old leaf's key is forgotten, what it signed stays good."""
    known = media_keys_ensure(path, site=site, now=now)
    leaf, leaf_key = _leaf(_private(known.root_key), site, now.astimezone(UTC))
    _write_beside(path, MediaKeys(known.root, known.root_key, leaf, leaf_key)).replace(path)
    return _read(path)
