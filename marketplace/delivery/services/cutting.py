"""Cutting samples out of their sources: one process per source, no metadata kept, every result measured again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from core.jobs.services import Claim, LeaseLost, Retryable
from core.timecode import ratio_text
from marketplace.delivery.domain.deliverable import Deliverable, Picture, Sample, length_fits
from marketplace.delivery.domain.errors import DATASET_SOURCE_BROKEN
from marketplace.delivery.domain.rows import Audio
from media_ingest.adapters.cuts import CutOrder, cut_all, packet_index
from media_ingest.adapters.ffmpeg import ToolError, ToolFailedError, ToolLimitError, ToolStoppedError, probe_file
from media_ingest.adapters.renditions import remux, tagged
from media_ingest.adapters.storage import BlobMissing, store
from media_ingest.domain.cuts import Cut, CutMethod, cut_of, encoding_for, together
from media_ingest.domain.footage import Footage
from media_ingest.domain.probe import parse

_ENCODED_CONTAINER = "mp4"


@dataclass(frozen=True, slots=True)
class CutSample:
    """A finished sample in the scratch folder."""

    path: Path
    sample: Sample


class Cutter:
    """Makes the samples of one build. A source is opened once for all its clips in a shard."""

    def __init__(self, folder: Path, claim: Claim) -> None:
        self._folder = folder
        self._claim = claim
        self._waiting: dict[str, list[Deliverable]] = {}
        self._made: dict[str, CutSample] = {}

    def expect(self, clips: Iterable[Deliverable]) -> None:
        """Say which clips the next shard takes, so that those of one source are made together."""
        self._waiting.clear()
        for clip in clips:
            self._waiting.setdefault(clip.source.sha256, []).append(clip)

    def sample(self, clip: Deliverable) -> CutSample:
        """The clip's sample; ``dataset_source_broken`` when its source cannot be delivered as licensed."""
        if clip.key not in self._made:
            clips = self._waiting.pop(clip.source.sha256, None) or [clip]
            wholes = [one for one in clips if one.spec.whole]
            stretches = [one for one in clips if not one.spec.whole]
            if wholes:
                self._whole(wholes)
            if stretches:
                self._stretches(stretches)
        return self._made[clip.key]

    def tagged(self, clip: Deliverable, cut: CutSample, target: Path, tags: Mapping[str, str]) -> CutSample:
        """The clip's Matroska or WebM sample with tags in it, as another file: others may share the cut."""
        with self._ends(clip):
            tagged(cut.path, target, cut.sample.file.rpartition(".")[2], tags, should_stop=self._claim.lost)
        size, sha256 = _digest(target)
        return CutSample(target, replace(cut.sample, size_bytes=size, sha256=sha256))

    def drop(self, clip: Deliverable) -> None:
        """Say that a clip is packed; its sample is removed once no other clip needs it."""
        made = self._made.pop(clip.key)
        if not any(other.path == made.path for other in self._made.values()):
            made.path.unlink()

    def _whole(self, clips: list[Deliverable]) -> None:
        """Copy the whole source once, for all who licensed it whole."""
        first = clips[0]
        target = self._folder / f"{first.source.sha256}.{first.container}"
        with self._ends(first):
            remux(self._source(first), target, first.container, should_stop=self._claim.lost)
            footage = self._measured(first, target)
        _require_same(first, footage, first.picture.video_codec)
        size, sha256 = _digest(target)
        for clip in clips:
            sample = Sample(f"{clip.key}.{clip.container}", size, sha256, CutMethod.WHOLE, clip.picture)
            self._made[clip.key] = CutSample(target, sample)

    def _stretches(self, clips: list[Deliverable]) -> None:
        """Cut stretches of one source, as few processes as memory allows."""
        first = clips[0]
        with self._ends(first):
            source = self._source(first)
            index = packet_index(source, self._folder, should_stop=self._claim.lost)
            cuts = [cut_of(index, one.start_ticks * one.time_base, one.end_ticks * one.time_base) for one in clips]
            orders = [self._order(one, cut) for one, cut in zip(clips, cuts, strict=True)]
            for places in together(cuts, first.picture.width * first.picture.height):
                cut_all(source, [orders[place] for place in places], should_stop=self._claim.lost)
            for clip, order in zip(clips, orders, strict=True):
                self._made[clip.key] = self._proven(clip, order, source)

    def _order(self, clip: Deliverable, cut: Cut) -> CutOrder:
        picture = clip.picture
        container = clip.container if cut.copy else _ENCODED_CONTAINER
        sound = "" if picture.audio is None else "copy" if cut.copy else "aac"
        encoding = encoding_for(picture.pixel_format or "", picture.bit_depth or 8, interlaced=picture.interlaced)
        return CutOrder(cut, self._folder / f"{clip.key}.{container}", container, encoding, sound)

    def _proven(self, clip: Deliverable, order: CutOrder, source: Path) -> CutSample:
        """Measure a stretch; a copy that is not exact is encoded, an encoding that is not exact is read from the start.

        Containers without an index (transport streams) and copies of unusual streams end up here.
        """
        tries = [(order, False)]
        encoded = self._order(clip, replace(order.cut, copy=False))
        tries += [(encoded, False)] if order.cut.copy else []
        tries += [(encoded, True)]
        found: Footage | None = None
        for place, (one, from_start) in enumerate(tries):
            if place:
                order.out.unlink(missing_ok=True)
                cut_all(source, [one], from_start=from_start, should_stop=self._claim.lost)
            found = self._measured(clip, one.out, strict=False)
            if found is not None and found.frame_count == one.cut.frames:
                return self._finished(clip, one, found)
        held = "nothing playable" if found is None else f"{found.frame_count} frames"
        raise _broken(clip, f"{held} came out where {order.cut.frames} frames are licensed")

    def _finished(self, clip: Deliverable, order: CutOrder, footage: Footage) -> CutSample:
        codec = clip.picture.video_codec if order.cut.copy else order.encoding.video_codec
        _require_same(clip, footage, codec)
        method = CutMethod.COPY if order.cut.copy else CutMethod.ENCODED
        size, sha256 = _digest(order.out)
        picture = clip.picture if order.cut.copy else _as_encoded(clip.picture, footage)
        return CutSample(order.out, Sample(order.out.name, size, sha256, method, picture))

    def _source(self, clip: Deliverable) -> Path:
        return store().path(clip.source.storage_key)

    def _measured(self, clip: Deliverable, path: Path, *, strict: bool = True) -> Footage | None:
        found = parse(probe_file(path, should_stop=self._claim.lost), size_bytes=path.stat().st_size)
        if isinstance(found, Footage):
            return found
        if strict:
            raise _broken(clip, f"the sample is not sound: {found.reason}")
        return None

    @contextmanager
    def _ends(self, clip: Deliverable) -> Iterator[None]:
        """Turn the ends of tools into those of builds."""
        try:
            yield
        except BlobMissing as error:
            raise _broken(clip, "its source is missing in the store") from error
        except ToolStoppedError as error:
            raise LeaseLost(str(self._claim.job_id)) from error
        except (ToolFailedError, ToolLimitError) as error:
            raise _broken(clip, f"ffmpeg ended with: {error.detail}") from error
        except ToolError as error:
            raise Retryable(f"Cutting {clip.key} took too long ({error.detail}); it is tried again.") from error
        except ValueError as error:
            raise _broken(clip, str(error)) from error


def _digest(path: Path) -> tuple[int, str]:
    with path.open("rb") as made:
        return path.stat().st_size, hashlib.file_digest(made, "sha256").hexdigest()


def _as_encoded(picture: Picture, footage: Footage) -> Picture:
    """Return what an encoded stretch shows: codec, depth and sound are new, everything else is the source's."""
    audio = Audio(footage.audio_codec, footage.audio_channels, footage.audio_rate) if footage.has_audio else None
    return replace(
        picture,
        video_codec=footage.video_codec,
        pixel_format=footage.pixel_format,
        bit_depth=footage.bit_depth,
        audio=audio,
    )


def _require_same(clip: Deliverable, footage: Footage | None, codec: str) -> None:
    """Refuse a sample whose packets do not add up to what was licensed."""
    if footage is None:
        raise _broken(clip, "the sample is not sound")
    licensed, length = clip.end_ms - clip.start_ms, footage.duration_ms
    if not length_fits(licensed_ms=licensed, delivered_ms=length, frame_rate=footage.frame_rate):
        raise _broken(clip, f"{length} ms came out where {licensed} ms are licensed")
    picture = clip.picture
    wanted = (picture.width, picture.height, codec)
    if wanted != (footage.width, footage.height, footage.video_codec):
        found = f"{footage.width}×{footage.height} {footage.video_codec} at {ratio_text(footage.frame_rate)}"
        raise _broken(clip, f"{found} came out where {wanted[0]}×{wanted[1]} {wanted[2]} is licensed")


def _broken(clip: Deliverable, why: str) -> Exception:
    return DATASET_SOURCE_BROKEN(
        f"Clip {clip.key} cannot be delivered: {why}. Nothing was published and the money is still held;"
        " an operator decides whether to retry or to refund.",
        clip=clip.key,
    )
