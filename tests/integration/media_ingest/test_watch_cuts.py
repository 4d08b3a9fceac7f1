"""Cuts at exact frames, in the codecs of cameras: both ways of watching find the same ones."""

from __future__ import annotations

from itertools import accumulate, pairwise
from pathlib import Path

import pytest

from media_ingest.adapters.processes import never
from media_ingest.adapters.watching import watch, watch_all
from media_ingest.adapters.watching.keyed import watch_keys
from media_ingest.adapters.watching.passes import Job
from media_ingest.domain.watched import Begins, Method, Watched, WatchSubject
from tests import media
from tests.watching import GOP15, GRAIN, LONG_GOP, reel, subject_of

SHOTS = (("chart", 40), ("fractal", 33), ("sky", 52), ("cells", 45))
CODECS = {
    "h264_gop15.mp4": GOP15,
    "h264_open.mp4": ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "30", "-bf", "3",
                      "-sc_threshold", "0", "-x264-params", "open-gop=1"),
    "h264_gop30.mp4": ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "30", "-bf", "3",
                       "-sc_threshold", "0"),
    "h264_long.mp4": LONG_GOP,
    "hevc_10bit.mp4": ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1",
                       "-x265-params", "keyint=20:min-keyint=20:scenecut=0:log-level=none"),
    "mpeg2.ts": ("-c:v", "mpeg2video", "-b:v", "4M", "-g", "12", "-bf", "2"),
    "prores.mov": ("-c:v", "prores_ks", "-profile:v", "0"),
    "vp9.webm": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1M"),
    "interlaced.mp4": (*GOP15, "-flags", "+ildct+ilme", "-x264-params", "tff=1"),
}  # fmt: skip

DIM = "if(lt(N,46),1,if(lt(N,60),(60-N)/14,if(lt(N,74),(N-60)/14,1)))"


def frames_of(watched: Watched, subject: WatchSubject) -> list[int]:
    """The frames at which shots begin, at a constant rate."""
    return [round(shot.start * subject.time_base * subject.frame_rate) for shot in watched.shots]


def starts_of(shots: tuple[tuple[str, int], ...]) -> list[int]:
    return [0, *accumulate(count for _, count in shots)][:-1]


@pytest.mark.parametrize("name", CODECS)
def test_every_cut_is_found_at_its_frame(name: str, tmp_path: Path) -> None:
    path = reel(f"cuts_{name}", SHOTS, CODECS[name], after=GRAIN)
    subject = subject_of(path)
    watched = watch(path, subject, scratch=tmp_path)
    assert frames_of(watched, subject) == starts_of(SHOTS)
    assert [shot.begins for shot in watched.shots] == [Begins.START, Begins.CUT, Begins.CUT, Begins.CUT]
    assert watched.shots[-1].end == subject.duration_ticks
    assert all(before.end == after.start for before, after in pairwise(watched.shots))


@pytest.mark.parametrize("name", ["h264_gop15.mp4", "h264_gop30.mp4", "hevc_10bit.mp4", "mpeg2.ts"])
def test_both_ways_find_the_same(name: str, tmp_path: Path) -> None:
    shots = (("chart", 90), ("fractal", 95), ("sky", 110), ("cells", 80))
    path = reel(f"long_{name}", shots, CODECS[name], after=GRAIN)
    job = Job(path, subject_of(path), tmp_path, never, lambda _done, _total: None)
    few, every = watch_keys(job), watch_all(job)
    assert few.method is Method.KEY_FRAMES
    assert every.method is Method.EVERY_FRAME
    assert few.frames_decoded < every.frames_decoded
    assert [shot.start for shot in few.shots] == [shot.start for shot in every.shots]
    assert frames_of(few, job.subject) == starts_of(shots)


def test_shots_of_a_single_frame_are_told_apart(tmp_path: Path) -> None:
    shots = (("chart", 40), ("cells", 1), ("fractal", 40))
    path = reel("single.mp4", shots)
    subject = subject_of(path)
    assert frames_of(watch(path, subject, scratch=tmp_path), subject) == [0, 40, 41]


def test_uneven_frame_times_give_exact_ticks(tmp_path: Path) -> None:
    even = reel("even.mp4", (("chart", 60), ("fractal", 60)))
    path = media.draw(
        ["-i", str(even), "-vf", "select='lt(n,30)+gte(n,60)+not(mod(n,3))'", "-fps_mode", "vfr", *LONG_GOP],
        media.folder() / "uneven.mp4",
    )
    subject = subject_of(path)
    watched = watch(path, subject, scratch=tmp_path)
    assert [float(shot.start * subject.time_base) for shot in watched.shots] == [0.0, 2.4]


def test_an_edit_list_moves_the_first_tick(tmp_path: Path) -> None:
    whole = reel("whole.mp4", (("chart", 60), ("fractal", 90)), (*LONG_GOP, "-force_key_frames", "1"))
    path = media.draw(["-ss", "1.4", "-i", str(whole), "-c", "copy"], media.folder() / "edited.mp4")
    subject = subject_of(path)
    watched = watch(path, subject, scratch=tmp_path)
    assert [float(shot.start * subject.time_base) for shot in watched.shots] == [0.0, 1.0]


def test_a_turned_picture_gives_an_upright_sheet(tmp_path: Path) -> None:
    even = reel("upright.mp4", (("chart", 60), ("fractal", 60)))
    path = media.draw(["-display_rotation", "90", "-i", str(even), "-c", "copy"], media.folder() / "turned_reel.mp4")
    subject = subject_of(path)
    watched = watch(path, subject, scratch=tmp_path)
    assert watched.sprite is not None
    assert watched.sprite.tile_width < watched.sprite.tile_height
    assert frames_of(watched, subject) == [0, 60]


def test_a_dissolve_begins_in_the_middle_of_the_mix(tmp_path: Path) -> None:
    some = reel("mix_some.mp4", (("chart", 75),))
    other = reel("mix_other.mp4", (("sky", 75),))
    path = media.draw(
        ["-i", str(some), "-i", str(other), "-filter_complex",
         "[0:v][1:v]xfade=transition=fade:duration=0.8:offset=2[v]", "-map", "[v]", *LONG_GOP],
        media.folder() / "dissolve.mp4",
    )  # fmt: skip
    subject = subject_of(path)
    watched = watch(path, subject, scratch=tmp_path)
    assert [shot.begins for shot in watched.shots] == [Begins.START, Begins.DISSOLVE]
    assert abs(frames_of(watched, subject)[1] - 60) <= 4


def test_a_fade_through_black_is_one_boundary_in_the_dark(tmp_path: Path) -> None:
    shots = (("chart", 60), ("fractal", 60))
    path = reel("through_black.mp4", shots, after=f"geq=lum='lum(X,Y)*{DIM}':cb='128+(cb(X,Y)-128)*{DIM}':cr=128")
    subject = subject_of(path)
    watched = watch(path, subject, scratch=tmp_path)
    assert [shot.begins for shot in watched.shots] == [Begins.START, Begins.FADE]
    assert abs(frames_of(watched, subject)[1] - 60) <= 3


def test_a_flash_is_no_cut(tmp_path: Path) -> None:
    path = reel("flash.mp4", (("fractal", 100),), after="eq=brightness=0.6:enable='eq(n,50)'")
    subject = subject_of(path)
    assert len(watch(path, subject, scratch=tmp_path).shots) == 1
