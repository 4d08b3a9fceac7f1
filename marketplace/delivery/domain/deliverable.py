"""What an order delivers: its licensed clips with every fact that manifest and certificate need."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from core.timecode import ratio_text
from licensing.domain.signals.policy import RightsPolicy
from marketplace.delivery.domain.certificate import LicensedClip, PriceFacts, UseCaseFacts
from marketplace.delivery.domain.folder import Grant
from marketplace.delivery.domain.plan import SampleSpec
from marketplace.delivery.domain.rows import Audio, Camera, Color, SampleRow
from media_ingest.domain.cuts import CutMethod
from media_ingest.domain.formats import delivery_container
from media_ingest.domain.timing import tolerated


@dataclass(frozen=True, slots=True)
class Picture:
    """What the source shows, as probed: size as displayed, exact frame rate, codec and colour."""

    width: int
    height: int
    frame_rate: str
    video_codec: str
    pixel_format: str | None
    bit_depth: int | None
    color: Color
    audio: Audio | None
    camera: Camera | None
    capture_date: str | None
    interlaced: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """What the creator says about a clip."""

    title: str
    description: str
    tags: tuple[str, ...]
    language: str | None
    people: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where the bytes come from."""

    sha256: str
    storage_key: str
    size_bytes: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A delivered video: its name in the shard, size in bytes, SHA-256 as hex, and what it shows now."""

    file: str
    size_bytes: int
    sha256: str
    method: CutMethod
    picture: Picture


@dataclass(frozen=True, slots=True)
class Deliverable:
    """One licensed clip: the span ``[start_ms, end_ms)`` of a source. Ids are public ids."""

    licensed: LicensedClip
    licensor: str
    price: str
    currency: str
    start_ms: int
    end_ms: int
    start_ticks: int
    """The exact span, in units of ``time_base`` seconds from the source's first frame."""
    end_ticks: int
    time_base: Fraction
    source: Source
    picture: Picture
    words: Words
    rights: RightsPolicy
    """What the signals inside the copy say."""

    @property
    def key(self) -> str:
        """Name of the sample: the clip's id, which has neither dots nor slashes."""
        return self.licensed.clip

    @property
    def container(self) -> str:
        """Container of a copied video, the plainest that holds its streams as they are."""
        audio = self.picture.audio
        return delivery_container(self.picture.video_codec, (audio.codec or "") if audio else "")

    @property
    def spec(self) -> SampleSpec:
        """The clip as the plan sees it."""
        return SampleSpec(
            key=self.key,
            source_sha256=self.source.sha256,
            start_ms=self.start_ms,
            end_ms=self.end_ms,
            source_duration_ms=self.source.duration_ms,
            source_bytes=self.source.size_bytes,
        )

    def row(self, *, shard: str, made: Sample) -> SampleRow:
        """The clip's row, once its video is packed."""
        picture, words = made.picture, self.words
        return SampleRow(
            key=self.key,
            shard=shard,
            file=made.file,
            size_bytes=made.size_bytes,
            sha256=made.sha256,
            clip_id=self.licensed.clip,
            asset_sha256=self.source.sha256,
            start_ms=self.start_ms,
            end_ms=self.end_ms,
            duration_ms=self.end_ms - self.start_ms,
            start_ticks=self.start_ticks,
            end_ticks=self.end_ticks,
            time_base=ratio_text(self.time_base),
            cut=made.method,
            width=picture.width,
            height=picture.height,
            frame_rate=picture.frame_rate,
            video_codec=picture.video_codec,
            pixel_format=picture.pixel_format,
            bit_depth=picture.bit_depth,
            color=picture.color,
            audio=picture.audio,
            title=words.title,
            description=words.description,
            tags=words.tags,
            language=words.language,
            motion=None,
            quality=None,
            people=words.people,
            camera=picture.camera,
            capture_date=picture.capture_date,
            place=None,
            terms_id=self.licensed.terms,
            terms_version=self.licensed.terms_version,
            licence_id=self.licensed.licence,
            creator=self.licensor,
            price=self.price,
            currency=self.currency,
            iscc=self.licensed.iscc,
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """One paid order, ready to be built. Clips are in key order."""

    order: str
    licensee: str
    licensee_name: str
    rate_card: str
    use_case: UseCaseFacts
    grant: Grant
    price: PriceFacts
    clips: tuple[Deliverable, ...]

    @property
    def licensors(self) -> tuple[str, ...]:
        """Rightsholders, each once, in order of id."""
        return tuple(sorted({clip.licensor for clip in self.clips}))

    def without(self, keys: Collection[str]) -> Delivery:
        """The same delivery with some clips left out; its price stays what was paid."""
        return replace(self, clips=tuple(clip for clip in self.clips if clip.key not in keys))

    def coded(self, codes: Mapping[str, str | None]) -> Delivery:
        """The same delivery with the ISCC of each licence as the rows that are delivered say it."""
        clips = (
            replace(clip, licensed=replace(clip.licensed, iscc=codes.get(clip.licensed.licence))) for clip in self.clips
        )
        return replace(self, clips=tuple(clips))

    @property
    def duration_ms(self) -> int:
        """Licensed length of all clips together."""
        return sum(clip.end_ms - clip.start_ms for clip in self.clips)


def length_fits(*, licensed_ms: int, delivered_ms: int, frame_rate: Fraction) -> bool:
    """Whether a delivered sample is as long as licensed.

    It may lack one frame at most. It may be longer where an edit list hides frames that a copy cannot leave
    out: by as much as a header may disagree with its packets (half a second or one per cent).
    """
    if delivered_ms < licensed_ms:
        return licensed_ms - delivered_ms <= 1000 / frame_rate + 1
    return tolerated(Fraction(delivered_ms, 1000), Fraction(licensed_ms, 1000))
