"""The three sample people in a running house, for tests that sign in over the wire."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.house import ROOT, House

_MAKE = """
import json, sys
from pathlib import Path
import django
django.setup()
from marketplace.demo.people import people_ensure
people = people_ensure(keys=Path(sys.argv[1]))
print(json.dumps({name: [person.email, person.password] for name, person in
                  (("creator", people.creator), ("buyer", people.buyer), ("reviewer", people.reviewer))}))
"""


def people_of(running: House) -> dict[str, list[str]]:
    """Make them; returns e-mail and password by role."""
    made = subprocess.run(
        [sys.executable, "-c", _MAKE, str(running.home / "keys")],
        env={**running.environment, "DJANGO_SETTINGS_MODULE": "marketplace.config.settings"},
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    people: dict[str, list[str]] = json.loads(made.stdout.splitlines()[-1])
    return people


def verified(running: House) -> subprocess.CompletedProcess[str]:
    """Run the invariant checker on a house."""
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "verify"],
        env={**running.environment, "DJANGO_SETTINGS_MODULE": "marketplace.config.settings"},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
