"""What the API answers, as typed results. `raw` keeps the whole answer, also the members not named here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


def _named(name: str, default: Any = None) -> Any:
    return field(default=default, metadata={"name": name})


def _raw() -> Any:
    return field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class Money:
    """An exact amount: a decimal string and a currency."""

    amount: str
    currency: str

    @property
    def decimal(self) -> Decimal:
        """The amount as an exact number."""
        return Decimal(self.amount)

    @property
    def text(self) -> str:
        """The amount with its currency, for people."""
        return f"{self.amount} {self.currency}"


@dataclass(frozen=True)
class Organisation:
    """A studio, a buyer company, or the platform."""

    id: str
    name: str = ""
    kind: str = ""
    raw: Mapping[str, Any] = _raw()


@dataclass(frozen=True)
class Session:
    """The answer to a sign-in."""

    token: str
    expires_at: str | None = None
    organisation: Organisation | None = None
    role: str = ""
    raw: Mapping[str, Any] = _raw()


@dataclass(frozen=True)
class Me:
    """Who the token speaks for."""

    email: str = ""
    name: str = ""
    role: str = ""
    organisation: Organisation | None = None
    scopes: tuple[str, ...] = ()
    raw: Mapping[str, Any] = _raw()


@dataclass(frozen=True)
class Reason:
    """Why something was refused, and what to do."""

    code: str
    text: str = ""
    what_to_do: str = ""


@dataclass(frozen=True)
class Asset:
    """One received source file and the facts read from it."""

    id: str
    state: str
    original_name: str = ""
    reason: Reason | None = None
    sha256: str = ""
    size_bytes: int = 0
    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None
    frame_rate: str | None = None
    video_codec: str | None = None
    bit_depth: int | None = None
    rotation: int | None = None
    has_audio: bool | None = None
    container: str | None = None
    resolution_class: str | None = None
    clip_ids: tuple[str, ...] = ()
    poster_url: str | None = None
    preview_url: str | None = None
    created_at: str = ""
    raw: Mapping[str, Any] = _raw()

    @property
    def settled(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state not in {"received", "probing"}


@dataclass(frozen=True)
class TimeRange:
    """A time between two guesses, in seconds."""

    low: float
    high: float


@dataclass(frozen=True)
class Queue:
    """A place in line: how many come first, and how long they take."""

    ahead: int
    wait: TimeRange | None = None


@dataclass(frozen=True)
class Progress:
    """Where a long piece of work stands.

    `done` of `total` count `unit` (bytes, media_ms, clips or steps). `life` is queued, working, silent (no sign of
    life, retried at `retry_at`), waiting (failed, retried at `retry_at`), stopped or done. `time_left` is the stage's.
    """

    stage: str = ""
    stages: tuple[Any, ...] = ()
    stage_number: int = 0
    unit: str = ""
    step: str = ""
    done: int = 0
    total: int = 0
    life: str = ""
    state: str = ""
    heartbeat_at: str | None = None
    retry_at: str | None = None
    attempt: int = 0
    max_attempts: int = 0
    time_left: TimeRange | None = None
    queue: Queue | None = None
    what_to_do: str = ""
    seconds_left: float | None = None
    raw: Mapping[str, Any] = _raw()

    @property
    def over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.stage == "done" or self.life in {"stopped", "done"}


@dataclass(frozen=True)
class Clip:
    """A licensable span of an asset."""

    id: str
    asset_id: str = ""
    start_ms: int = 0
    end_ms: int = 0
    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    language: str | None = None
    original_name: str = ""
    asset_state: str = ""
    width: int | None = None
    height: int | None = None
    resolution_class: str | None = None
    poster_url: str | None = None
    preview_url: str | None = None
    raw: Mapping[str, Any] = _raw()

    @property
    def duration_ms(self) -> int:
        """Billable milliseconds."""
        return self.end_ms - self.start_ms


@dataclass(frozen=True)
class Step:
    """One step of a price: what it multiplies by, what it adds, and the fact or clause that caused it."""

    label: str
    factor: str | None = None
    adds: Money | str | None = None
    because: str = ""
    raw: Mapping[str, Any] = _raw()


@dataclass(frozen=True)
class Raise:
    """One thing that would raise a price by itself."""

    action: str
    adds: str = ""
    rate_per_minute: Money | None = None


@dataclass(frozen=True)
class Guard:
    """A price above the automatic ceiling: what was computed and who must agree."""

    computed: str
    needs: str = ""


@dataclass(frozen=True)
class Estimate:
    """What footage earns its creator, explained."""

    rate_per_minute: Money
    earns: Money | None = None
    up_to: Money | None = None
    resolution_class: str = ""
    steps: tuple[Step, ...] = ()
    raises: tuple[Raise, ...] = _named("raise", ())
    guard: Guard | None = None
    rate_card: str = ""
    raw: Mapping[str, Any] = _raw()


@dataclass(frozen=True)
class Terms:
    """A terms profile: what a creator permits."""

    id: str
    name: str = ""
    preset: str | None = None
    version: int = 1
    raw: Mapping[str, Any] = _raw()


@dataclass(frozen=True)
class Agreement:
    """A creator's contract and where it stands."""

    id: str
    state: str
    revision: int = 1
    terms_profile_id: str = ""
    terms_version: int = 1
    amendments: tuple[Mapping[str, Any], ...] = ()
    review: Mapping[str, Any] | None = None
    sha256: str = ""
    raw: Mapping[str, Any] = _raw()


@dataclass(frozen=True)
class Case:
    """One task of the review desk; `version` changes whenever the case does."""

    id: str
    state: str = ""
    version: int = 1
    agreement_id: str = ""
    clauses: tuple[str, ...] = ()
    raw: Mapping[str, Any] = _raw()


@dataclass(frozen=True)
class UseCase:
    """What a buyer needs the footage for."""

    id: str
    name: str = ""
    version: int = 1
    scope: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    raw: Mapping[str, Any] = _raw()


@dataclass(frozen=True)
class Found:
    """The answer to a search: clips in order, and what the whole answer says about them."""

    clips: tuple[Mapping[str, Any], ...]
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ids(self) -> tuple[str, ...]:
        """Public ids of the clips."""
        return tuple(str(clip.get("id") or clip.get("clip_id")) for clip in self.clips)


@dataclass(frozen=True)
class Condition:
    """Something the buyer must accept before an order exists."""

    code: str
    title: str = ""
    text: str = ""
    values: tuple[str, ...] = ()
    raw: Mapping[str, Any] = _raw()


@dataclass(frozen=True)
class Quote:
    """A frozen offer; `left_out` names clips that were asked for and are not in it, with the reason."""

    id: str
    state: str = ""
    use_case_id: str = ""
    left_out: tuple[Mapping[str, Any], ...] = ()
    order_id: str | None = None
    clips: int | None = None
    duration_ms: int = 0
    creators: Money | None = None
    service_fee: Money | None = None
    total: Money | None = None
    conditions: tuple[Condition, ...] = ()
    expires_at: str | None = None
    raw: Mapping[str, Any] = _raw()


@dataclass(frozen=True)
class Order:
    """An accepted quote."""

    id: str
    state: str
    quote_id: str = ""
    total: Money | None = None
    dataset_id: str | None = None
    raw: Mapping[str, Any] = _raw()


@dataclass(frozen=True)
class Dataset:
    """The delivery of an order."""

    id: str
    state: str
    name: str = ""
    version: int = 1
    order_id: str | None = None
    samples: int | None = None
    shards: int | None = None
    size_bytes: int | None = None
    newest_id: str | None = None
    newest_version: int | None = None
    raw: Mapping[str, Any] = _raw()


@dataclass(frozen=True)
class DatasetFile:
    """One file of a dataset and the digests it must have; `withheld` says why it is not given out any more."""

    name: str
    size_bytes: int
    sha256: str
    blake3: str | None = None
    etag: str | None = None
    withheld: str | None = None
    raw: Mapping[str, Any] = _raw()


@dataclass(frozen=True)
class Link:
    """A signed, short-lived address of one file."""

    name: str
    url: str
    expires_at: str | None = None
    raw: Mapping[str, Any] = _raw()


@dataclass(frozen=True)
class Licence:
    """A right granted on one clip."""

    id: str
    state: str = ""
    clip_id: str = ""
    order_id: str = ""
    starts_at: str = ""
    ends_at: str = ""
    amount: Money | None = None
    raw: Mapping[str, Any] = _raw()
