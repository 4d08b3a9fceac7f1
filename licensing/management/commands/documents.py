"""``manage.py documents``: check a PDF against the record, or seal with a new key from now on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from core.errors import DomainError
from licensing.services.document_checks import document_check
from licensing.services.documents import seal_certificates_known, seal_key_rotate


class Command(BaseCommand):
    """Documents for operators; needs no network."""

    help = "Check PDFs against their seal, the record and the audit chain; or rotate the key that seals documents."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        """Files to check, or the rotation."""
        parser.add_argument("files", nargs="*", type=Path, help="PDF files to check")
        parser.add_argument("--rotate-key", action="store_true", help="seal with a new key; older seals keep verifying")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Check each file and report; one that is not ours or cannot be read ends non-zero, after all of them."""
        if not options["files"] and not options["rotate_key"]:
            raise CommandError("Name the PDF files to check, or say --rotate-key. Nothing was checked or changed.")
        if options["rotate_key"]:
            seal_key_rotate()
            self.stdout.write(f"certificates: {len(seal_certificates_known())}; what was sealed before keeps verifying")
        wrong = [file for file in options["files"] if not self._genuine(file)]
        if wrong:
            raise CommandError(
                f"{len(wrong)} of {len(options['files'])} files are not as they were issued here, or cannot be read."
                " Nothing was changed; do not rely on them, and fetch them anew."
            )

    def _genuine(self, file: Path) -> bool:
        try:
            checked = document_check(file.read_bytes())
        except (OSError, DomainError) as error:
            self.stdout.write(f"FAIL  {file}\n      it could not be checked: {error}")
            return False
        self.stdout.write(f"{'ok  ' if checked.genuine else 'FAIL'}  {file}  {checked.sha256}")
        if checked.document is not None and checked.seal is not None:
            stamp = f", time stamp {checked.seal.stamped_at}" if checked.seal.stamped_at else ""
            self.stdout.write(
                f"      {checked.document}, sealed {checked.seal.sealed_at} by {checked.seal.signer}{stamp}"
            )
        for fault in checked.faults:
            self.stdout.write(f"      {fault}")
        return checked.genuine
