"""Which detectors this installation has: those built in, and those whose packages an operator installed."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import Final

from core.logging import get_logger
from media_ingest.adapters.detectors.built_in import BUILT_IN
from media_ingest.adapters.detectors.port import Detector

GROUP: Final = "offcut.detectors"
"""Entry points of this group name a class without arguments that is a `Detector`."""

log = get_logger(__name__)


@cache
def detectors() -> tuple[Detector, ...]:
    """Return the detectors of this process, the built-in ones first; nothing is downloaded."""
    found: list[Detector] = list(BUILT_IN)
    for entry in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        try:
            found.append(entry.load()())
        except ImportError as missing:
            log.warning("detector.not_loaded", name=entry.name, missing=missing.name or "")
    return tuple(found)
