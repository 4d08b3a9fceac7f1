"""`python -m tests.chaos.poller`: the product's `manage.py worker`, with the jobs and hooks of fault tests."""

from __future__ import annotations

import sys

import django

if __name__ == "__main__":
    django.setup()
    from django.core.management import call_command

    from tests.chaos import kinds

    kinds.register()
    kinds.hook()
    call_command("worker", *sys.argv[1:])
