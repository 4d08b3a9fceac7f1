"""A ready asset as plans and tools need it."""

from __future__ import annotations

import math
from fractions import Fraction

from media_ingest.domain.facts import Facts
from media_ingest.domain.footage import Scan
from media_ingest.domain.guess import Seen
from media_ingest.domain.origin import encoder_text, generated_by, origin_of
from media_ingest.domain.previews import Shown
from media_ingest.domain.watched import WatchSubject
from media_ingest.models import Asset, ProbeReport


def shown_of(asset: Asset) -> Shown:
    """Return what the plans of pictures need of a ready asset."""
    return Shown(
        width=asset.width or 0,
        height=asset.height or 0,
        duration_ms=asset.duration_ms or 0,
        audio_codec=asset.audio_codec if asset.has_audio else "",
        interlaced=asset.scan == Scan.INTERLACED,
    )


def watch_subject_of(asset: Asset) -> WatchSubject:
    """Return what watching needs of a ready asset."""
    return WatchSubject(
        width=asset.width or 0,
        height=asset.height or 0,
        rotation=asset.rotation or 0,
        interlaced=asset.scan == Scan.INTERLACED,
        frame_rate=Fraction(asset.frame_rate_num or 0, asset.frame_rate_den or 1),
        time_base=time_base_of(asset),
        duration_ticks=asset.duration_ticks or 0,
        frame_count=asset.frame_count or 0,
        video_codec=asset.video_codec,
        has_audio=bool(asset.has_audio),
        audio_codec=asset.audio_codec,
        key_distance=Facts.of(report_of(asset)).sub("scan").sub("gops").count("median"),
    )


def time_base_of(asset: Asset) -> Fraction:
    """Return the seconds of one tick of a ready asset."""
    return Fraction(asset.time_base_num or 1, asset.time_base_den or 1000)


def report_of(asset: Asset) -> dict[str, object]:
    """Return the prober's newest raw report of an asset; empty when there is none."""
    found = ProbeReport.objects.filter(asset=asset).order_by("-id").first()
    return found.report if found is not None else {}


def origin_us_of(asset: Asset) -> int:
    """Return when the first presented frame comes on the file's own clock, in microseconds."""
    return origin_of(report_of(asset))


def rare_keys_ms_of(asset: Asset) -> list[int]:
    """Return when key frames come that are far apart, in milliseconds from the first presented frame, rounded up."""
    report = report_of(asset)
    origin, time_base = origin_us_of(asset), time_base_of(asset)
    ticks = Facts.of(report).sub("scan").sub("gops").wholes("times")
    return [math.ceil(tick * time_base * 1000 - Fraction(origin, 1000)) for tick in ticks]


def seen_of(asset: Asset) -> Seen:
    """Return the facts that a first guess rests on."""
    report = report_of(asset)
    return Seen(
        camera_make=asset.camera_make,
        camera_model=asset.camera_model,
        encoder=encoder_text(report),
        width=asset.width or 0,
        height=asset.height or 0,
        has_telemetry=bool(asset.has_telemetry),
        generated=generated_by(report) != "",
    )
