"""``manage.py docs``: write the generated reference from the product itself, or check that it is current."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from typing_extensions import override

from marketplace.docs_pages.pages import FOLDER, PAGES

_ROOT: Final = Path(__file__).resolve().parents[3]


class Command(BaseCommand):
    """Errors, states, topics, invariants, clauses, rate card, environment, command line, OpenAPI."""

    help = "Write docs/reference from the product itself; with --check, end non-zero when a page is not current."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare options."""
        parser.add_argument("--check", action="store_true", help="Write nothing; name the pages that are not current.")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Write or compare every page."""
        folder = _ROOT / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        with translation.override("en"):
            wanted = {folder / name: make() for name, make in PAGES.items()}
        stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text() != text]
        if options["check"] and stale:
            names = ", ".join(path.name for path in stale)
            raise CommandError(f"Not current in {FOLDER}: {names}. Run `manage.py docs` and read the diff.")
        if not options["check"]:
            for path in stale:
                path.write_text(wanted[path])
        self.stdout.write(
            f"{len(wanted)} pages in {FOLDER}: {'all current' if options['check'] else f'{len(stale)} written'}"
        )
