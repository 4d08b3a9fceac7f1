"""The consent graph: who and what a clip shows, what each agreed to, and how far that lets the clip be sold.

People, voices, minors, premises, marks and permits hang on clips as nodes. Each has a release or a stated reason why
it needs none. **The weakest node decides.** Two laws hold and are property tests: adding a node never lets a clip be
sold further, and strengthening a release never lets it be sold less far.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from licensing.domain.declaration import Declared, PeopleShown
from licensing.domain.facts import ReleaseStatus
from licensing.domain.matching import Cleared


class NodeKind(StrEnum):
    """What can hang on a clip."""

    PERSON = "person"
    VOICE = "voice"
    MINOR = "minor"
    PREMISES = "premises"
    MARK = "mark"
    PERMIT = "permit"
    """Leave to film or fly there, such as a drone permit; it has no opinion on AI training."""


class NoReleaseReason(StrEnum):
    """Why a node needs no release."""

    BLURRED = "blurred"
    NOT_RECOGNISABLE = "not_recognisable"
    CROWD_INCIDENTAL = "crowd_incidental"
    PUBLIC_PLACE = "public_place"
    INCIDENTAL = "incidental"
    OWN = "own"
    NO_PERMIT_NEEDED = "no_permit_needed"


_N, _R = NodeKind, NoReleaseReason
REASONS_FOR: Final[Mapping[NodeKind, tuple[NoReleaseReason, ...]]] = {
    _N.PERSON: (_R.NOT_RECOGNISABLE, _R.BLURRED, _R.CROWD_INCIDENTAL),
    _N.VOICE: (_R.NOT_RECOGNISABLE, _R.INCIDENTAL),
    _N.MINOR: (_R.NOT_RECOGNISABLE, _R.BLURRED),
    _N.PREMISES: (_R.PUBLIC_PLACE, _R.OWN, _R.INCIDENTAL, _R.NOT_RECOGNISABLE, _R.BLURRED),
    _N.MARK: (_R.INCIDENTAL, _R.OWN, _R.NOT_RECOGNISABLE, _R.BLURRED),
    _N.PERMIT: (_R.NO_PERMIT_NEEDED,),
}
"""The reasons that count for each kind: a child in a crowd is still a child."""


class AiAnswer(StrEnum):
    """What a release says about AI training, from weakest to strongest. Older releases are often silent."""

    NO = "no"
    SILENT = "silent"
    EVALUATION = "evaluation"
    NON_GENERATIVE = "non_generative"
    GENERATIVE = "generative"


class IssueCode(StrEnum):
    """Why a node keeps a clip from being sold for every use; the words are in `consent_words`."""

    PERSON_UNRELEASED = "P01"
    MINOR_UNRELEASED = "P02"
    PLACE_UNRELEASED = "P03"
    SILENT_ON_AI = "P04"
    MARK_UNRELEASED = "P05"
    PERMIT_MISSING = "P06"
    AI_REFUSED = "P07"
    AI_LIMITED = "P08"
    EXPIRED = "P09"
    REVOKED = "P10"
    NOT_SIGNED_YET = "P11"
    NOBODY_LISTED = "P12"


_RANK: Final = {step: rank for rank, step in enumerate(Cleared)}
_PEOPLE_RANK: Final = {
    shown: rank
    for rank, shown in enumerate(
        (PeopleShown.UNRELEASED, PeopleShown.NONE, PeopleShown.BLURRED, PeopleShown.INCIDENTAL, PeopleShown.RELEASED)
    )
}
_WITHOUT: Final[Mapping[NodeKind, tuple[Cleared, IssueCode]]] = {
    _N.PERSON: (Cleared.NONE, IssueCode.PERSON_UNRELEASED),
    _N.VOICE: (Cleared.NONE, IssueCode.PERSON_UNRELEASED),
    _N.MINOR: (Cleared.NONE, IssueCode.MINOR_UNRELEASED),
    _N.PREMISES: (Cleared.EVALUATION, IssueCode.PLACE_UNRELEASED),
    _N.MARK: (Cleared.EVALUATION, IssueCode.MARK_UNRELEASED),
    _N.PERMIT: (Cleared.NONE, IssueCode.PERMIT_MISSING),
}
"""How far a node reaches that neither agreed nor has a reason: a person not at all; a place or mark may be used to
measure models, which is no training.
"""
_AGREED: Final[Mapping[AiAnswer, tuple[Cleared, IssueCode | None]]] = {
    AiAnswer.NO: (Cleared.NONE, IssueCode.AI_REFUSED),
    AiAnswer.EVALUATION: (Cleared.EVALUATION, IssueCode.AI_LIMITED),
    AiAnswer.NON_GENERATIVE: (Cleared.NON_GENERATIVE, IssueCode.AI_LIMITED),
    AiAnswer.GENERATIVE: (Cleared.GENERATIVE, None),
}
_SHOWN: Final[Mapping[NoReleaseReason, PeopleShown]] = {
    _R.NOT_RECOGNISABLE: PeopleShown.NONE,
    _R.BLURRED: PeopleShown.BLURRED,
    _R.CROWD_INCIDENTAL: PeopleShown.INCIDENTAL,
}


@dataclass(frozen=True, slots=True)
class Consent:
    """What a release says and whether it still holds. `guardian`: somebody signed for a minor."""

    ai: AiAnswer
    signed: bool = True
    guardian: bool = False
    expires_at: datetime | None = None
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """One person, voice, place, mark or permit on a clip, known by `key`."""

    kind: NodeKind
    key: str = ""
    label: str = ""
    reason: NoReleaseReason | None = None
    consent: Consent | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A node that keeps the clip from some use: how far it lets it go, and why no further."""

    node: Node
    cleared: Cleared
    code: IssueCode


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the graph of one clip adds up to.

    `people` and `release` are None when no node speaks of them. `until`: when the first release that counts ends.
    """

    cleared: Cleared = Cleared.GENERATIVE
    findings: tuple[Finding, ...] = ()
    """Weakest first."""
    people: PeopleShown | None = None
    release: ReleaseStatus | None = None
    until: datetime | None = None

    def allows(self, use: Cleared) -> bool:
        """Whether the clip may be sold for a use this far."""
        return use is not Cleared.NONE and _RANK[use] <= _RANK[self.cleared]


def reach_of(node: Node, at: datetime) -> tuple[Cleared, IssueCode | None]:
    """How far one node lets its clips be sold at an instant, and the reason when that is not for everything."""
    if node.reason is not None and node.reason in REASONS_FOR[node.kind]:
        return Cleared.GENERATIVE, None
    without, missing = _WITHOUT[node.kind]
    if node.consent is None:
        return without, missing
    fault = _fault(node, node.consent, at)
    if fault is not None:
        # Whoever said no keeps saying it, also when what they signed has ended or was taken back.
        refused = node.consent.ai is AiAnswer.NO and node.kind is not NodeKind.PERMIT
        return (Cleared.NONE if refused else without), fault
    if node.kind is NodeKind.PERMIT:
        return Cleared.GENERATIVE, None
    return _AGREED[node.consent.ai]


def _fault(node: Node, consent: Consent, at: datetime) -> IssueCode | None:
    """Why a release counts as none, if it does."""
    if consent.revoked:
        return IssueCode.REVOKED
    if not consent.signed:
        return IssueCode.NOT_SIGNED_YET
    if consent.expires_at is not None and consent.expires_at <= at:
        return IssueCode.EXPIRED
    if node.kind is NodeKind.MINOR and not consent.guardian:
        return IssueCode.MINOR_UNRELEASED
    silent = consent.ai is AiAnswer.SILENT and node.kind is not NodeKind.PERMIT
    return IssueCode.SILENT_ON_AI if silent else None


def weigh(nodes: Iterable[Node], at: datetime) -> Weighed:
    """Weigh the nodes of one clip at an instant: the weakest decides, and everything in the way is named."""
    listed = list(nodes)
    reaches = [(node, *reach_of(node, at)) for node in listed]
    findings = [Finding(node, cleared, code) for node, cleared, code in reaches if code is not None]
    ends = [
        node.consent.expires_at
        for node in listed
        if node.reason is None and node.consent is not None and node.consent.expires_at and _counts(node, at)
    ]
    return Weighed(
        cleared=min((cleared for _, cleared, _ in reaches), key=_RANK.__getitem__, default=Cleared.GENERATIVE),
        findings=tuple(sorted(findings, key=lambda one: (_RANK[one.cleared], one.code, one.node.key))),
        people=_people(reaches),
        release=_release(reaches),
        until=min(ends, default=None),
    )


def _counts(node: Node, at: datetime) -> bool:
    return node.consent is not None and _fault(node, node.consent, at) is None


def _people(reaches: Iterable[tuple[Node, Cleared, IssueCode | None]]) -> PeopleShown | None:
    """How recognisable the people shown are, by the weakest of them; None when nobody is listed."""
    people = [(node, cleared) for node, cleared, _ in reaches if node.kind in {NodeKind.PERSON, NodeKind.MINOR}]
    shown = []
    for node, cleared in people:
        agreed = PeopleShown.UNRELEASED if cleared is Cleared.NONE else PeopleShown.RELEASED
        shown.append(agreed if node.reason is None else _SHOWN.get(node.reason, agreed))
    return min(shown, key=_PEOPLE_RANK.__getitem__, default=None)


def _release(reaches: Iterable[tuple[Node, Cleared, IssueCode | None]]) -> ReleaseStatus | None:
    """What the rate card asks: something is blurred, or whoever had to agree agreed to everything, or neither."""
    asked = [(node, code) for node, _, code in reaches if node.kind is not NodeKind.PERMIT]
    if not asked:
        return None
    if any(node.reason is NoReleaseReason.BLURRED for node, _ in asked):
        return ReleaseStatus.BLURRED
    agreed = any(node.reason is None for node, _ in asked) and all(code is None for _, code in asked)
    return ReleaseStatus.FULL if agreed else ReleaseStatus.NONE_NEEDED


def settle(declared: Declared, weighed: Weighed) -> Weighed:
    """Put the graph beside the creator's simple declaration of people; neither loosens the other.

    Without listed people the declaration holds. *Released* without anybody listed is a claim without a release
    (`P12`), and *full* releases that nobody listed are priced as none needed.
    """
    findings, cleared = weighed.findings, weighed.cleared
    unlisted = weighed.people is None and declared.people in {PeopleShown.RELEASED, PeopleShown.UNRELEASED}
    if unlisted:
        cleared = Cleared.NONE
        if declared.people is PeopleShown.RELEASED:
            nobody = Finding(Node(NodeKind.PERSON), Cleared.NONE, IssueCode.NOBODY_LISTED)
            findings = (nobody, *findings)
    claimed = ReleaseStatus.NONE_NEEDED if declared.release is ReleaseStatus.FULL else declared.release
    return Weighed(
        cleared=cleared,
        findings=findings,
        people=weighed.people or declared.people,
        release=weighed.release or claimed,
        until=weighed.until,
    )
