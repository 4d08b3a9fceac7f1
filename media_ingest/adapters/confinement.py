"""Which layers of the sandbox an installation asks for, and whether this machine can apply them.

``OFFCUT_SANDBOX``: ``required`` (Landlock, seccomp, limits; bubblewrap as well where it works), ``bwrap`` (both or
nothing), ``off`` (limits only; development, never without DEBUG).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings

from core.logging import get_logger
from media_ingest.adapters import bwrap
from media_ingest.adapters.sandbox import sandbox_status

OFF_WARNING: Final = "OFFCUT_SANDBOX=off: strangers' files are opened by unprotected programs"

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Confinement:
    """Whether media can be processed here, what protects it or what is missing, and what an operator must know."""

    available: bool
    detail: str
    warning: str = ""


def off() -> bool:
    """Tell whether the operator of a development machine switched the sandbox off (never without DEBUG)."""
    return bool(settings.OFFCUT.sandbox == "off" and settings.DEBUG)


def demanded_bwrap() -> bool:
    """Tell whether nothing may run without bubblewrap."""
    return bool(settings.OFFCUT.sandbox == "bwrap")


def confinement() -> Confinement:
    """Tell what protects media processing here, for the health page."""
    if off():
        return Confinement(available=True, detail="off", warning=OFF_WARNING)
    kernel, outer = sandbox_status(), bwrap.bwrap_status()
    if not kernel.available:
        return Confinement(available=False, detail=kernel.detail)
    if demanded_bwrap() and not outer.works:
        return Confinement(available=False, detail=f"bubblewrap is demanded: {outer.detail}")
    return Confinement(available=True, detail=f"{kernel.detail}{', bubblewrap' if outer.works else ''}")


def warn_when_off() -> None:
    """Say in the log, at each start, that nothing protects this machine."""
    if off():
        log.warning("sandbox.off", detail=OFF_WARNING)


def wrapped(
    command: list[str], *, readable: tuple[str, ...] = (), writable: tuple[str, ...] = (), dies_with_us: bool = True
) -> list[str]:
    """Return the command inside bubblewrap where that works, else as it is.

    Raises DomainError ``sandbox_unavailable`` when bubblewrap is demanded and does not work.
    """
    if off():
        return command
    outer = bwrap.bwrap_status()
    if outer.works:
        return [*bwrap.prefix(readable=readable, writable=writable, dies_with_us=dies_with_us), *command]
    if demanded_bwrap():
        raise bwrap.unavailable(f"bubblewrap is demanded: {outer.detail}")
    return command
