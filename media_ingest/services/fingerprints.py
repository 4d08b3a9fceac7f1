"""Keeping prints and finding recordings by them.

The index is four 16-bit bands of each 64-bit print, as columns. Two prints that differ in at most seven bits differ
in at most one bit in at least one band (Norouzi, Punjani and Fleet, "Fast Search in Hamming Space with Multi-Index
Hashing", CVPR 2012): looking up each band's value and its sixteen neighbours finds them all. Those a little further
away are found when their differences lie together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np

from media_ingest.adapters.alignment import Track
from media_ingest.domain.states import AssetState
from media_ingest.domain.watched import FramePrint
from media_ingest.models import Asset, Fingerprint, PrintTrack
from media_ingest.models.fingerprint import BANDS

RADIUS: Final = 7
"""Bits within which a look-up finds every print."""
_WIDE: Final = 12
"""Bits within which a print found by the way counts for a recording: crops move pictures this far."""
_MASK: Final = 0xFFFF
_NEIGHBOURS: Final = (0, *(1 << place for place in range(16)))
_CROWD: Final = 4_000
"""Rows read for a band: a value that more share says nothing (a title card, a test picture)."""
_CLOSEST: Final = 500
"""Different prints whose recordings are named: the nearest."""
_SAME: Final = 2
"""Prints that differ in so few bits from the last one kept are not kept again: a still picture is one entry."""
_ASKED: Final = 200
"""Prints of a recording that are looked up, spread over its length."""
_CANDIDATES: Final = 60
"""Recordings that are compared print by print, the likeliest first."""
_BATCH: Final = 2_000


class Near(NamedTuple):
    """A print in the index and how far it is from the one asked for, in bits."""

    asset_id: UUID
    distance: int


def prints_store(*, asset_id: UUID, prints: Sequence[FramePrint]) -> None:
    """Keep the prints of a recording and enter them in the index, inside the caller's transaction.

    Doing it again replaces them: a recording that is watched twice is found once.
    """
    track = {
        "count": len(prints),
        "times": np.array([row.at_ms for row in prints], "<u4").tobytes(),
        "bits": np.array([row.bits for row in prints], "<u8").tobytes(),
        "cells": b"".join(row.fine for row in prints),
    }
    PrintTrack.objects.update_or_create(asset_id=asset_id, defaults=track)
    Fingerprint.objects.filter(asset_id=asset_id).delete()
    rows = [fingerprint(asset_id, bits) for bits in _telling(prints)]
    Fingerprint.objects.bulk_create(rows, batch_size=_BATCH)


def fingerprint(asset_id: UUID, bits: int) -> Fingerprint:
    """Return an entry of the index, not saved yet; ``bits`` is unsigned."""
    bands = {name: bits >> (16 * number) & _MASK for number, name in enumerate(BANDS)}
    return Fingerprint(asset_id=asset_id, bits=_signed(bits), **bands)


def _signed(bits: int) -> int:
    """Return 64 bits as the database keeps them."""
    return bits - (1 << 64) if bits >> 63 else bits


def _telling(prints: Sequence[FramePrint]) -> list[int]:
    """Return the prints worth an entry: each that differs from the last one entered, once."""
    entered: dict[int, None] = {}
    last: int | None = None
    for row in prints:
        if last is None or (row.bits ^ last).bit_count() > _SAME:
            last = row.bits
            entered[last] = None
    return list(entered)


def track_load(asset_id: UUID) -> Track | None:
    """Return the prints of a recording; None when it was not watched yet."""
    row = PrintTrack.objects.filter(asset_id=asset_id).first()
    if row is None:
        return None
    return Track(
        np.frombuffer(bytes(row.times), "<u4").astype(np.int64),
        np.frombuffer(bytes(row.bits), "<u8").astype(np.uint64),
        np.frombuffer(bytes(row.cells), np.uint8).reshape(-1, 16, 16).astype(np.float32),
    )


def prints_near(bits: int, *, radius: int = RADIUS) -> list[Near]:
    """Return the entries of the index within ``radius`` bits, nearest first: all up to 7 bits, most a little beyond.

    Of a band's value that very many entries share only some are read; the other three bands still find theirs.
    """
    seen: list[int] = []
    for number, name in enumerate(BANDS):
        value = bits >> (16 * number) & _MASK
        wanted = {f"{name}__in": [value ^ flip for flip in _NEIGHBOURS]}
        seen += Fingerprint.objects.filter(**wanted).values_list("bits", flat=True)[:_CROWD]
    entries = np.unique(np.array(seen, np.int64))
    distances = np.bitwise_count(entries.view(np.uint64) ^ np.uint64(bits))
    order = np.argsort(distances, kind="stable")[: min(_CLOSEST, int((distances <= radius).sum()))]
    near = {int(entries[place]): int(distances[place]) for place in order}
    # By its first band as well, so that the index answers.
    firsts = {entry & _MASK for entry in near}
    rows = Fingerprint.objects.filter(band_0__in=firsts, bits__in=near).values_list("asset_id", "bits")[:_CROWD]
    return sorted(
        (Near(asset_id, near[entry]) for asset_id, entry in rows), key=lambda row: (row.distance, row.asset_id)
    )


def assets_like(asset_id: UUID, track: Track) -> list[UUID]:
    """Return the ready recordings that may show what this one shows, the likeliest first.

    A print that few recordings share counts for more than one that many do.
    """
    votes: Counter[UUID] = Counter()
    for bits in _asked(track):
        hits = {row.asset_id for row in prints_near(bits, radius=_WIDE)} - {asset_id}
        for hit in hits:
            votes[hit] += 1 / len(hits)  # type: ignore[assignment]  # a Counter adds what it is given
    likeliest = [found for found, _ in votes.most_common(4 * _CANDIDATES)]
    ready = set(Asset.objects.filter(pk__in=likeliest, state=AssetState.READY).values_list("pk", flat=True))
    return [found for found in likeliest if found in ready][:_CANDIDATES]


def _asked(track: Track) -> list[int]:
    """Return the prints to look up: different ones, spread over the recording."""
    different = np.unique(track.bits, return_index=True)[1]
    places = np.sort(different)
    chosen = places[np.linspace(0, len(places) - 1, min(_ASKED, len(places))).astype(np.int64)]
    return [int(bits) for bits in track.bits[chosen]]
