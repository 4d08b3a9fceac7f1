"""Reasons the desk gives, in both languages, each with what can be done about it. Published versions never change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.states import Machine
from licensing.domain.wording import Text, sha256_json


class ReasonCode(StrEnum):
    """Why footage, a contract change or an identity was returned or refused."""

    TOO_DARK_OR_BLURRED = "F01"
    NEAR_DUPLICATE = "F02"
    WATERMARK_OR_OVERLAY = "F03"
    NO_LICENSABLE_SPAN = "F04"
    AI_GENERATED_UNDECLARED = "F05"
    PUBLISHED_ELSEWHERE = "F06"
    PERSON_UNRELEASED = "P01"
    MINOR = "P02"
    PRIVATE_PLACE_OR_DATA = "P03"
    RELEASE_SILENT_ON_AI = "P04"
    THIRD_PARTY_WORK = "R01"
    OWNERSHIP_DOUBT = "R02"
    UNSAFE = "S01"
    ILLEGAL = "S02"
    OUTSIDE_POLICY = "C01"
    UNCLEAR_WORDING = "C02"
    CONFLICTS = "C03"
    LAW_OR_TAX = "C04"
    IDENTITY_MISMATCH = "I01"
    DOCUMENT_UNREADABLE = "I02"


class ReasonSubject(StrEnum):
    """What a reason is given for."""

    FOOTAGE = "footage"
    CONTRACT = "contract"
    IDENTITY = "identity"


_SUBJECTS: Final = {"C": ReasonSubject.CONTRACT, "I": ReasonSubject.IDENTITY}


def subject_of(code: ReasonCode) -> ReasonSubject:
    """What a code is for, told by its letter: C contracts, I identity, F P R S footage."""
    return _SUBJECTS.get(code[0], ReasonSubject.FOOTAGE)


CONTRACT_REASONS: Final = tuple(code for code in ReasonCode if subject_of(code) is ReasonSubject.CONTRACT)
"""What a reviewer of contracts chooses from."""
FOOTAGE_REASONS: Final = tuple(code for code in ReasonCode if subject_of(code) is ReasonSubject.FOOTAGE)
"""What a reviewer of footage chooses from."""


class FixAction(StrEnum):
    """What a creator can do about a reason, as a button or a link."""

    TRIM = "trim"
    CROP = "crop"
    BLUR = "blur"
    MUTE = "mute"
    KEEP_BEST = "keep_best"
    KEEP_BOTH = "keep_both_as_takes"
    UPLOAD_CLEAN = "upload_clean"
    UPLOAD_PROOF = "upload_proof"
    DECLARE = "declare"
    MARK_PUBLISHED = "mark_published"
    SEND_LINKS = "send_links"
    GUARDIAN_RELEASE = "guardian_release"
    NEW_RELEASE = "new_release"
    SEE_OUR_WORDING = "see_our_wording"
    CHOOSE_MEANING = "choose_meaning"
    EDIT_CLAUSE = "edit_clause"
    KEEP_STANDARD = "keep_standard"
    RETRY = "retry"
    DISPUTE = "dispute"
    APPEAL = "appeal"


@dataclass(frozen=True, slots=True)
class Reason:
    """One version of a reason: what the creator reads, and what to do about it; no action where nothing helps."""

    name: str
    words: Text
    fix: Text
    actions: tuple[FixAction, ...] = ()
    version: int = 1

    @property
    def sha256(self) -> str:
        """Of everything it says: another text has another digest."""
        return sha256_json(
            {
                "name": self.name,
                "version": self.version,
                "words": {"en": self.words.en, "fr": self.words.fr},
                "fix": {"en": self.fix.en, "fr": self.fix.fr},
                "actions": [str(action) for action in self.actions],
            }
        )


Versions = Mapping[ReasonCode, tuple[Reason, ...]]
"""All published versions of each reason, the newest last."""


def reason_of(versions: Versions, code: str, version: int) -> Reason:
    """The reason as it read when a decision gave it; a version nobody published is a fault of the data."""
    return next(one for one in versions[ReasonCode(code)] if one.version == version)


def newest(versions: Versions, codes: Iterable[ReasonCode] = ReasonCode) -> dict[ReasonCode, Reason]:
    """What a reviewer chooses from now."""
    return {code: versions[code][-1] for code in codes}


class ReasonState(StrEnum):
    """Life of one version of a reason."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class ReasonEvent(StrEnum):
    """What can happen to a version of a reason."""

    PUBLISH = "publish"
    WITHDRAW = "withdraw"


REASON_MACHINE: Final = Machine(
    "reason version",
    {
        ReasonState.PROPOSED: {
            ReasonEvent.PUBLISH: ReasonState.PUBLISHED,
            ReasonEvent.WITHDRAW: ReasonState.WITHDRAWN,
        },
        ReasonState.PUBLISHED: {},
        ReasonState.WITHDRAWN: {},
    },
)
