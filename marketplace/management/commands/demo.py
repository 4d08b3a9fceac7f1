"""``manage.py demo``: the whole story against a running server."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from marketplace.demo.people import people_ensure
from marketplace.demo.report import as_json, show
from marketplace.demo.screen import Screen
from marketplace.demo.story import Story
from media_ingest.adapters.samples import make_samples
from offcut import OffcutError


class Command(BaseCommand):
    """Creator, reviewer and buyer, one after another, through the HTTP API."""

    help = "Ingest footage, price it, agree on terms, sell and deliver a dataset, on a server that is running."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare options."""
        parser.add_argument("--url", required=True, help="Where the server listens.")
        parser.add_argument("--footage", type=Path, help="A folder of files; default: sample rushes made here.")
        parser.add_argument("--out", type=Path, help="Where the buyer's dataset goes.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object on standard output.")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Tell the story; end non-zero when a step failed its own check."""
        screen = Screen()
        home: Path = settings.OFFCUT.home
        people = people_ensure(keys=home / "keys")
        screen.say("Sample people (sign in with these):")
        for person in people.all():
            screen.say(f"  {person.email}  {person.password}  {person.name}, {person.organisation}")
        footage = self.footage(options["footage"], home, screen)
        story = Story(options["url"], home, screen, people)
        try:
            outcome = story.tell(footage, options["out"])
        except OffcutError as error:
            named = "".join(f"\n  {item.get('pointer')}: {item.get('detail')}" for item in error.errors)
            raise CommandError(f"The demo stopped: {error}{named}") from error
        if options["json"]:
            self.stdout.write(json.dumps(as_json(outcome), ensure_ascii=False))
        else:
            show(outcome, screen.console)
        if story.faults:
            raise CommandError("These checks failed:\n  " + "\n  ".join(story.faults))

    def footage(self, given: Path | None, home: Path, screen: Screen) -> Path:
        """Return the folder to take footage from, making the samples when none was named."""
        if given is not None:
            if not given.is_dir():
                raise CommandError(f"{given} is not a folder. Nothing was sent; name one that exists.")
            return given.resolve()
        folder = home / "demo" / "rushes"
        with screen.stage("samples", "Making sample rushes") as bar:
            make_samples(folder, on_progress=bar.move)
        return folder
