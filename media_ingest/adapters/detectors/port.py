"""What a detector is given, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from media_ingest.domain.detections import Detection
from media_ingest.domain.watched import Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFacts:
    """One clip as detectors need it; times in milliseconds from the start of the recording."""

    start_ms: int
    end_ms: int
    quality: Quality | None
    """None where nobody watched it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """A file as detectors need it."""

    path: Path
    report: Mapping[str, object]
    """The prober's raw report."""
    width: int
    height: int
    frame_rate: Fraction
    """Frames per second."""
    has_audio: bool
    audio_codec: str
    silent: bool | None
    """Whether the sound track is silence; None without one, or where nobody listened."""
    camera: str
    """Make and model of the camera; empty when the file names none."""
    has_telemetry: bool
    clips: Sequence[ClipFacts]
    scratch: Path
    """A folder of this attempt's own."""
    should_stop: Callable[[], bool]


class Detector(Protocol):
    """Labels clips. It is made once per process and may be asked from several threads."""

    @property
    def name(self) -> str:
        """What gave the label."""
        ...

    @property
    def version(self) -> str:
        """Kept with each label."""
        ...

    def detect(self, facts: FileFacts) -> list[list[Detection]]:
        """Return the labels of each clip, in the order of ``facts.clips``.

        Raises ToolError kinds where it reads the file; what it does not know it does not label.
        """
        ...
