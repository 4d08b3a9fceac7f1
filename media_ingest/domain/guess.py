"""What kind of footage a recording seems to be, seconds after its last byte, from its facts alone.

A guess only fills a form and a first figure: its owner declares what it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Guess(StrEnum):
    """The kinds that facts can tell apart. The words are those of the declaration."""

    CAMERA = "camera"
    """Filmed by a camera; which kind of scene nobody knows yet."""
    DRONE = "drone"
    EGOCENTRIC = "egocentric"
    """An action camera, worn."""
    VR360 = "vr360"
    ANIMATION_3D = "animation_3d"
    UNKNOWN = "unknown"
    """Nothing in the facts says where it comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The facts a guess rests on; texts as the file gives them, empty when it is silent about them."""

    camera_make: str
    camera_model: str
    encoder: str
    """Handler, encoder and writing-application tags, joined."""
    width: int
    height: int
    has_telemetry: bool
    generated: bool
    """A mark in the file says that a generator made it."""


_DRONES: Final = re.compile(
    r"\b(dji|autel|parrot|skydio|yuneec|hasselblad l\d|fc\d{3,4}|mavic|phantom|inspire|mini \d|karma|anafi|evo ii)\b",
    re.IGNORECASE,
)
_WORN: Final = re.compile(r"\b(gopro|hero ?\d+|osmo action|insta360 go|contour|sjcam|action \d)\b", re.IGNORECASE)
_ROUND: Final = re.compile(r"\b(insta360 (one|x\d|pro)|theta|gopro max|fusion|qoocam|kandao)\b", re.IGNORECASE)
_RENDERED: Final = re.compile(
    r"\b(blender|unreal|unity|maya|houdini|cinema ?4d|arnold|octane|redshift|3ds max|v-?ray|lumion|twinmotion)\b",
    re.IGNORECASE,
)


def first_guess(seen: Seen) -> Guess:
    """Return what the recording seems to be; the rules in order of how much each proves."""
    camera = f"{seen.camera_make} {seen.camera_model}".strip()
    told = f"{camera} {seen.encoder}"
    if _RENDERED.search(told) or (seen.generated and not camera):
        return Guess.ANIMATION_3D
    # A picture exactly twice as wide as high is what stitched spheres are delivered as.
    if _ROUND.search(told) and seen.width == 2 * seen.height:
        return Guess.VR360
    if _DRONES.search(told):
        return Guess.DRONE
    if _WORN.search(told):
        return Guess.EGOCENTRIC
    if camera or seen.has_telemetry:
        return Guess.CAMERA
    return Guess.UNKNOWN
