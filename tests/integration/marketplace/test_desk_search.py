"""A reviewer finds a case again: by the studio's name, by the name of its terms, by its number."""

from __future__ import annotations

import pytest

from core.accounts.actions import OrganisationKind, Role
from core.ids import Prefix, public_id
from licensing.selectors.cases import cases_found
from tests.browsing import browser, text_of
from tests.factories.core import actor_as
from tests.factories.licensing import in_review, reviewer
from tests.factories.marketplace import rules_loaded

pytestmark = pytest.mark.django_db


def test_a_case_is_found_by_studio_terms_and_number_and_no_other_is() -> None:
    rules_loaded()
    desk = reviewer()
    one, two = (in_review(actor_as(), "RETENTION", max_days=120) for _ in range(2))
    studio = one.agreement.organisation
    studio.name = "Atelier Nord"
    studio.save(update_fields=["name"])
    for text in ("nord", "ATELIER", one.public_id, public_id(Prefix.AGREEMENT, one.agreement_id)):
        assert list(cases_found(desk, text)) == [one], text
    assert list(cases_found(desk, two.agreement.terms_version.profile.name)) in ([two], [two, one])
    assert list(cases_found(desk, public_id(Prefix.CASE, desk.user_id or one.pk))) == []


def test_the_desk_says_what_it_found_and_what_to_try_when_it_found_nothing() -> None:
    rules_loaded()
    case, seat = in_review(actor_as(), "RETENTION", max_days=120), browser(reviewer())
    name = case.agreement.organisation.name
    found = text_of(seat, "/desk", {"q": f"  {name[:4]} "})
    assert f"1 case found for “{name[:4]}”" in found
    nothing = text_of(seat, "/desk", {"q": "nobody's"})
    assert "0 cases found" in nothing
    assert "Try a part of the studio’s name" in nothing
    assert "found for" not in text_of(seat, "/desk")
    assert 'role="search"' in seat.get(f"/desk/cases/{case.public_id}").content.decode()


def test_a_creator_searches_no_cases() -> None:
    assert browser(actor_as()).get("/desk", {"q": "nord"}).status_code in {403, 404}
    auditor = actor_as(OrganisationKind.PLATFORM, Role.AUDITOR)
    assert browser(auditor).get("/desk", {"q": "nord"}).status_code == 200
