"""Offline check of a dataset folder: certificate, then the sums files it commits to, then every file they list."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from offcut.certificate import Certificate, CertificateError, Key, read_certificate, read_jwks
from offcut.hashing import Digests, hash_file
from offcut.log import PROOF, Head
from offcut.manifest import MANIFEST, ManifestError, read_totals
from offcut.proof import check_proof
from offcut.sums import BLAKE3SUMS, SHA256SUMS, SumsError, parse_sums

CERTIFICATE = "certificate.jws"
JWKS = "jwks.json"
STATE_FOLDER = ".offcut"
_UNLISTED = frozenset({CERTIFICATE, JWKS, SHA256SUMS, BLAKE3SUMS, PROOF})
_SUMS = {SHA256SUMS: "sha256sums", BLAKE3SUMS: "blake3sums"}

Tick = Callable[[int], None]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: the file (relative to the folder), a stable code and a sentence."""

    file: str
    code: str
    detail: str


@dataclass
class Verification:
    """The outcome: `ok` when there is no problem. `trust` says where the keys came from: pinned, file or folder."""

    folder: Path
    trust: str
    certificate: Certificate | None = None
    head: Head | None = None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    files: int = 0
    bytes: int = 0

    @property
    def ok(self) -> bool:
        """Whether everything matches."""
        return not self.problems

    @property
    def bad_files(self) -> list[str]:
        """The files with a problem, each once, sorted."""
        return sorted({problem.file for problem in self.problems})

    def blame(self, file: str, code: str, detail: str) -> None:
        """Record a problem."""
        self.problems.append(Problem(file, code, detail))

    def warn(self, file: str, code: str, detail: str) -> None:
        """Record something worth knowing that breaks nothing."""
        self.warnings.append(Problem(file, code, detail))


def _read(result: Verification, name: str) -> bytes | None:
    try:
        return (result.folder / name).read_bytes()
    except FileNotFoundError:
        result.blame(name, "missing", "The file is not there.")
    except OSError as error:
        result.blame(name, "unreadable", f"The file cannot be read: {error.strerror}.")
    return None


def _own_keys(result: Verification) -> Mapping[str, Key] | None:
    """The folder's own key set, which must be sound even where it is not what is trusted."""
    data = _read(result, JWKS)
    if data is None:
        return None
    try:
        return read_jwks(data, JWKS)
    except CertificateError as error:
        result.blame(JWKS, error.code, error.detail)
        return None


def _check_log(result: Verification, token: bytes, keys: Mapping[str, Key], fresh: Path | None) -> None:
    """The certificate's place in the log; one from before there was a log names none."""
    certificate = result.certificate
    data = _read(result, PROOF) if certificate is not None and certificate.text("log") else None
    if certificate is None or data is None:
        _require_standing_key(result, ())
        return
    heads = []
    try:
        result.head = check_proof(data, token, certificate, keys)
        heads.append(result.head)
        if fresh is not None:
            heads.append(check_proof(fresh.read_bytes(), token, certificate, keys, file=str(fresh)))
    except OSError as error:
        result.blame(str(fresh), "unreadable", f"The file cannot be read: {error.strerror}.")
    except CertificateError as error:
        result.blame(error.file, error.code, error.detail)
    _require_standing_key(result, heads)


def _require_standing_key(result: Verification, heads: Sequence[Head]) -> None:
    """A thief dates a certificate as early as he likes: once a key is revoked, only the log tells what is older."""
    certificate = result.certificate
    if certificate is None or certificate.key.revoked_at is None:
        return
    if all(head.key.revoked_at is not None for head in heads):
        result.blame(
            CERTIFICATE,
            "key_revoked",
            "Its key was revoked later. Get a new proof from the seller: --proof FILE.",
        )


def _check_certificate(result: Verification, trusted: Mapping[str, Key] | None, fresh: Path | None) -> None:
    own = _own_keys(result)
    keys = own if trusted is None else trusted
    data = _read(result, CERTIFICATE)
    if data is None or keys is None:
        return
    try:
        certificate = read_certificate(data, keys)
    except CertificateError as error:
        result.blame(CERTIFICATE, error.code, error.detail)
        return
    result.certificate = certificate
    shown = own.get(certificate.key.kid) if own is not None else certificate.key
    if shown is None or shown.not_before != certificate.key.not_before:
        result.blame(JWKS, "other_key", "It does not hold the key that signed the certificate.")
    _check_log(result, data, keys, fresh)


def _trusted_sums(result: Verification) -> dict[str, dict[str, str]]:
    """The sums files that may be believed: confirmed by the certificate or, without one, at least well-formed."""
    believed: dict[str, dict[str, str]] = {}
    for name, member in _SUMS.items():
        data = _read(result, name)
        if data is None:
            continue
        if result.certificate is not None and hashlib.sha256(data).hexdigest() != result.certificate.text(
            "files", member
        ):
            result.blame(name, "digest", "It is not the list that the certificate commits to.")
            continue
        try:
            believed[name] = parse_sums(data)
        except SumsError as error:
            result.blame(name, "malformed", str(error))
    return believed


def _check_file(path: Path, sums: Mapping[str, str], tick: Tick | None) -> tuple[str, str, Digests | None]:
    """(code, detail, digests) of one listed file; an empty code when it matches."""
    if path.is_symlink() or not path.is_file():
        return (
            ("missing", "The file is not there.", None)
            if not path.is_symlink()
            else ("link", "It is a link, not a file.", None)
        )
    try:
        digests = hash_file(path, tick)
    except OSError as error:
        return "unreadable", f"The file cannot be read: {error.strerror}.", None
    actual = {SHA256SUMS: digests.sha256, BLAKE3SUMS: digests.blake3}
    wrong = [name for name, expected in sums.items() if actual[name] != expected]
    if wrong:
        return "digest", f"Its content differs from {' and '.join(wrong)}.", digests
    return "", "", digests


def _check_files(
    result: Verification, believed: Mapping[str, Mapping[str, str]], jobs: int, tick: Tick | None
) -> set[str]:
    """Hash every listed file; returns the paths that match."""
    paths = sorted({path for sums in believed.values() for path in sums})

    def check(path: str) -> tuple[str, str, Digests | None]:
        expected = {name: sums[path] for name, sums in believed.items() if path in sums}
        return _check_file(result.folder / path, expected, tick)

    good = set()
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        for path, (code, detail, digests) in zip(paths, pool.map(check, paths), strict=True):
            result.files += 1
            result.bytes += digests.size_bytes if digests else 0
            if code:
                result.blame(path, code, detail)
            else:
                good.add(path)
    return good


def _check_lists_agree(result: Verification, believed: Mapping[str, Mapping[str, str]]) -> None:
    if len(believed) == len(_SUMS):
        for path in sorted(set(believed[SHA256SUMS]) ^ set(believed[BLAKE3SUMS])):
            result.blame(
                BLAKE3SUMS if path in believed[SHA256SUMS] else SHA256SUMS, "incomplete", f"It does not list {path}."
            )


def _check_manifest(result: Verification) -> None:
    certificate = result.certificate
    if certificate is None:
        return
    try:
        totals = read_totals(result.folder / MANIFEST)
    except ManifestError as error:
        result.blame(MANIFEST, "malformed", str(error))
        return
    said = [certificate.value("samples", name) for name in ("merkle_root", "count", "duration_ms")]
    if said != [totals.root, totals.count, totals.duration_ms]:
        result.blame(MANIFEST, "merkle_root", "Its rows are not the samples that the certificate commits to.")
    granted = certificate.value("licences")
    items = [item for item in granted if isinstance(item, Mapping)] if isinstance(granted, list) else []
    if not totals.licences <= {(item.get("id"), item.get("clip")) for item in items}:
        result.blame(MANIFEST, "unlicensed", "It holds samples for which the certificate names no licence.")
    coded = {item["id"]: item["iscc"] for item in items if "id" in item and "iscc" in item}  # not in older certificates
    if any(code != coded.get(licence, code) for licence, code in totals.codes):
        result.blame(MANIFEST, "iscc", "It calls a recording by another ISCC than the certificate.")


def _check_extras(result: Verification, listed: set[str]) -> None:
    """Files nobody listed: a warning, but a problem among the shards, because loaders read whatever lies there."""
    for folder, folders, names in os.walk(result.folder):
        here = Path(folder)
        if here == result.folder and STATE_FOLDER in folders:
            folders.remove(STATE_FOLDER)
        for name in sorted(names):
            path = (here / name).relative_to(result.folder).as_posix()
            if path not in listed and path not in _UNLISTED:
                note = result.blame if path.startswith("shards/") else result.warn
                note(path, "unexpected", "It does not belong to this dataset.")


def verify_folder(
    folder: Path,
    trusted: Mapping[str, Key] | None = None,
    *,
    trust: str = "pinned",
    jobs: int = 2,
    tick: Tick | None = None,
    fresh_proof: Path | None = None,
) -> Verification:
    """Check a dataset folder against its certificate without any network.

    `trusted` are the keys to believe (pinned at sign-in or from a file; `trust` names which). Without them the folder's
    own key set is used, which proves only that the folder is consistent in itself. `tick` hears the bytes hashed.
    `fresh_proof` is a newer proof of the certificate, needed once the key that signed it was revoked.
    """
    result = Verification(folder, trust if trusted is not None else "folder")
    _check_certificate(result, trusted, fresh_proof)
    believed = _trusted_sums(result)
    _check_lists_agree(result, believed)
    good = _check_files(result, believed, jobs, tick)
    listed = {path for sums in believed.values() for path in sums}
    if believed:
        if MANIFEST in good:
            _check_manifest(result)
        elif MANIFEST not in listed:
            result.blame(MANIFEST, "missing", "No list of files names it.")
        _check_extras(result, listed)
    return result


def folder_bytes(folder: Path) -> int:
    """Bytes that a check of this folder will read, to draw progress."""
    total = 0
    for here, folders, names in os.walk(folder):
        if Path(here) == folder and STATE_FOLDER in folders:
            folders.remove(STATE_FOLDER)
        total += sum((Path(here) / name).stat().st_size for name in names if (Path(here) / name).is_file())
    return total
