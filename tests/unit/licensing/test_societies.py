"""What an answer about collecting societies means for the sale of a clip: a table of every combination."""

from __future__ import annotations

import pytest

from licensing.domain.declaration import CmoStatus, Declared, SaleObstacle, sale_obstacles
from licensing.domain.societies import STANDING_WORDS, Societies, Standing

ASK, AUTHORISE = (SaleObstacle.CMO_UNDECLARED,), (SaleObstacle.CMO_AUTHORISATION_MISSING,)
UNSAID, NONE, MEMBER = Societies(), Societies(("none",)), Societies(("SACD", "SCAM"))
FREED = Societies(("SACD",), "SACD-2026-4")


@pytest.mark.parametrize(
    ("clip", "reference", "studio", "obstacles"),
    [
        (CmoStatus.UNDECLARED, "", UNSAID, ASK),
        (CmoStatus.UNDECLARED, "", NONE, ()),
        (CmoStatus.UNDECLARED, "", MEMBER, AUTHORISE),
        (CmoStatus.UNDECLARED, "", FREED, ()),
        (CmoStatus.UNDECLARED, "CLIP-7", MEMBER, ()),
        (CmoStatus.NONE, "", UNSAID, ()),
        (CmoStatus.NONE, "", NONE, ()),
        (CmoStatus.NONE, "", MEMBER, AUTHORISE),
        (CmoStatus.NONE, "", FREED, ()),
        (CmoStatus.SACEM, "", UNSAID, AUTHORISE),
        (CmoStatus.SACEM, "", NONE, AUTHORISE),
        (CmoStatus.SACEM, "", MEMBER, AUTHORISE),
        (CmoStatus.SACEM, "", FREED, ()),
        (CmoStatus.SACEM, "SACEM-1", UNSAID, ()),
        (CmoStatus.SACEM, "SACEM-1", NONE, ()),
        (CmoStatus.OTHER, "", UNSAID, AUTHORISE),
    ],
)
def test_the_stricter_of_clip_and_studio_decides(
    clip: CmoStatus, reference: str, studio: Societies, obstacles: tuple[SaleObstacle, ...]
) -> None:
    assert sale_obstacles(Declared(cmo_status=clip, cmo_authorisation=reference), studio) == obstacles


@pytest.mark.parametrize("status", [status for status in CmoStatus if status not in {"undeclared", "none"}])
def test_a_member_of_any_society_needs_its_authorisation(status: CmoStatus) -> None:
    assert Societies((str(status),)).standing is Standing.UNAUTHORISED
    assert Societies((str(status),), "X-1").standing is Standing.AUTHORISED


def test_every_standing_says_what_follows_in_both_languages() -> None:
    assert set(STANDING_WORDS) == set(Standing)
    assert all(words.en and words.fr for words in STANDING_WORDS.values())
