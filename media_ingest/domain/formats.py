"""What is accepted: containers, codecs and bounds. Everything else is refused by name."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

MAX_STREAMS: Final = 64
MAX_PIXELS: Final = 40_000_000
"""Coded pixels of one frame; 8K UHD has 33.2 million."""
MIN_DURATION_MS: Final = 1000
MIN_FRAME_RATE: Final = 1
MAX_FRAME_RATE: Final = 1000

COMMON_RATES: Final = tuple(
    rate
    for whole in (24, 25, 30, 48, 50, 60, 100, 120, 240)
    for rate in ((Fraction(whole), Fraction(whole * 1000, 1001)) if whole % 25 else (Fraction(whole),))
)
"""Frame rates that cameras really have."""
_NEXT_TO: Final = Fraction(1, 4000)

CONTAINERS: Final[dict[str, str]] = {
    "mov": "mov",
    "mp4": "mov",
    "matroska": "matroska",
    "webm": "matroska",
    "mpegts": "mpegts",
    "avi": "avi",
    "mxf": "mxf",
}
"""Demuxer names and the family each belongs to."""

FORMAT_WHITELIST: Final = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,avi,mxf"
PROTOCOL_WHITELIST: Final = "file"
PROBER_PROTOCOL: Final = "fd"
"""How the prober is given its file: open. It can open none itself."""

VIDEO_CODECS: Final = frozenset(
    {
        "h264", "hevc", "av1", "vp8", "vp9",
        "mpeg1video", "mpeg2video", "mpeg4", "msmpeg4v2", "msmpeg4v3", "mjpeg",
        "h263", "prores", "dnxhd", "cfhd", "dvvideo", "ffv1", "v210", "rawvideo",
    }
)  # fmt: skip
"""Codecs of cameras, editors and archives, by the codec's own name."""

NEVER_ZEROS: Final = frozenset({"h264", "hevc"})
"""Codecs whose pictures cannot contain three zero bytes in a row."""
NEVER_BLANK: Final = NEVER_ZEROS | {"av1", "vp8", "vp9", "mpeg4", "mjpeg", "prores", "dnxhd", "cfhd"}
"""Codecs whose packets cannot begin with sixteen zero bytes."""

_VIDEO_DECODERS: Final = (
    "h264", "hevc", "libdav1d", "av1", "libaom-av1", "vp8", "libvpx", "vp9", "libvpx-vp9",
    "mpeg1video", "mpeg2video", "mpegvideo", "mpeg4", "msmpeg4v2", "msmpeg4", "h263", "mjpeg",
    "prores", "dnxhd", "cfhd", "dvvideo", "ffv1", "v210", "rawvideo",
)  # fmt: skip
_AUDIO_DECODERS: Final = (
    "aac", "aac_latm", "mp3", "mp3float", "mp2", "mp2float", "ac3", "eac3", "opus", "libopus", "vorbis", "flac", "alac",
    "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be",
    "pcm_u8", "pcm_s8", "pcm_alaw", "pcm_mulaw", "pcm_s16le_planar", "pcm_bluray", "adpcm_ms", "adpcm_ima_wav",
)  # fmt: skip
WARM_DECODERS: Final = ("h264", "hevc", "mpeg2video", "mpeg4", "prores", "mjpeg", "vp9", "aac")
"""Decoders that most files need."""
CODEC_WHITELIST: Final = ",".join((*_VIDEO_DECODERS, *_AUDIO_DECODERS))
"""Decoders that may be opened at all, for libavcodec's own check."""
AUDIO_DECODERS: Final = frozenset(_AUDIO_DECODERS)

MP4_VIDEO: Final = frozenset({"h264", "hevc", "av1", "mpeg4", "mpeg2video", "mpeg1video"})
"""Video that may be delivered as MP4 without touching it."""
WEBM_VIDEO: Final = frozenset({"vp8", "vp9"})
MP4_AUDIO: Final = frozenset({"aac", "mp3", "ac3", "eac3", "alac", "opus", "flac", "mp2"})
WEBM_AUDIO: Final = frozenset({"opus", "vorbis"})


STEADY_CONTAINERS: Final = frozenset({"mxf", "mpegts"})
"""Containers of broadcasting, in which a frame that is missing is a frame that was lost."""


def common_rate(rate: Fraction) -> Fraction | None:
    """Return the camera rate right next to a measured one (24 and 24000/1001 lie four times further apart)."""
    return next((common for common in COMMON_RATES if abs(common - rate) <= common * _NEXT_TO), None)


def container_family(demuxer: str) -> str | None:
    """Return ``mov``, ``matroska``, ``mpegts``, ``avi`` or ``mxf`` for a demuxer's name list; None if not accepted."""
    return CONTAINERS.get(demuxer.partition(",")[0])


def delivery_container(video_codec: str, audio_codec: str) -> str:
    """Return the container (``mp4``, ``webm`` or ``mkv``) that holds these codecs as they are.

    ``audio_codec`` is empty for silent footage. Matroska takes what the two others refuse.
    """
    if video_codec in MP4_VIDEO and (not audio_codec or audio_codec in MP4_AUDIO):
        return "mp4"
    if video_codec in WEBM_VIDEO and (not audio_codec or audio_codec in WEBM_AUDIO):
        return "webm"
    return "mkv"
