"""One pass over all packets of a file, and a few decoded frames.

Part of the prober; runs inside its locked-in child only.
"""

from __future__ import annotations

from array import array
from fractions import Fraction
from typing import Any, Final

import av.error
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from media_ingest.adapters.prober.counts import Holes, Json, Track, gops, grid

_DECODE_TRIES: Final = 250
_RESUMES: Final = 1000
_KEY_TIMES: Final = 1000


def frame_facts(frame: VideoFrame) -> Json:
    """Return what only a decoded frame tells."""
    return {
        "rotation": frame.rotation,
        "interlaced": frame.interlaced_frame,
        "width": frame.width,
        "height": frame.height,
        "pixel_format": frame.format.name,
        "bits": max((component.bits for component in frame.format.components), default=0),
    }


class Scan:
    """One pass over all packets; the first frame is decoded on the way."""

    def __init__(self, container: InputContainer, video: VideoStream) -> None:
        self.container, self.video = container, video
        self.tracks = {stream.index: Track() for stream in container.streams}
        self.tracks[video.index].times = array("q")
        self.keys: array[int] = array("q")
        self.key_times: array[int] = array("q")
        self.holes = Holes(video.codec_context.codec.canonical_name, container.format.name)
        self.frame: Json | None = None
        self.decode_error = ""
        self.demux_error = ""

    def run(self) -> None:
        """Read every packet; an error ends the pass and is noted."""
        for _ in range(_RESUMES):
            try:
                for packet in self.container.demux():
                    if packet.size or packet.pts is not None or packet.dts is not None:
                        self._take(packet)
                break
            except av.error.BlockingIOError:
                continue  # the demuxer lost its place (a hole in a transport stream) and looks for the next one
            except av.error.MemoryError:
                raise
            except (av.error.FFmpegError, ValueError) as error:
                self.demux_error = type(error).__name__
                break
        if self.frame is None and not self.decode_error:
            self._decode(None)

    def _take(self, packet: Packet[Any]) -> None:
        track = self.tracks[packet.stream_index]
        track.add(packet)
        if packet.stream_index != self.video.index:
            return
        if packet.is_keyframe:
            self.keys.append(track.packets - 1)
            if packet.pts is not None and len(self.key_times) < _KEY_TIMES:
                self.key_times.append(packet.pts)
        if packet.has_sidedata("encryption_info") or packet.has_sidedata("encryption_init_info"):
            track.encrypted = True
            return
        self.holes.look(packet, track.packets - 1)
        if self.frame is None and track.packets <= _DECODE_TRIES and packet.size:
            self._decode(packet)  # an empty packet would end the decoder

    def _decode(self, packet: Packet[Any] | None) -> None:
        """Feed the decoder until it gives its first frame; one bad packet is not the end."""
        try:
            frames = self.video.decode(packet)
        except av.error.MemoryError:
            raise
        except (av.error.FFmpegError, ValueError) as error:
            self.decode_error = type(error).__name__
            return
        if frames:
            self.frame = frame_facts(frames[0])  # not the picture: it can be a quarter of a gigabyte

    def later_frames(self) -> list[bool]:
        """Tell whether pictures can be decoded in the middle and near the end as well."""
        track = self.tracks[self.video.index]
        if track.first is None or track.last is None or self.frame is None:
            return []
        span = track.last - track.first
        return [self._frame_at(track.first + span * part // 8) for part in (4, 7)]

    def _frame_at(self, at: int) -> bool:
        """Tell whether decoding from here gives a picture, or ends without one and without an error."""
        faults = 0
        try:
            self.container.seek(at, stream=self.video)
            for tries, packet in enumerate(self.container.demux(self.video)):
                try:
                    if packet.decode():
                        return True
                except av.error.InvalidDataError:
                    faults += 1
                if tries > _DECODE_TRIES:
                    break
        except av.error.MemoryError:
            raise
        except (av.error.FFmpegError, ValueError):
            faults += 1
        return not faults


def scan(container: InputContainer, video: VideoStream) -> Json:
    """Return what packets and a few frames show."""
    pass_ = Scan(container, video)
    pass_.run()
    track = pass_.tracks[video.index]
    times = track.times if track.times is not None else array("q")
    return {
        "demux_error": pass_.demux_error,
        "decode_error": pass_.decode_error,
        "tracks": {str(index): found.report() for index, found in pass_.tracks.items()},
        "grid": grid(times, video.time_base or Fraction(1), video.average_rate or video.base_rate),
        "gops": gops(pass_.keys, track.packets, pass_.key_times),
        "holes": pass_.holes.report(),
        "frame": pass_.frame,
        "later_frames": pass_.later_frames(),
    }
