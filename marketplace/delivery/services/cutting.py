"""Cutting samples out of their sources: one ffmpeg per source, no metadata kept, every result measured again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.jobs.services import Claim, LeaseLost, Retryable
from core.timecode import ratio_text
from marketplace.delivery.domain.deliverable import Deliverable, length_fits
from marketplace.delivery.domain.errors import DATASET_SOURCE_BROKEN
from media_ingest.adapters.ffmpeg import ToolError, ToolFailedError, ToolLimitError, ToolStoppedError, probe_file
from media_ingest.adapters.renditions import remux
from media_ingest.adapters.storage import BlobMissing, store
from media_ingest.domain.footage import Footage
from media_ingest.domain.probe import parse


@dataclass(frozen=True, slots=True)
class CutSample:
    """A finished sample in the scratch folder: size in bytes, SHA-256 as hex."""

    path: Path
    size_bytes: int
    sha256: str


class Cutter:
    """Makes the samples of one build. A source that several clips share is opened once."""

    def __init__(self, clips: Iterable[Deliverable], folder: Path, claim: Claim) -> None:
        self._folder = folder
        self._claim = claim
        self._uses = Counter(clip.source.sha256 for clip in clips)
        self._made: dict[str, CutSample] = {}

    def sample(self, clip: Deliverable) -> CutSample:
        """The clip's sample; ``dataset_source_broken`` when its source cannot be delivered as licensed."""
        made = self._made.get(clip.source.sha256)
        if made is None:
            made = self._cut(clip)
            self._made[clip.source.sha256] = made
        return made

    def drop(self, clip: Deliverable) -> None:
        """Say that a clip is packed; its sample is removed once no other clip needs it."""
        source = clip.source.sha256
        self._uses[source] -= 1
        if not self._uses[source]:
            self._made.pop(source).path.unlink()

    def _cut(self, clip: Deliverable) -> CutSample:
        target = self._folder / f"{clip.source.sha256}.{clip.container}"
        try:
            source = store().path(clip.source.storage_key)
            size = remux(source, target, clip.container, should_stop=self._claim.lost)
            footage = parse(probe_file(target, should_stop=self._claim.lost), size_bytes=size)
        except BlobMissing as error:
            raise _broken(clip, "its source is missing in the store") from error
        except ToolStoppedError as error:
            raise LeaseLost(str(self._claim.job_id)) from error
        except (ToolFailedError, ToolLimitError) as error:
            raise _broken(clip, f"ffmpeg ended with: {error.detail}") from error
        except ToolError as error:
            raise Retryable(f"Cutting {clip.key} took too long ({error.detail}); it is tried again.") from error
        if not isinstance(footage, Footage):
            raise _broken(clip, f"the sample is not sound: {footage.reason}")
        _require_same(clip, footage)
        with target.open("rb") as made:
            return CutSample(target, size, hashlib.file_digest(made, "sha256").hexdigest())


def _require_same(clip: Deliverable, footage: Footage) -> None:
    """Refuse a sample whose packets do not add up to what was licensed."""
    licensed, length = clip.end_ms - clip.start_ms, footage.duration_ms
    if not length_fits(licensed_ms=licensed, delivered_ms=length, frame_rate=footage.frame_rate):
        raise _broken(clip, f"{length} ms came out where {licensed} ms are licensed")
    picture = clip.picture
    wanted = (picture.width, picture.height, picture.video_codec)
    if wanted != (footage.width, footage.height, footage.video_codec):
        found = f"{footage.width}×{footage.height} {footage.video_codec} at {ratio_text(footage.frame_rate)}"
        raise _broken(clip, f"{found} came out where {wanted[0]}×{wanted[1]} {wanted[2]} is licensed")


def _broken(clip: Deliverable, why: str) -> Exception:
    return DATASET_SOURCE_BROKEN(
        f"Clip {clip.key} cannot be delivered: {why}. Nothing was published and the money is still held;"
        " an operator decides whether to retry or to refund.",
        clip=clip.key,
    )
