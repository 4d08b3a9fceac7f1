"""The WSGI entry: gunicorn with threads, so that a cut upload keeps the bytes it sent."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.config.settings")

application = get_wsgi_application()

# Every view and what it needs is loaded now, and the collector is told to leave it alone: looking through all of the
# program for garbage takes as long as a search.
get_resolver().url_patterns  # noqa: B018 - reading it loads them
gc.collect()
gc.freeze()
