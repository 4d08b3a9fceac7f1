"""Resolution class: what a picture is called and priced as."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class ResolutionClass(StrEnum):
    """Class by the shorter side of the displayed picture (domain.md §3)."""

    SD = "sd"
    HD_720 = "720p"
    HD_1080 = "1080p"
    QHD_1440 = "1440p"
    UHD_2160 = "2160p"
    UHD_6K = "6k"
    UHD_4320 = "4320p"


_FROM: Final = (
    (4320, ResolutionClass.UHD_4320),
    (3160, ResolutionClass.UHD_6K),
    (2160, ResolutionClass.UHD_2160),
    (1440, ResolutionClass.QHD_1440),
    (1080, ResolutionClass.HD_1080),
    (720, ResolutionClass.HD_720),
)


def resolution_class(width: int, height: int) -> ResolutionClass:
    """Return the class of a displayed picture (rotation and sample aspect applied), sizes in pixels."""
    shorter = min(width, height)
    return next((name for least, name in _FROM if shorter >= least), ResolutionClass.SD)
