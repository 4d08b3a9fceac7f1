"""`offcut verify --pdf FILE` and `--video FILE`: one sealed document or one delivered video, without any network."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from cryptography import x509

from offcut.document import DocumentError, check_document
from offcut.errors import ExitCode, OffcutError
from offcut.language import t
from offcut.media_proof import ROOT_FILE, MediaProofError, media_verify
from offcut.session import Session


def verify_file(session: Session) -> ExitCode:
    """Check a PDF or a video against the certificates in `--trust`; OffcutError `verify_mismatch` when it differs."""
    args, out = session.args, session.out
    path = Path(args.pdf or args.video)
    trusted = _trusted(args.trust, path, of_videos=bool(args.video))
    try:
        facts = _document(path, trusted) if args.pdf else _video(path, trusted)
    except OSError as error:
        raise OffcutError("usage", t("{file} cannot be read.", file=path), str(error.strerror)) from error
    except (DocumentError, MediaProofError) as error:
        detail = f"{error}. " + t("Do not rely on it; ask for the file again.")
        raise OffcutError("verify_mismatch", t("{file} is not as it was issued.", file=path), detail) from error
    out.json({"ok": True, "file": str(path), **facts})
    if not out.as_json:
        out.say(t("{file} is whole and genuine; signed by {signer}.", file=path, signer=facts["signer"]))
    return ExitCode.OK


def _trusted(given: str | None, path: Path, *, of_videos: bool) -> bytes:
    """The certificates to believe; those of videos may lie beside them, as they were delivered."""
    beside = path.parent / ROOT_FILE
    name = Path(given) if given else beside if of_videos and beside.is_file() else None
    if name is None:
        raise OffcutError(
            "usage",
            t("No certificate to trust was given."),
            t("Pass --trust FILE with the seller's certificates, fetched on a day you trusted them."),
        )
    try:
        return name.read_bytes()
    except OSError as error:
        raise OffcutError("usage", t("{file} cannot be read.", file=name), str(error.strerror)) from error


def _document(path: Path, trusted: bytes) -> dict[str, Any]:
    try:
        certificates = x509.load_pem_x509_certificates(trusted)
    except ValueError as error:
        raise OffcutError("usage", t("The file to trust holds no certificate."), str(error)) from error
    return asdict(check_document(path.read_bytes(), certificates))


def _video(path: Path, trusted: bytes) -> dict[str, Any]:
    try:
        return asdict(media_verify(path, trusted))
    except RuntimeError as error:
        detail = t("Install it with: pip install 'offcut[media]'")
        raise OffcutError("usage", t("Checking videos needs the C2PA library."), detail) from error
