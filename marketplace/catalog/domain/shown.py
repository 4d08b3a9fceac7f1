"""What a creator's terms permit on one kind of clip: the profile, lowered to what the clip really is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from licensing.domain.declaration import Declared, PeopleShown
from licensing.domain.explain import Answer, Verdict, answer
from licensing.domain.matching import Cleared, Modality, People, Profile, UseCase
from licensing.domain.obstacles import reasons

_RANK: Final = {step: rank for rank, step in enumerate(People)}

USABLE: Final = frozenset({Verdict.FITS, Verdict.FITS_IF_YOU_ACCEPT})
"""What may be quoted."""


CODES: Final = {
    Verdict.FITS: "fits",
    Verdict.FITS_IF_YOU_ACCEPT: "fits_if",
    Verdict.ASK_THE_CREATOR: "ask",
    Verdict.DOES_NOT_FIT: "does_not_fit",
}
"""The answers as the API spells them."""

VERDICTS: Final = {code: verdict for verdict, code in CODES.items()}


@dataclass(frozen=True, slots=True)
class Group:
    """Clips that share every answer: one version of terms, people as settled and how far they agreed, sound or
    none, licensed or not.

    There are a handful per terms profile, whatever the number of clips.
    """

    terms_version_id: UUID
    has_audio: bool
    people: PeopleShown
    licensed: bool = False
    cleared: Cleared = Cleared.GENERATIVE


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer for one group under one use case."""

    answer: Answer
    profile: Profile
    reasons: tuple[str, ...]

    @property
    def usable(self) -> bool:
        """Whether the group's clips may be quoted."""
        return self.answer.verdict in USABLE


def as_shown(profile: Profile, group: Group) -> Profile:
    """Lower a profile to a group: no sound in a silent clip, no people more recognisable than settled, no use
    beyond what they agreed to.
    """
    shows = Declared(people=group.people).matching_people
    return replace(
        profile,
        people=min(profile.people, shows, key=_RANK.__getitem__),
        modalities=profile.modalities if group.has_audio else profile.modalities - {Modality.AUDIO},
        sold_nonexclusive=profile.sold_nonexclusive or group.licensed,
        cleared=group.cleared,
    )


def judge(profile: Profile, group: Group, use_case: UseCase, language: str = "en") -> Judgement:
    """Judge a group once; all its clips share the answer."""
    shown = as_shown(profile, group)
    given = answer(shown, use_case)
    return Judgement(given, shown, tuple(reasons(given, shown, use_case, language)))
