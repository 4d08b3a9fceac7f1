"""What watching tells besides cuts: flaws, sound, prints, sheet; how it stops, and that memory stays flat."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from media_ingest.adapters.processes import ToolError, ToolStoppedError, never
from media_ingest.adapters.watching import watch, watch_all
from media_ingest.adapters.watching.passes import Job
from media_ingest.domain.watched import Begins, Flaw, WatchSubject
from tests import media
from tests.watching import GOP15, LONG_GOP, reel, subject_of

TONE = "sine=frequency=440:sample_rate=48000:duration=4,volume=0.5"


@pytest.mark.parametrize("encoder", [LONG_GOP, GOP15], ids=["every", "keys"])
def test_pictures_nobody_wants_are_named(encoder: tuple[str, ...], tmp_path: Path) -> None:
    shots = (("fractal", 64), ("bars", 64), ("black", 64), ("wall", 64), ("chart", 64))
    path = reel(f"unwanted_{encoder[7]}.mp4", shots, encoder)
    subject = subject_of(path)
    watched = watch(path, subject, scratch=tmp_path)
    assert [shot.flaws for shot in watched.shots] == [
        frozenset(),
        {Flaw.SLATE},
        {Flaw.BLACK},
        {Flaw.FLAT},
        frozenset(),
    ]
    assert all(shot.begins is not Begins.START for shot in watched.shots[1:])


@pytest.mark.parametrize("encoder", [LONG_GOP, GOP15], ids=["every", "keys"])
def test_a_picture_that_stands_still_is_named(encoder: tuple[str, ...], tmp_path: Path) -> None:
    path = reel(f"frozen_{encoder[7]}.mp4", (("fractal", 64), ("still", 96)), encoder)
    watched = watch(path, subject_of(path), scratch=tmp_path)
    assert [shot.flaws for shot in watched.shots] == [frozenset(), {Flaw.FREEZE}]


def test_short_shots_are_marked(tmp_path: Path) -> None:
    path = reel("short_shots.mp4", (("fractal", 30), ("chart", 60)))
    watched = watch(path, subject_of(path), scratch=tmp_path)
    assert [shot.flaws for shot in watched.shots] == [{Flaw.TOO_SHORT}, frozenset()]


def test_sound_is_measured_as_ffmpeg_does(tmp_path: Path) -> None:
    path = reel("loud.mp4", (("fractal", 100),), (*LONG_GOP, "-c:a", "aac"), sound=TONE)
    said = subprocess.run(
        [media.FFMPEG, "-nostdin", "-hide_banner", "-i", str(path), "-af", "ebur128=framelog=quiet", "-f", "null", "-"],
        capture_output=True, text=True, check=True, timeout=60,
    ).stderr  # fmt: skip
    expected = float(said.rpartition("I:")[2].split()[0])
    sound = watch(path, subject_of(path), scratch=tmp_path).sound
    assert sound is not None
    assert sound.loudness_centi_lufs is not None
    assert abs(sound.loudness_centi_lufs / 100 - expected) <= 0.2
    assert len(sound.peaks) == 600
    assert not sound.silent


def test_silence_has_no_loudness(tmp_path: Path) -> None:
    path = reel("hush.mp4", (("fractal", 100),), (*LONG_GOP, "-c:a", "aac"), sound=TONE.replace("0.5", "0"))
    sound = watch(path, subject_of(path), scratch=tmp_path).sound
    assert sound is not None
    assert (sound.silent, sound.loudness_centi_lufs) == (True, None)


def test_a_recording_without_sound_tells_none(tmp_path: Path) -> None:
    path = reel("mute.mp4", (("fractal", 100),))
    assert watch(path, subject_of(path), scratch=tmp_path).sound is None


@pytest.mark.parametrize("encoder", [LONG_GOP, GOP15], ids=["every", "keys"])
def test_the_sheet_holds_a_tile_a_second(encoder: tuple[str, ...], tmp_path: Path) -> None:
    path = reel(f"sheet_{encoder[7]}.mp4", (("chart", 150), ("fractal", 150)), encoder)
    progress: list[tuple[int, int]] = []
    watched = watch(path, subject_of(path), scratch=tmp_path, on_progress=lambda *told: progress.append(told))
    sheet = watched.sprite
    assert sheet is not None
    assert (sheet.tile_width, sheet.tile_height, sheet.columns) == (160, 90, 10)
    assert len(sheet.times_ms) in {10, 11, 12}
    assert (tmp_path / sheet.name).read_bytes()[8:12] == b"WEBP"
    assert list(tmp_path.iterdir()) == [tmp_path / sheet.name]
    assert [done for done, _ in progress] == sorted(done for done, _ in progress)
    assert all(0 <= done <= total == 12_000 for done, total in progress)
    assert len(watched.prints) in range(18, 26)
    assert [one.at_ms for one in watched.prints] == sorted(one.at_ms for one in watched.prints)


def test_t19_a_lost_lease_ends_the_child(tmp_path: Path) -> None:
    """T19: no process and no picture is left when somebody else took over."""
    path = reel("stopped.mp4", (("fractal", 250), ("chart", 250)))
    asked = iter([False, False])
    with pytest.raises(ToolStoppedError):
        watch(path, subject_of(path), scratch=tmp_path, should_stop=lambda: next(asked, True))
    running = subprocess.run(["ps", "-eo", "ppid,args"], capture_output=True, text=True, check=True).stdout
    assert not [line for line in running.splitlines() if str(path) in line and str(os.getpid()) in line.split()[:1]]


def test_t10_damage_ends_in_an_error_of_ours(tmp_path: Path) -> None:
    """T10: bytes turned over in random places give shots or a ToolError, nothing else."""
    subject = subject_of(reel("sound_one.mp4", (("fractal", 60), ("chart", 60))))
    whole = reel("sound_one.mp4", (("fractal", 60), ("chart", 60))).read_bytes()
    for seed in range(6):
        damaged = bytearray(whole)
        for step in range(200):
            damaged[(seed * 7919 + step * 104_729) % len(damaged)] ^= 0x5A
        path = media.written(f"damaged_{seed}.mp4", bytes(damaged))
        try:
            watched = watch(path, subject, scratch=tmp_path)
        except ToolError:
            continue
        assert watched.shots[0].start == 0
        assert watched.shots[-1].end == subject.duration_ticks


def test_t06_what_is_no_video_ends_in_a_tool_error(tmp_path: Path) -> None:
    """T06: a picture of 30,000 pixels a side that calls itself a film is not decoded."""
    subject = subject_of(reel("sound_one.mp4", (("fractal", 60), ("chart", 60))))
    path = media.written("huge_picture.mp4", media.png(30_000, 30_000))
    with pytest.raises(ToolError):
        watch(path, subject, scratch=tmp_path)


_GROWTH = """
import os, resource, sys
from pathlib import Path
os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.config.settings"
import django; django.setup()
from media_ingest.adapters.watching import watch
from tests.watching import subject_of
path, scratch = Path(sys.argv[1]), Path(sys.argv[2])
watch(path, subject_of(path), scratch=scratch)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize("encoder", [LONG_GOP, GOP15], ids=["every", "keys"])
def test_memory_does_not_grow_with_the_recording(encoder: tuple[str, ...], tmp_path: Path) -> None:
    minute = reel(f"minute_{encoder[7]}.mp4", (("chart", 750), ("sky", 750)), encoder, size="128x72")
    long = media.folder() / f"ten_minutes_{encoder[7]}.mp4"
    if not long.exists():
        media.draw(["-stream_loop", "9", "-i", str(minute), "-c", "copy"], long)
    peaks = [
        int(
            subprocess.run(
                [sys.executable, "-c", _GROWTH, str(path), str(tmp_path)],
                check=True, capture_output=True, text=True, timeout=50,
            ).stdout
        )
        for path in (minute, long)
    ]  # fmt: skip
    assert peaks[1] - peaks[0] < 24, peaks


def test_every_frame_counts_what_it_decoded(tmp_path: Path) -> None:
    path = reel("counted.mp4", (("fractal", 60),))
    job = Job(path, subject_of(path), tmp_path, never, lambda _done, _total: None)
    watched = watch_all(job)
    assert (watched.frames_decoded, watched.frames_seen) == (60, 60)


def test_a_subject_of_another_length_never_leaves_the_recording(tmp_path: Path) -> None:
    path = reel("counted.mp4", (("fractal", 60),))
    known = subject_of(path)
    fields = {name: getattr(known, name) for name in WatchSubject.__slots__}
    shorter = WatchSubject(**{**fields, "duration_ticks": 1})
    watched = watch(path, shorter, scratch=tmp_path)
    assert [(shot.start, shot.end) for shot in watched.shots] == [(0, 1)]
