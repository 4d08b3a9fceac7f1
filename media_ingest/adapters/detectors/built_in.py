"""Detectors without models: what a file says of itself, and what watching measured."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from media_ingest.adapters.detectors.port import ClipFacts, FileFacts
from media_ingest.domain.detections import Detection, Label
from media_ingest.domain.origin import encoder_text, generated_by, generator_traces

FLASHES_HARM_ABOVE: Final = 3
"""Flashes a second: WCAG 2.2, success criterion 2.3.1."""
_STILL: Final = 40
"""Motion in thousandths below which a screen mostly stands still."""
_SHARP: Final = 600
"""Sharpness in thousandths that lenses rarely reach at this size, and drawn letters do."""
_RECORDERS: Final = re.compile(
    r"\b(obs|obs studio|quicktime screen|screenflow|camtasia|bandicam|fraps|kazam|simplescreenrecorder|shadowplay"
    r"|loom|screencast|screen ?record(?:er|ing)?|capture card|replaykit)\b",
    re.IGNORECASE,
)
_SCREENS: Final = frozenset(
    {(1366, 768), (1440, 900), (1536, 864), (1680, 1050), (1920, 1200), (2560, 1600), (2880, 1800)}
)
"""Sizes that computer screens have and cameras do not."""
_SIDES_OF_GENERATORS: Final = frozenset(
    {(1280, 768), (768, 1280), (848, 480), (480, 848), (832, 480), (480, 832), (1344, 768), (720, 480)}
)
_SYNTHETIC_RATES: Final = (8, 16)
"""Frame rates that video models write and cameras do not."""
_SHORT_MS: Final = 20_000
_ENOUGH: Final = 3


def _each(facts: FileFacts, detection: Detection | None) -> list[list[Detection]]:
    """Give every clip of the file the same label, or none."""
    return [[] if detection is None else [detection] for _ in facts.clips]


class OriginMarks:
    """What the file says about its own making: C2PA and IPTC source types, tags of generators."""

    name: ClassVar = "origin_marks"
    version: ClassVar = "1"

    def detect(self, facts: FileFacts) -> list[list[Detection]]:
        """Label a file that says it was generated; its absence says nothing."""
        stated = generated_by(facts.report)
        if stated:
            return _each(facts, Detection(self.name, self.version, Label.AI_GENERATED, 950, note=stated))
        traces = generator_traces(facts.report)
        if not traces:
            return _each(facts, None)
        found = Detection(self.name, self.version, Label.AI_POSSIBLE, 700, note=", ".join(traces))
        return _each(facts, found)


class GeneratorHabits:
    """How generators write files: sizes, rates and writers that no camera has. Weak by itself, so its score is low."""

    name: ClassVar = "generator_habits"
    version: ClassVar = "1"

    def detect(self, facts: FileFacts) -> list[list[Detection]]:
        """Label a file of no camera that has at least three habits of generators, size or rate among them."""
        if facts.camera or facts.has_telemetry:
            return _each(facts, None)
        length = max((clip.end_ms for clip in facts.clips), default=0)
        habits = [
            word
            for word, holds in (
                ("size", (facts.width, facts.height) in _SIDES_OF_GENERATORS),
                ("rate", facts.frame_rate in _SYNTHETIC_RATES),
                ("writer", encoder_text(facts.report).startswith("Lavf") and not facts.has_audio),
                ("length", length <= _SHORT_MS),
            )
            if holds
        ]
        enough = {"size", "rate"} & set(habits) and len(habits) >= _ENOUGH
        score = 250 + 75 * len(habits)
        found = Detection(self.name, self.version, Label.AI_POSSIBLE, score, note=", ".join(habits)) if enough else None
        return _each(facts, found)


class Sound:
    """Whether there is something to hear."""

    name: ClassVar = "sound"
    version: ClassVar = "1"

    def detect(self, facts: FileFacts) -> list[list[Detection]]:
        """Label a sound track as sound or as silence; a file without one gets neither."""
        if not facts.has_audio or facts.silent is None:
            return _each(facts, None)
        label = Label.SILENT if facts.silent else Label.SOUND
        return _each(facts, Detection(self.name, self.version, label, 1000))


class Flashing:
    """More flashes a second than are safe to look at."""

    name: ClassVar = "flashing"
    version: ClassVar = "1"

    def detect(self, facts: FileFacts) -> list[list[Detection]]:
        """Label clips with more than three flashes within one second (WCAG 2.2, 2.3.1)."""
        return [self._of(clip) for clip in facts.clips]

    def _of(self, clip: ClipFacts) -> list[Detection]:
        if clip.quality is None or clip.quality.flashes_per_s <= FLASHES_HARM_ABOVE:
            return []
        note = f"{clip.quality.flashes_per_s}/s"
        return [Detection(self.name, self.version, Label.FLASHING, 900, (clip.start_ms,), note)]


class ScreenRecording:
    """A screen instead of a scene: by what wrote the file, or by a screen's size and stillness."""

    name: ClassVar = "screen_recording"
    version: ClassVar = "1"

    def detect(self, facts: FileFacts) -> list[list[Detection]]:
        """Label files of recorders, and still, sharp clips of a screen's size without a camera."""
        if _RECORDERS.search(encoder_text(facts.report)):
            return _each(facts, Detection(self.name, self.version, Label.SCREEN_RECORDING, 900, note="writer"))
        if facts.camera or (facts.width, facts.height) not in _SCREENS:
            return _each(facts, None)
        return [self._of(clip) for clip in facts.clips]

    def _of(self, clip: ClipFacts) -> list[Detection]:
        quality = clip.quality
        if quality is None or quality.motion > _STILL or quality.sharpness < _SHARP:
            return []
        return [Detection(self.name, self.version, Label.SCREEN_RECORDING, 500, (clip.start_ms,), "still, sharp")]


BUILT_IN: Final = (OriginMarks(), GeneratorHabits(), Sound(), Flashing(), ScreenRecording())
