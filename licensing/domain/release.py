"""Releases: the consent of a person filmed, of a guardian, of a place's or mark's owner; or a permit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from core.states import Machine
from licensing.domain.consent import AiAnswer, NodeKind
from licensing.domain.errors import AI_CLAUSE_MISSING, GUARDIAN_NEEDED, RELEASE_INVALID

LINK_LIVES: Final = timedelta(days=30)
NAME_LENGTH: Final = 120
OCCASION_LENGTH: Final = 200
MOST_CLIPS: Final = 1_000
"""Clips that one call hangs something on."""
FARTHEST_DAY: Final = date(2200, 12, 31)
"""The latest last day a release may name; one without an end names none."""


class ReleaseState(StrEnum):
    """Where a release stands."""

    DRAFT = "draft"
    SENT = "sent"
    """A signing link exists."""
    SIGNED = "signed"
    REFUSED = "refused"
    REVOKED = "revoked"
    CANCELLED = "cancelled"


class ReleaseEvent(StrEnum):
    """What can happen to a release."""

    SENT = "sent"
    SIGNED = "signed"
    REFUSED = "refused"
    RECORDED = "recorded"
    """A paper release was entered."""
    REVOKED = "revoked"
    CANCELLED = "cancelled"


class ReleaseSource(StrEnum):
    """How it was given."""

    LINK = "link"
    PAPER = "paper"


_S, _E = ReleaseState, ReleaseEvent
RELEASE_MACHINE: Final[Machine[ReleaseState, ReleaseEvent]] = Machine(
    "release",
    {
        _S.DRAFT: {_E.SENT: _S.SENT, _E.RECORDED: _S.SIGNED, _E.CANCELLED: _S.CANCELLED},
        _S.SENT: {_E.SENT: _S.SENT, _E.SIGNED: _S.SIGNED, _E.REFUSED: _S.REFUSED, _E.CANCELLED: _S.CANCELLED},
        _S.SIGNED: {_E.REVOKED: _S.REVOKED},
        _S.REFUSED: {_E.SENT: _S.SENT},
        _S.REVOKED: {},
        _S.CANCELLED: {},
    },
)
"""Asking again after a refusal is possible, with a new link; what was taken back is over."""

COVERS: Final[Mapping[NodeKind, frozenset[NodeKind]]] = {
    NodeKind.PERSON: frozenset({NodeKind.PERSON, NodeKind.VOICE}),
    NodeKind.VOICE: frozenset({NodeKind.VOICE}),
    NodeKind.MINOR: frozenset({NodeKind.MINOR, NodeKind.VOICE}),
    NodeKind.PREMISES: frozenset({NodeKind.PREMISES}),
    NodeKind.MARK: frozenset({NodeKind.MARK}),
    NodeKind.PERMIT: frozenset({NodeKind.PERMIT}),
}
"""What a release of a kind speaks of: a person's covers their voice as well."""


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody answered when signing, by link or on paper."""

    name: str
    ai: AiAnswer
    guardian_of: str = ""
    """The minor's name, when a guardian signs."""
    guardian_relation: str = ""


def answer_of(training: str, generative: str) -> AiAnswer:
    """Read the two questions of the signing page; `ai_clause_missing` when one that counts is open."""
    if training == "no":
        return AiAnswer.NO
    if training == "yes" and generative in {"yes", "no"}:
        return AiAnswer.GENERATIVE if generative == "yes" else AiAnswer.NON_GENERATIVE
    pointer = "/ai_training" if training != "yes" else "/ai_generative"
    detail = "Choose yes or no. Neither is chosen beforehand, and nothing was signed."
    raise AI_CLAUSE_MISSING(detail, errors=[{"pointer": pointer, "detail": detail}])


def is_said(text: str, longest: int) -> bool:
    """Whether a text says something, is not too long, and holds no control characters."""
    return bool(text.strip()) and len(text) <= longest and not any(ord(sign) < ord(" ") for sign in text)


def check_given(kind: NodeKind, given: Given) -> Given:
    """Refuse a signature without a name, or for a minor without a guardian's relation and the minor's name."""
    if not is_said(given.name, NAME_LENGTH):
        raise RELEASE_INVALID(
            f"Type your name, at most {NAME_LENGTH} characters. Nothing was signed.",
            errors=[{"pointer": "/name", "detail": "a name is needed"}],
        )
    if kind is NodeKind.MINOR:
        missing = [
            {"pointer": f"/{field}", "detail": "is needed when a guardian signs"}
            for field, value in (("minor_name", given.guardian_of), ("guardian_relation", given.guardian_relation))
            if not is_said(value, NAME_LENGTH)
        ]
        if missing:
            raise GUARDIAN_NEEDED("Say who the child is and what you are to them. Nothing was signed.", errors=missing)
    return given


def start_of(day: date) -> datetime:
    """The instant a day begins, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def end_of(last_day: date | None) -> datetime | None:
    """The instant a release ends: the end of its last day, UTC."""
    return None if last_day is None else start_of(last_day) + timedelta(days=1)
