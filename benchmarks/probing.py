"""P1: facts of many files by our sandboxed prober, and by one ffprobe process for each of them.

    python -m benchmarks.probing [--json] [--quick] [--rounds N] [--folder FOLDER]

Ours includes starting the prober's parent and ending it again, once a run; it also reads every packet and decodes
frames in three places, which ffprobe does not. Without ffprobe on this machine `ffmpeg -i` stands in and is named.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.clips import FOLDER, ffmpeg
from benchmarks.measure import Cost, Row, arguments, paired, show, spread_of

GOAL: Final = 0.35
_FILES: Final = 100
_STEPS: Final = (1, 10, 100)
_KINDS: Final = {
    "camera.mp4": ("-c:v", "libx264", "-preset", "veryfast", "-g", "15", "-b:v", "4M", "-pix_fmt", "yuv420p"),
    "export.mov": ("-c:v", "prores_ks", "-profile:v", "0", "-pix_fmt", "yuv422p10le"),
    "phone.mp4": ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-x265-params", "log-level=none"),
    "web.webm": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1M"),
    "broadcast.ts": ("-c:v", "mpeg2video", "-b:v", "4M"),
}


def files() -> list[Path]:
    """Return a hundred files of five kinds, two seconds of 640×360 with sound each; each file has its own bytes."""
    folder = FOLDER / "probing"
    made = sorted(folder.glob("[0-9]*"))
    if len(made) == _FILES:
        return made
    folder.mkdir(parents=True, exist_ok=True)
    picture = ["-f", "lavfi", "-t", "2", "-i", "testsrc2=size=640x360:rate=25"]
    sound = ["-f", "lavfi", "-t", "2", "-i", "sine=frequency=440:sample_rate=48000"]
    for name, encoder in _KINDS.items():
        coder = "libopus" if name.endswith("webm") else "aac"
        ffmpeg(*picture, *sound, *encoder, "-c:a", coder, str(folder / name))
    for number in range(_FILES):
        name = list(_KINDS)[number % len(_KINDS)]
        shutil.copyfile(folder / name, folder / f"{number:03}_{name}")
    return sorted(folder.glob("[0-9]*"))


def baseline() -> tuple[str, list[str]]:
    """Return a name and the words of the tool to compare with; the file comes last."""
    found = os.environ.get("FFPROBE") or shutil.which("ffprobe")
    if found:
        said = subprocess.run([found, "-version"], check=True, capture_output=True, text=True).stdout
        asked = ["-v", "error", "-show_format", "-show_streams", "-of", "json"]
        return " ".join(said.split()[:3]), [found, *asked]
    from imageio_ffmpeg import get_ffmpeg_exe

    said = subprocess.run([get_ffmpeg_exe(), "-version"], check=True, capture_output=True, text=True).stdout
    return f"{' '.join(said.split()[:3])} -i", [get_ffmpeg_exe(), "-hide_banner", "-i"]


def theirs(words: Sequence[str], paths: Sequence[Path]) -> None:
    """Start the tool for each file."""
    for path in paths:
        subprocess.run([*words, str(path)], check=False, capture_output=True)


def ours(paths: Sequence[Path]) -> list[int]:
    """Probe each file as a worker does, with a prober's parent of its own; return the peak memory of each child."""
    from media_ingest.adapters.prober.client import end_prober, probe_file

    peaks = []
    for path in paths:
        report = probe_file(path)
        used = report["used"]
        if report["error"] or not isinstance(used, dict):
            raise SystemExit(f"{path.name}: {report['error']}")
        peaks.append(int(used["rss_kib"]))
    end_prober()
    return peaks


def _each(costs: Sequence[Cost], count: int) -> str:
    cpu = statistics.median(cost.cpu_s for cost in costs) * 1000 / count
    wall = statistics.median(cost.wall_s for cost in costs) * 1000 / count
    return f"{cpu:.1f} ms CPU, {wall:.1f} ms wall"


def measure(paths: Sequence[Path], *, rounds: int) -> Row:
    """Return the row of P1 for these files."""
    name, words = baseline()
    count = len(paths)
    ratio, mine, others = paired(lambda: ours(paths), lambda: theirs(words, paths), rounds=rounds)
    wall = statistics.median(a.wall_s / b.wall_s for a, b in zip(mine, others, strict=True))
    return Row(
        id="P1",
        work=f"probe {count} files, sandboxed, processor time",
        baseline=f"{count} processes of {name}",
        goal=f"≤ {GOAL}×" if count >= _FILES else "none: shows the start-up",
        figure=f"{ratio.median:.2f}×",
        met=count < _FILES or ratio.median <= GOAL,
        spread=spread_of(ratio),
        note=f"wall {wall:.2f}×; a file: {_each(mine, count)}; theirs {_each(others, count)}; "
        f"peak of a child {max(ours(paths)) / 1024:.0f} MB",
    )


def rows(*, quick: bool, rounds: int) -> list[Row]:
    """Return P1, for the table of everything."""
    _prepare()
    return [measure(files(), rounds=min(rounds, 2) if quick else rounds)]


def _prepare() -> None:
    """Let the adapters find their settings; no database is touched."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.config.settings")
    os.environ.setdefault("OFFCUT_SECRET_KEY", "only-for-measuring-" * 3)


def main() -> None:
    """Measure one, ten and a hundred files, and print."""
    parser = arguments(__doc__ or "", quick="ten files at most")
    parser.add_argument("--folder", type=Path, help="measure on the files of this folder instead")
    options = parser.parse_args()
    _prepare()
    paths = sorted(path for path in options.folder.iterdir() if path.is_file()) if options.folder else files()
    steps = [step for step in _STEPS if step <= len(paths)][: 2 if options.quick else None]
    found = [measure(paths[:step], rounds=options.rounds) for step in steps]
    show(found, as_json=options.json)
    sys.exit(0 if all(row.met for row in found) else 1)


if __name__ == "__main__":
    main()
