"""``manage.py import_folder``: an operator brings a folder of this machine in for an organisation."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from core.accounts.policy import Actor
from core.errors import DomainError
from core.ids import Prefix, parse_public_id
from media_ingest.domain.importing import Fate, ImportedFile
from media_ingest.domain.names import display_text
from media_ingest.services.importing import ImportPlan, ImportStep, folder_import

_EVERY_S: Final = 1.0
_PATH_SHOWN: Final = 1000


class Command(BaseCommand):
    """Bring a folder in."""

    help = "Import every file below a folder for a studio. Run it again after an interruption: it goes on."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare options."""
        parser.add_argument("folder", type=Path, help="read with all folders below it; links are not followed")
        parser.add_argument("--organisation", required=True, metavar="ID", help="the studio's public id (org_…)")
        parser.add_argument("--batch", default="", metavar="NAME", help="put the files into this batch")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done; change nothing")
        parser.add_argument(
            "--move", action="store_true", help="remove each file after what is stored was read back and is equal"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout, nothing else there")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Import, tell how far it is, and sum up."""
        self._told, self._quiet = 0.0, bool(options["json"])
        try:
            plan = ImportPlan(
                organisation_id=parse_public_id(Prefix.ORGANISATION, options["organisation"]),
                batch=options["batch"],
                dry=options["dry_run"],
                move=options["move"],
            )
            files = folder_import(actor=Actor.system(), folder=options["folder"], plan=plan, tell=self._tell)
        except DomainError as refused:
            raise CommandError(f"{refused.title}. {refused.detail}") from refused
        summary = _summary(files)
        if options["json"]:
            self.stdout.write(json.dumps({**summary, "files": [asdict(file) for file in files]}, ensure_ascii=False))
        else:
            self._sum_up(summary)
        if summary["fates"].get(Fate.FAILED):
            raise CommandError("Some files were not imported; run it again once the reasons above are gone.")

    def _tell(self, step: ImportStep) -> None:
        moment = time.monotonic()
        if step.finished is not None and not self._quiet:
            self.stdout.write(_line(step.finished))
        elif moment - self._told >= _EVERY_S:
            self._told = moment
            left = "" if step.seconds_left is None else f", about {_duration(step.seconds_left)} left"
            share = 100 * step.done_bytes // max(1, step.total_bytes)
            self.stderr.write(f"[{step.file_number}/{step.files}] {share} %{left}: {_shown(step.path)}")

    def _sum_up(self, summary: dict[str, Any]) -> None:
        for fate, count in sorted(summary["fates"].items()):
            self.stdout.write(f"{fate}: {count}")
        for code, count in sorted(summary["skipped"].items()):
            self.stdout.write(f"  skipped, {code}: {count}")
        self.stdout.write(f"bytes imported: {summary['imported_bytes']}")
        self.stdout.write(f"files removed from the folder: {summary['moved']}")


def _line(file: ImportedFile) -> str:
    why = f" ({file.code}{': ' + file.detail if file.detail else ''})" if file.code else ""
    resumed = f", continued at byte {file.resumed_at}" if file.resumed_at else ""
    moved = ", removed here" if file.moved else ""
    return f"{file.fate}{why}: {_shown(file.path)}{resumed}{moved}"


def _shown(path: str) -> str:
    """Return a path that cannot steer the operator's terminal."""
    return display_text(path, limit=_PATH_SHOWN)


def _summary(files: Sequence[ImportedFile]) -> dict[str, Any]:
    return {
        "fates": dict(Counter(str(file.fate) for file in files)),
        "skipped": dict(Counter(file.code for file in files if file.fate == Fate.SKIPPED)),
        "imported_bytes": sum(file.size_bytes for file in files if file.fate == Fate.IMPORTED),
        "moved": sum(file.moved for file in files),
    }


def _duration(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s"
