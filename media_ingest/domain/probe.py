"""From the prober's report to facts, or to the one reason why the file is refused. Total: never raises.

The report (kept with the asset) also tells later stages, without reading the file again:

* ``scan.gops``: ``key_frames`` (how many), ``first_key`` (packet of the first one), ``longest`` and ``median`` distance
  between key frames in packets of the presented stream, ``intra_only``, ``times`` of rare key frames in ticks;
* ``scan.tracks[index]``: ``packets``, ``bytes``, ``discarded`` (outside the edit list), ``first``/``end`` in ticks;
* ``origin_marks``: at most 16 ``{kind, value}`` that the file says of where its pictures come from (C2PA manifest, IPTC
  source type, tags of generators), values of at most 120 printable characters; see `adapters.origin_marks`;
* ``used``: ``cpu_ms``, ``rss_kib`` and ``wall_ms`` of the child that read it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fractions import Fraction
from typing import Final

from core.timecode import ratio_text
from media_ingest.domain import formats
from media_ingest.domain.facts import Facts
from media_ingest.domain.footage import DynamicRange, Footage, Scan
from media_ingest.domain.reasons import Reason, Rejection
from media_ingest.domain.timing import Timing, timing

REPORT_VERSION: Final = 1
_TEXT_LENGTH: Final = 100
_STARVED: Final = frozenset({"memory", "too_large", "cpu"})

# ITU-T H.273 code points, by the names ffmpeg users know.
_PRIMARIES: Final = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020", 10: "smpte428",
    11: "smpte431", 12: "smpte432", 22: "ebu3213",
}  # fmt: skip
_TRANSFERS: Final = {
    1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear", 11: "iec61966-2-4",
    13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084", 17: "smpte428", 18: "arib-std-b67",
}  # fmt: skip
_MATRICES: Final = {
    0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco", 9: "bt2020nc",
    10: "bt2020c", 14: "ictcp",
}  # fmt: skip
_RANGES: Final = {1: "tv", 2: "pc"}
_HDR: Final = {16: DynamicRange.PQ, 18: DynamicRange.HLG}

_TIMECODE: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d[:;.](\d{2,3})")
_TELEMETRY: Final = re.compile(r"gopro met|gpmd|djmd|dbgi|camm|mebx|core media metadata|telemetry", re.IGNORECASE)
_EARLIEST_YEAR, _LATEST_YEAR = 1980, 2099
_MAKES: Final = ("com.apple.quicktime.make", "com.android.manufacturer", "make")
_MODELS: Final = ("com.apple.quicktime.model", "com.android.model", "model")
_WIDEST_ASPECT: Final = 8
_MAX_CHANNELS, _MIN_AUDIO_RATE, _MAX_AUDIO_RATE = 64, 1000, 384_000


def parse(report: object, *, size_bytes: int) -> Footage | Rejection:
    """Judge the prober's report (decoded JSON) of a file of ``size_bytes`` bytes."""
    facts = Facts.of(report)
    refusal = _openable(facts) or _acceptable(facts) or _readable(facts)
    if refusal is not None:
        return refusal
    times = timing(facts)
    if isinstance(times, Rejection):
        return times
    refusal = _long_enough(times) or _whole(facts)
    return refusal if refusal is not None else _footage(facts, times, size_bytes)


def _openable(report: Facts) -> Rejection | None:
    """Refuse what could not be opened as one of the accepted containers."""
    if report.whole("version") != REPORT_VERSION:
        return Rejection(Reason.DAMAGED, "no report")
    error = report.text("error")
    if error in _STARVED:
        return Rejection(Reason.RESOURCE_LIMIT, error)
    if error:
        return Rejection(Reason.DAMAGED, f"cannot be opened: {error}")
    if formats.container_family(report.sub("container").text("format")) is None:
        return Rejection(Reason.UNSUPPORTED_CONTAINER, "demuxer outside the list")
    return None


def _acceptable(report: Facts) -> Rejection | None:
    """Refuse by what the headers say, before any packet was read."""
    if report.count("stream_count") > formats.MAX_STREAMS:
        return Rejection(Reason.TOO_MANY_STREAMS, f"{report.count('stream_count')} streams")
    if not report.has("video"):
        return Rejection(Reason.NO_VIDEO, "no video stream but pictures")
    video = report.sub("video")
    if video.text("codec") not in formats.VIDEO_CODECS:
        return Rejection(Reason.CODEC_NOT_ALLOWED, _clean(video.text("codec")) or "unknown codec")
    pixels = video.count("width") * video.count("height")
    if pixels > formats.MAX_PIXELS:
        return Rejection(Reason.TOO_MANY_PIXELS, f"{video.count('width')} × {video.count('height')}")
    if not pixels and report.yes("oversized"):
        return Rejection(Reason.TOO_MANY_PIXELS, "refused by the decoder")
    if not pixels:
        return Rejection(Reason.DAMAGED, "no picture size")
    return None


def _readable(report: Facts) -> Rejection | None:
    """Refuse by what packets and the first decoded frame showed."""
    scan = report.sub("scan")
    track = scan.sub("tracks").sub(str(report.sub("video").count("index")))
    if track.yes("encrypted"):
        return Rejection(Reason.ENCRYPTED, "encrypted packets")
    if not track.count("packets"):
        return Rejection(Reason.DAMAGED, "no video packets")
    if not scan.has("frame"):
        return Rejection(Reason.DAMAGED, "no frame could be decoded")
    frame = scan.sub("frame")
    if frame.count("width") * frame.count("height") > formats.MAX_PIXELS:
        return Rejection(Reason.TOO_MANY_PIXELS, f"{frame.count('width')} × {frame.count('height')}")
    if scan.text("demux_error"):
        return Rejection(Reason.DAMAGED, f"reading stopped: {scan.text('demux_error')}")
    return _sound(report)


def _sound(report: Facts) -> Rejection | None:
    """Refuse sound that no recorder makes: its decoder, later a buyer's, would size buffers by these numbers."""
    for stream in report.list_of("streams"):
        channels, rate = stream.count("channels"), stream.count("rate")
        if stream.text("type") != "audio" or not (channels or rate):
            continue  # nothing is said: a broadcast track whose beginning was cut off
        if not 1 <= channels <= _MAX_CHANNELS or not _MIN_AUDIO_RATE <= rate <= _MAX_AUDIO_RATE:
            return Rejection(Reason.CODEC_NOT_ALLOWED, f"sound of {channels} channels at {rate} Hz")
    return None


def _long_enough(times: Timing) -> Rejection | None:
    if times.length.ms < formats.MIN_DURATION_MS:
        return Rejection(Reason.TOO_SHORT, f"{times.length.ms} ms")
    if times.frames < 2:
        return Rejection(Reason.NO_VIDEO, "a still image")
    return None


def _whole(report: Facts) -> Rejection | None:
    """Refuse when pictures further into the file cannot be decoded, or a copy left some of them blank."""
    scan = report.sub("scan")
    if not all(scan.flags("later_frames")):
        return Rejection(Reason.DAMAGED, "later frames cannot be decoded")
    blank = scan.sub("holes").count("packets")
    if blank:
        return Rejection(Reason.DAMAGED, f"{blank} blank frames, the first is {scan.sub('holes').count('first')}")
    return _unbroken(report)


def _unbroken(report: Facts) -> Rejection | None:
    """Refuse a broadcast recording that lost packets: cameras lose none, copies and tuners do."""
    family = formats.container_family(report.sub("container").text("format"))
    if family not in formats.STEADY_CONTAINERS:
        return None
    scan = report.sub("scan")
    corrupt = scan.sub("tracks").sub(str(report.sub("video").count("index"))).count("corrupt")
    if corrupt:
        return Rejection(Reason.DAMAGED, f"{corrupt} frames arrived in part")
    gaps = scan.sub("grid").count("later_gaps" if family == "mpegts" else "gaps")
    if gaps and scan.sub("grid").yes("steady"):
        return Rejection(Reason.DAMAGED, f"frames are missing in {gaps} places")
    return None


def _footage(report: Facts, times: Timing, size_bytes: int) -> Footage:
    video, frame, container = report.sub("video"), report.sub("scan").sub("frame"), report.sub("container")
    coded_width = frame.count("width") or video.count("width")
    coded_height = frame.count("height") or video.count("height")
    aspect, rotation = _aspect(video), _rotation(frame)
    width, height = _displayed(coded_width, coded_height, aspect, rotation)
    audio = _audio(report)
    tags = container.sub("tags")
    return Footage(
        container=formats.container_family(container.text("format")) or "",
        video_codec=video.text("codec"),
        profile=_clean(video.text("profile")),
        pixel_format=_clean(frame.text("pixel_format") or video.text("pixel_format")),
        bit_depth=frame.count("bits") or video.count("bits") or 8,
        coded_width=coded_width,
        coded_height=coded_height,
        width=width,
        height=height,
        rotation=rotation,
        sample_aspect=ratio_text(aspect),
        frame_rate=times.frame_rate,
        base_rate=times.base_rate,
        variable_frame_rate=times.variable,
        scan=Scan.INTERLACED if frame.yes("interlaced") else Scan.PROGRESSIVE,
        color_primaries=_PRIMARIES.get(video.count("primaries"), ""),
        color_transfer=_TRANSFERS.get(video.count("transfer"), ""),
        color_matrix=_MATRICES.get(video.count("matrix"), ""),
        color_range=_RANGES.get(video.count("range"), ""),
        hdr=_HDR.get(video.count("transfer"), DynamicRange.SDR),
        has_audio=audio is not None,
        audio_codec=_clean(audio.text("codec")) if audio else "",
        audio_channels=audio.count("channels") if audio else 0,
        audio_rate=audio.count("rate") if audio else 0,
        duration_ticks=times.length.pts,
        time_base=times.length.time_base,
        duration_ms=times.length.ms,
        frame_count=times.frames,
        timecode=_timecode(report),
        camera_make=_first(tags, _MAKES),
        camera_model=_first(tags, _MODELS),
        has_telemetry=any(_is_telemetry(stream) for stream in report.list_of("streams")),
        created_at=_created_at(report),
        size_bytes=size_bytes,
    )


def _clean(text: str) -> str:
    """Return a text of the file as data: printable characters only, bounded."""
    return "".join(character for character in text if character.isprintable()).strip()[:_TEXT_LENGTH]


def _aspect(video: Facts) -> Fraction:
    """Return the sample aspect ratio; 1 when the file does not say or says nonsense."""
    aspect = video.ratio("sample_aspect")
    if aspect is None or not Fraction(1, _WIDEST_ASPECT) <= aspect <= _WIDEST_ASPECT:
        return Fraction(1)
    return aspect


def _rotation(frame: Facts) -> int:
    """Return the clockwise turn; decoders give the counter-clockwise angle of the display matrix."""
    return round(Fraction(-(frame.whole("rotation") or 0), 90)) * 90 % 360


def _displayed(width: int, height: int, aspect: Fraction, rotation: int) -> tuple[int, int]:
    """Return the displayed size: samples made square by width, then turned."""
    wide = max(1, round(width * aspect))
    return (height, wide) if rotation % 180 else (wide, height)


def _audio(report: Facts) -> Facts | None:
    """Return the first sound track a player could play."""
    tracks = report.sub("scan").sub("tracks")
    for stream in report.list_of("streams"):
        plausible = (
            1 <= stream.count("channels") <= _MAX_CHANNELS
            and _MIN_AUDIO_RATE <= stream.count("rate") <= _MAX_AUDIO_RATE
        )
        if stream.text("type") == "audio" and plausible and tracks.sub(str(stream.whole("index"))).count("packets"):
            return stream
    return None


def _first(tags: Facts, keys: tuple[str, ...]) -> str:
    return next((text for key in keys if (text := _clean(tags.text(key)))), "")


def _everywhere(report: Facts, key: str) -> list[str]:
    """Return a tag of the container, then of each stream."""
    holders = [report.sub("container"), *report.list_of("streams")]
    return [text for holder in holders if (text := holder.sub("tags").text(key))]


def _timecode(report: Facts) -> str | None:
    """Return the first timecode that can exist."""
    return next((text for text in _everywhere(report, "timecode") if _TIMECODE.fullmatch(text)), None)


def _created_at(report: Facts) -> datetime | None:
    """Return when the camera says it recorded, in UTC; None when absent or impossible."""
    texts = [report.sub("container").sub("tags").text("com.apple.quicktime.creationdate")]
    for text in [*texts, *_everywhere(report, "creation_time")]:
        try:
            moment = datetime.fromisoformat(text)
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        if _EARLIEST_YEAR <= moment.year <= _LATEST_YEAR:
            return moment
    return None


def _is_telemetry(stream: Facts) -> bool:
    """Tell whether a data track carries sensor readings (GoPro, DJI, Android, Apple)."""
    described = f"{stream.sub('tags').text('handler_name')} {stream.text('tag')}"
    return stream.text("type") == "data" and _TELEMETRY.search(described) is not None
