"""The key file of document seals: the private key in use, and every certificate documents were ever sealed with.

An operator's own certificate (PKCS#12) takes the place of the installation's self-signed one; its certificate is
kept in the file too, so that what it sealed still verifies when it is replaced.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

_PRIVATE_MODE: Final = 0o600
_FOLDER_MODE: Final = 0o700
_VALID_FOR: Final = timedelta(days=20 * 365)
_CLOCKS_DIFFER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SealKey:
    """A certificate (PEM) and, while it is in use, its private key (PEM, PKCS#8)."""

    certificate: str
    secret: str | None

    def loaded(self) -> x509.Certificate:
        """The certificate, read."""
        return x509.load_pem_x509_certificate(self.certificate.encode())


@dataclass(frozen=True, slots=True)
class Sealer:
    """What a seal is made with, in DER: certificate, private key (PKCS#8), and the certificates between it and its
    root.
    """

    certificate: bytes
    key: bytes
    chain: tuple[bytes, ...] = ()


class SealKeyUnusable(Exception):
    """The configured PKCS#12 file cannot be used; the message says why."""


def _new_key(name: str, at: datetime) -> SealKey:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _CLOCKS_DIFFER)
        .not_valid_after(at + _VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
        .sign(private, hashes.SHA256())
    )
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SealKey(certificate.public_bytes(serialization.Encoding.PEM).decode(), secret.decode())


def _read(path: Path) -> tuple[SealKey, ...]:
    if not path.exists():
        return ()
    entries: list[dict[str, str | None]] = json.loads(path.read_text())["keys"]
    return tuple(SealKey(str(entry["certificate"]), entry["key"]) for entry in entries)


def _write(path: Path, keys: tuple[SealKey, ...]) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_MODE)
    with os.fdopen(handle, "w") as file:
        json.dump({"keys": [{"certificate": key.certificate, "key": key.secret} for key in keys]}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def seal_keys_ensure(path: Path, *, name: str, at: datetime) -> tuple[SealKey, ...]:
    """All keys of the file, newest last; creates the file (mode 0600) with a first key when it holds none in use.

    `name` goes into the self-signed certificate. Two processes that start at once end up with the same key.
    """
    keys = _read(path)
    if any(key.secret for key in keys):
        return keys
    with _locked(path):
        keys = _read(path)
        if not any(key.secret for key in keys):
            keys = (*keys, _new_key(name, at))
            _write(path, keys)
    return keys


def seal_keys_rotate(path: Path, *, name: str, at: datetime) -> tuple[SealKey, ...]:
    """Start to seal with a new key. Private parts of older keys are dropped, their certificates kept."""
    with _locked(path):
        keys = (*(replace(key, secret=None) for key in _read(path)), _new_key(name, at))
        _write(path, keys)
    return keys


def seal_certificates(path: Path) -> tuple[str, ...]:
    """Every certificate that documents were ever sealed with (PEM), oldest first."""
    return tuple(key.certificate for key in _read(path))


def _remember(path: Path, certificate: str) -> None:
    if certificate in seal_certificates(path):
        return
    with _locked(path):
        keys = _read(path)
        if certificate not in {key.certificate for key in keys}:
            _write(path, (SealKey(certificate, None), *keys))


def sealer_from_file(path: Path, *, name: str, at: datetime) -> Sealer:
    """The installation's own sealer; its key is made on first use."""
    key = next(key for key in reversed(seal_keys_ensure(path, name=name, at=at)) if key.secret)
    private = serialization.load_pem_private_key(str(key.secret).encode(), password=None)
    return Sealer(
        key.loaded().public_bytes(serialization.Encoding.DER),
        private.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


def sealer_from_pkcs12(path: Path, pkcs12_file: Path, *, password: str) -> Sealer:
    """The operator's sealer; its certificate is remembered in the key file. Raises `SealKeyUnusable`."""
    try:
        private, certificate, others = pkcs12.load_key_and_certificates(
            pkcs12_file.read_bytes(), password.encode() or None
        )
    except (OSError, ValueError) as error:
        raise SealKeyUnusable(f"the PKCS#12 file {pkcs12_file} cannot be read: {error}") from error
    if private is None or certificate is None:
        raise SealKeyUnusable(f"the PKCS#12 file {pkcs12_file} holds no key with its certificate")
    _remember(path, certificate.public_bytes(serialization.Encoding.PEM).decode())
    der = serialization.Encoding.DER
    return Sealer(
        certificate.public_bytes(der),
        private.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        tuple(other.public_bytes(der) for other in others),
    )
