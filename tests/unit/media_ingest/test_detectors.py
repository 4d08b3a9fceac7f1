"""Detectors label what facts and measures show, say how sure they are, and keep quiet otherwise."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from media_ingest.adapters.detectors.built_in import (
    BUILT_IN,
    Flashing,
    GeneratorHabits,
    OriginMarks,
    ScreenRecording,
    Sound,
)
from media_ingest.adapters.detectors.port import ClipFacts, Detector, FileFacts
from media_ingest.domain.detections import Label, label_wording
from media_ingest.domain.watched import Quality

CALM = Quality(motion=20, sharpness=700, brightness=500, contrast=300, clipped=0, flashes_per_s=0)
CLIP = ClipFacts(start_ms=0, end_ms=5000, quality=CALM)
FILMED = FileFacts(
    path=Path("/nowhere"),
    report={},
    width=1920,
    height=1080,
    frame_rate=Fraction(25),
    has_audio=True,
    audio_codec="aac",
    silent=False,
    camera="Canon EOS R5",
    has_telemetry=False,
    clips=[CLIP, replace(CLIP, start_ms=5000, end_ms=9000)],
    scratch=Path("/nowhere"),
    should_stop=lambda: False,
)


def marked(kind: str, value: str) -> dict[str, object]:
    """A prober's report with one mark of origin."""
    return {"origin_marks": [{"kind": kind, "value": value}]}


def labels(detector: Detector, facts: FileFacts) -> list[list[Label]]:
    return [[one.label for one in found] for found in detector.detect(facts)]


@pytest.mark.parametrize(
    ("kind", "value", "label"),
    [
        ("digital_source_type", "trainedAlgorithmicMedia", Label.AI_GENERATED),
        ("digital_source_type", "compositeWithTrainedAlgorithmicMedia", Label.AI_GENERATED),
        ("generator_tag", "encoder: Sora", Label.AI_POSSIBLE),
        ("aigc_label", "1", Label.AI_POSSIBLE),
    ],
)
def test_marks_of_origin_label_every_clip(kind: str, value: str, label: Label) -> None:
    assert labels(OriginMarks(), replace(FILMED, report=marked(kind, value))) == [[label], [label]]


@pytest.mark.parametrize(("kind", "value"), [("c2pa_manifest", "Leica M11"), ("digital_source_type", "digitalCapture")])
def test_a_camera_that_signs_its_pictures_is_no_generator(kind: str, value: str) -> None:
    assert labels(OriginMarks(), replace(FILMED, report=marked(kind, value))) == [[], []]


def test_a_label_says_what_was_found_and_how_sure_it_is() -> None:
    ((found,), _) = OriginMarks().detect(replace(FILMED, report=marked("generator_tag", "title: my holiday")))
    assert (found.score, found.note) == (700, "generator_tag")
    assert found.name == "origin_marks"


def test_habits_of_generators_count_only_together_and_never_against_a_camera() -> None:
    written = {"container": {"tags": {"encoder": "Lavf60.16.100"}}}
    made = replace(FILMED, camera="", width=1280, height=768, frame_rate=Fraction(16), has_audio=False, report=written)
    assert labels(GeneratorHabits(), made) == [[Label.AI_POSSIBLE], [Label.AI_POSSIBLE]]
    assert labels(GeneratorHabits(), replace(made, camera="Sony FX3")) == [[], []]
    assert labels(GeneratorHabits(), replace(made, width=1920, height=1080, frame_rate=Fraction(25))) == [[], []]


@pytest.mark.parametrize(("silent", "label"), [(True, Label.SILENT), (False, Label.SOUND)])
def test_sound_and_silence_are_told_apart(silent: bool, label: Label) -> None:  # noqa: FBT001 - a table
    assert labels(Sound(), replace(FILMED, silent=silent)) == [[label], [label]]
    assert labels(Sound(), replace(FILMED, has_audio=False, silent=None)) == [[], []]


def test_more_than_three_flashes_a_second_are_flashing() -> None:
    clips = [replace(CLIP, quality=replace(CALM, flashes_per_s=flashes)) for flashes in (3, 4)]
    none, (found,) = Flashing().detect(replace(FILMED, clips=[*clips, replace(CLIP, quality=None)]))[:2]
    assert (none, found.label, found.note, found.evidence_ms) == ([], Label.FLASHING, "4/s", (0,))


def test_a_screen_is_told_by_its_recorder_or_by_size_and_stillness() -> None:
    recorded = {"container": {"tags": {"encoder": "OBS Studio 30.1"}}}
    assert labels(ScreenRecording(), replace(FILMED, report=recorded))[0] == [Label.SCREEN_RECORDING]
    still = replace(FILMED, camera="", width=2560, height=1600)
    assert labels(ScreenRecording(), still)[0] == [Label.SCREEN_RECORDING]
    moving = replace(CLIP, quality=replace(CALM, motion=300))
    assert labels(ScreenRecording(), replace(still, clips=[moving])) == [[]]
    assert labels(ScreenRecording(), FILMED) == [[], []]


def test_every_detector_answers_for_every_clip_and_has_a_name_and_version() -> None:
    for detector in BUILT_IN:
        assert len(detector.detect(FILMED)) == len(FILMED.clips)
        assert detector.name
        assert detector.version


@pytest.mark.parametrize("label", Label)
def test_every_label_is_explained_in_both_languages(label: Label) -> None:
    english, french = label_wording(label, "en"), label_wording(label, "fr")
    assert min(len(text) for text in (english.text, english.what_to_do, french.text, french.what_to_do)) > 5
    assert english != french
