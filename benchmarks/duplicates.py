"""P10 and P11: finding near duplicates among a million prints, and how often the verdict is right.

`python -m benchmarks.duplicates` makes copies of footage, watches everything as the product does, enters the originals
in an installation and asks it about every copy. Thresholds were chosen on sources that are left out of the figures
(`--tuning` reports those instead). The million prints are of shots that move from one mixture of watched pictures to
another: their bits hang together, and they come in crowds, as those of real footage do and random numbers do not.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks.copies import CHANGES, FOLDER, Piece, pieces
from benchmarks.house import house
from benchmarks.measure import Row, arguments, percentile, show
from media_ingest.adapters.prints import spectra_of
from media_ingest.domain.watched import FramePrint, WatchSubject

if TYPE_CHECKING:
    from media_ingest.adapters.alignment import Track

PRINTS: Final = 1_000_000
_QUICK_PRINTS: Final = 50_000
_QUERIES: Final = 1_000
_PRINTS_A_FILE: Final = 250
_PRINTS_A_SHOT: Final = 24
_CROPS: Final = 50
_UNLIKE: Final = 10
_SEED: Final = 20261122
_LOOK_UP_MS: Final = 20
_LOOK_UP_RECALL: Final = 0.98
_PRECISION: Final = 0.99
_RECALL: Final = 0.95


# What is watched


def subject_of(path: Path) -> WatchSubject:
    """Return what the watcher wants to know of a copy that we made ourselves."""
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        rate, base = Fraction(stream.average_rate or 25), Fraction(stream.time_base or Fraction(1, 1000))
        packets = [packet.is_keyframe for packet in file.demux(stream) if packet.pts is not None]
        frames, keys = len(packets), [place for place, key in enumerate(packets) if key]
        codec = {"libvpx-vp9": "vp9"}.get(stream.codec_context.name, stream.codec_context.name)
        return WatchSubject(
            width=stream.width,
            height=stream.height,
            rotation=0,
            interlaced=False,
            frame_rate=rate,
            time_base=base,
            duration_ticks=int(frames / rate / base),
            frame_count=frames,
            video_codec=codec,
            has_audio=False,
            audio_codec="",
            key_distance=_key_distance(keys),
        )


def _key_distance(keys: list[int]) -> int:
    """Return the usual number of frames from one key frame to the next; 0 with a single one."""
    return int(np.median(np.diff(keys))) if len(keys) > 1 else 0


def prints_of(path: Path) -> tuple[FramePrint, ...]:
    """Return the prints of a file, as the product makes them when it watches it."""
    from media_ingest.adapters.watching import watch

    with tempfile.TemporaryDirectory(dir=FOLDER) as scratch:
        return watch(path, subject_of(path), scratch=Path(scratch)).prints


# P11: are the verdicts right?


@dataclass(frozen=True, slots=True)
class Tally:
    """What was found of what there is."""

    right: int
    wrong: int
    copies: int
    missed: Counter[str]
    pairs: int
    mistakes: tuple[str, ...]

    @property
    def precision(self) -> float:
        """Share of the verdicts that are right."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of the copies that were found."""
        return self.right / max(1, self.copies)


def library(found: Sequence[Piece], owner: UUID) -> dict[UUID, str]:
    """Enter originals; return the name of each by its id."""
    from media_ingest.services.fingerprints import prints_store

    names = {}
    for number, piece in enumerate(found):
        asset_id = _asset(owner, number)
        prints_store(asset_id=asset_id, prints=prints_of(piece.path))
        names[asset_id] = piece.name
    return names


def _asset(owner: UUID, number: int) -> UUID:
    from media_ingest.models import Asset

    facts = {"size_bytes": 1, "storage_key": "none", "state": "ready", "duration_ms": 1, "width": 1, "height": 1}
    rate = {"frame_rate_num": 25, "frame_rate_den": 1}
    return Asset.objects.create(organisation_id=owner, sha256=f"{number:064x}", original_name="-", **facts, **rate).pk


def verdicts(found: Sequence[Piece], names: dict[UUID, str]) -> Tally:
    """Ask the installation about every copy of every piece."""
    from media_ingest.adapters.alignment import track_of

    right, wrong, mistakes, missed = 0, 0, [], Counter[str]()
    copies = [(piece, change, path) for piece in found for change, path in zip(CHANGES, piece.copies, strict=False)]
    for piece, change, path in copies:
        said = {names[asset_id] for asset_id in _same_as(track_of(prints_of(path)))}
        right += piece.name in said
        if piece.name not in said:
            missed[change.name] += 1
            mistakes.append(f"missed: {piece.name}, {change.name}")
        for other in sorted(said - {piece.name}):
            wrong += 1
            mistakes.append(f"wrong: {piece.name}, {change.name}, taken for {other}")
    return Tally(right, wrong, len(copies), missed, len(copies) * (len(names) - 1), tuple(mistakes))


def _same_as(track: Track) -> list[UUID]:
    from media_ingest.services.comparing import likeness_of
    from media_ingest.services.fingerprints import assets_like, track_load

    nobody = UUID(int=0)
    if not len(track.times):
        return []
    return [one for one in assets_like(nobody, track) if likeness_of(track, track_load(one)) is not None]


def verdict_row(tally: Tally, *, what: str) -> Row:
    """P11 as a line of the table."""
    kinds = len(CHANGES)
    each = ", ".join(f"{name}: {count} missed" for name, count in tally.missed.items()) or "none missed"
    return Row(
        id="P11",
        work=f"verdicts on {tally.copies} copies ({kinds} changes) and {tally.pairs} unrelated pairs, {what}",
        baseline="what they were made from",
        goal=f"precision ≥ {_PRECISION}, recall ≥ {_RECALL}",
        figure=f"{tally.precision:.3f}, {tally.recall:.3f}",
        met=tally.precision >= _PRECISION and tally.recall >= _RECALL,
        note=f"{tally.wrong} wrong; {each}",
    )


# P10: how fast, and how completely, is a print found?


def scenes(pictures: NDArray[np.uint8], count: int, chance: np.random.Generator) -> NDArray[np.float64]:
    """Return spectra of scenes that could be: parts of two watched pictures, mirrored or not, mixed."""
    from media_ingest.adapters.prints import averaging, mirrors

    signs, made = mirrors(), []
    for _ in range(2):
        parts = []
        for share in np.array_split(chance.integers(0, len(pictures), count), _CROPS):
            rows, columns = (averaging(16, start, start + 12) for start in chance.uniform(0, 4, 2))
            parts.append(spectra_of(rows @ pictures[share].astype(np.float64) @ columns.T))
        spectra = np.concatenate(parts)
        spectra /= np.linalg.norm(spectra, axis=1, keepdims=True) + 1e-9
        made.append(chance.permutation(spectra) * signs[chance.integers(0, len(signs), count)])
    mixed: NDArray[np.float64] = made[0] + made[1] * chance.uniform(0.3, 1, (count, 1))
    return mixed


def shots(pictures: NDArray[np.uint8], count: int, chance: np.random.Generator) -> NDArray[np.uint64]:
    """Return different prints of shots that move slowly from one scene to another: real prints come in crowds."""
    from media_ingest.adapters.prints import bits_of_spectra

    made = np.zeros(0, np.uint64)
    while len(made) < count:
        starts, ends = (scenes(pictures, 5_000, chance) for _ in range(2))
        steps = np.linspace(0, 0.5, _PRINTS_A_SHOT)[:, None, None]
        moving = starts * (1 - steps) + ends * steps
        made = np.unique(np.concatenate([made, bits_of_spectra(moving.reshape(-1, moving.shape[-1]))]))
    chance.shuffle(made)
    return made[:count]


def unlike(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return pictures that differ from each other: a still scene is one picture."""
    from media_ingest.adapters.prints import all_bits_of

    kept: dict[int, int] = {}
    for place, bits in enumerate(all_bits_of(pictures.astype(np.float64)).tolist()):
        if all((bits ^ other).bit_count() > _UNLIKE for other in kept):
            kept[bits] = place
    return pictures[list(kept.values())]


def fill(bits: NDArray[np.uint64], owner: UUID) -> None:
    """Enter prints in the index, a few hundred a file; its bands are sorted at the end, which is quicker."""
    from django.db import connection, transaction

    from core.ids import uuid7
    from media_ingest.models import Fingerprint

    files = [_asset(owner, 1_000_000 + number) for number in range(-(-len(bits) // _PRINTS_A_FILE))]
    bands = [((bits >> np.uint64(16 * number)) & np.uint64(0xFFFF)).tolist() for number in range(4)]
    key = Fingerprint._meta.pk.get_db_prep_value
    rows = [
        (key(uuid7(), connection), key(files[number // _PRINTS_A_FILE], connection), *columns)
        for number, columns in enumerate(zip(bits.view(np.int64).tolist(), *bands, strict=True))
    ]
    insert = (
        "INSERT INTO media_ingest_fingerprint (id, asset_id, bits, band_0, band_1, band_2, band_3) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s)"
    )
    with connection.schema_editor() as editor:
        for index in Fingerprint._meta.indexes:
            editor.remove_index(Fingerprint, index)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(insert, rows)
    with connection.schema_editor() as editor:
        for index in Fingerprint._meta.indexes:
            editor.add_index(Fingerprint, index)


@dataclass(frozen=True, slots=True)
class LookUps:
    """How look-ups went, beside a scan of everything."""

    milliseconds: list[float]
    scan_milliseconds: list[float]
    found: int
    there: int
    prints: int


def look_ups(bits: NDArray[np.uint64], strangers: NDArray[np.uint64], chance: np.random.Generator) -> LookUps:
    """Look up prints that are in the index, changed in up to seven bits, and prints that are not, in turn."""
    from media_ingest.services.fingerprints import RADIUS, prints_near

    mine, scans, found, there = [], [], 0, 0
    for number in range(_QUERIES):
        asked = int(bits[chance.integers(len(bits))]) if number % 2 else int(strangers[number])
        for place in chance.choice(64, chance.integers(0, RADIUS + 1), replace=False) if number % 2 else ():
            asked ^= 1 << int(place)
        began = time.perf_counter()
        near = prints_near(asked)
        between = time.perf_counter()
        true = np.flatnonzero(np.bitwise_count(bits ^ np.uint64(asked)) <= RADIUS)
        scans.append(1000 * (time.perf_counter() - between))
        mine.append(1000 * (between - began))
        there += len(true)
        found += min(len(near), len(true))
    return LookUps(mine, scans, found, there, len(bits))


def look_up_row(done: LookUps) -> Row:
    """P10 as a line of the table."""
    slow, recall = percentile(done.milliseconds, 0.95), done.found / max(1, done.there)
    middle, scan = percentile(done.milliseconds, 0.5), percentile(done.scan_milliseconds, 0.5)
    return Row(
        id="P10",
        work=f"look-up of every print within 7 bits, among {done.prints:,}",
        baseline="a scan of all in numpy",
        goal=f"95 % < {_LOOK_UP_MS} ms, recall ≥ {_LOOK_UP_RECALL}",
        figure=f"{slow:.1f} ms, {recall:.3f}",
        met=slow < _LOOK_UP_MS and recall >= _LOOK_UP_RECALL,
        spread=f"{_QUERIES} look-ups",
        note=f"median {middle:.1f} ms, the scan's {scan:.1f} ms; {done.there} neighbours to find",
    )


def measure(*, quick: bool, tuning: bool) -> tuple[list[Row], list[str]]:
    """Measure both in one new installation; also return every mistake."""
    chance = np.random.default_rng(_SEED)
    made = pieces(tuning=tuning, drawn_only=quick)
    reported = [piece for piece in made if quick or piece.tuned_on == tuning]
    with house() as home:
        owner = home.studio.organisation_id or UUID(int=0)
        names = library(reported, owner)
        tally = verdicts(reported, names)
        pictures = unlike(np.concatenate([_cells(piece.path) for piece in made]))
        count = _QUICK_PRINTS if quick else PRINTS
        bits = shots(pictures, count, chance)
        fill(bits, owner)
        from media_ingest.models import Fingerprint

        Fingerprint.objects.filter(asset_id__in=names).delete()
        done = look_ups(bits, shots(pictures, _QUERIES, chance), chance)
    what = "tuning half" if tuning else "drawn scenes" if quick else "reporting half"
    return [look_up_row(done), verdict_row(tally, what=what)], list(tally.mistakes)


def _cells(path: Path) -> NDArray[np.uint8]:
    made = prints_of(path)
    return np.frombuffer(b"".join(row.fine for row in made), np.uint8).reshape(-1, 16, 16)


def rows(*, quick: bool, rounds: int) -> list[Row]:
    """Return both promises with their figures, measured in a process of its own."""
    del rounds  # every look-up and every pair is a round
    command = [sys.executable, "-m", "benchmarks.duplicates", "--json", *(["--quick"] if quick else [])]
    told: list[dict[str, Any]] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [Row(**row) for row in told]


def main() -> None:
    """Measure, print the table, and say which verdicts were mistaken."""
    parser = arguments("Near duplicates: look-ups and verdicts.", quick="drawn scenes only, fifty thousand prints")
    parser.add_argument("--tuning", action="store_true", help="the half that thresholds were chosen on")
    chosen = parser.parse_args()
    found, mistakes = measure(quick=chosen.quick, tuning=chosen.tuning)
    show(found, as_json=chosen.json)
    for mistake in mistakes:
        print(mistake, file=sys.stderr)


if __name__ == "__main__":
    main()
