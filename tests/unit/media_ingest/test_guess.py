"""The first guess rests on what a file says of itself, and is only ever a guess."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media_ingest.domain.guess import Guess, Seen, first_guess

NOTHING = Seen(
    camera_make="",
    camera_model="",
    encoder="Lavf60.3.100",
    width=1920,
    height=1080,
    has_telemetry=False,
    generated=False,
)


@pytest.mark.parametrize(
    ("change", "guess"),
    [
        ({}, Guess.UNKNOWN),
        ({"camera_make": "Canon", "camera_model": "EOS R5"}, Guess.CAMERA),
        ({"has_telemetry": True}, Guess.CAMERA),
        ({"camera_make": "DJI", "camera_model": "FC3582"}, Guess.DRONE),
        ({"encoder": "Karma GoPro AVC encoder"}, Guess.DRONE),
        ({"camera_make": "GoPro", "camera_model": "HERO11 Black"}, Guess.EGOCENTRIC),
        ({"camera_model": "Insta360 X3", "width": 5760, "height": 2880}, Guess.VR360),
        ({"camera_model": "GoPro Max", "width": 848, "height": 480}, Guess.EGOCENTRIC),
        ({"encoder": "Blender 4.2"}, Guess.ANIMATION_3D),
        ({"generated": True}, Guess.ANIMATION_3D),
        ({"generated": True, "camera_make": "Sony"}, Guess.CAMERA),
    ],
)
def test_facts_tell_kinds_apart(change: dict[str, object], guess: Guess) -> None:
    assert first_guess(replace(NOTHING, **change)) is guess  # type: ignore[arg-type]  # a table of fields
