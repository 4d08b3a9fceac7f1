"""The pages of the desk's policy and of second looks: tried, proposed, published by another, answered."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.accounts.actions import Role
from core.accounts.models import User
from core.accounts.policy import Actor
from licensing.domain.desk_policy import DeskPolicy
from licensing.models import PolicyVersion, QualityReview
from licensing.selectors.policies import policy_in_force
from licensing.services.catalogue import catalogue_load
from tests.factories.desk import in_force, submitted
from tests.factories.licensing import creator, in_review, reviewer

pytestmark = pytest.mark.django_db

FORM = {
    "fallback_people": "1",
    "custom_people": "1",
    "days_one": "1",
    "days_two": "3",
    "sample_per_mille": "1000",
    "two_people": ["TERM"],
}


def browser(actor: Actor, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    assert actor.user_id is not None
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_draft_is_tried_then_proposed_then_published_by_another() -> None:
    submitted("TERM", training_access_months=36)
    in_review(creator(), "REV_SHARE", percent=5)
    first, second = reviewer(Role.LEAD), reviewer(Role.LEAD)
    page = browser(first)
    tried = text(page.post("/desk/policies/draft", {**FORM, "action": "try"}))
    assert 'id="tried"' in tried
    assert '<th scope="row">by itself</th><td class="n">1</td><td class="n">0</td>' in tried
    assert '<th scope="row">two people</th><td class="n">0</td><td class="n">1</td>' in tried
    assert 'name="two_people" value="TERM" checked' in tried
    assert not PolicyVersion.objects.exists()
    assert page.post("/desk/policies/draft", {**FORM, "action": "propose"}).status_code == 303
    assert "You proposed this: somebody else has to publish it." in text(page.get("/desk/policies"))
    page.post("/desk/policies/2/move", {"step": "publish"})
    assert policy_in_force() == DeskPolicy()
    other = browser(second)
    assert other.post("/desk/policies/2/move", {"step": "publish"}).status_code == 303
    said = {"fallback_people": 1, "days_two": 3, "sample_per_mille": 1000, "two_people": ("TERM",)}
    assert policy_in_force() == DeskPolicy(version=2, **said)  # type: ignore[arg-type]  # rules by name
    shown = text(other.get("/desk/policies"))
    assert ("Version 2" in shown, "Version 1" in shown) == (True, True)


@pytest.mark.parametrize(("name", "value"), [("days_one", "9"), ("days_one", "x"), ("sample_per_mille", "99999999")])
def test_what_lies_outside_the_bounds_is_refused_and_stays_in_its_field(name: str, value: str) -> None:
    catalogue_load()
    answer = browser(reviewer(Role.LEAD)).post("/desk/policies/draft", {**FORM, name: value, "action": "propose"})
    assert answer.status_code == 422
    assert f'value="{value}"' in text(answer)
    assert not PolicyVersion.objects.filter(author__isnull=False).exists()


def test_reviewers_read_it_and_see_no_form() -> None:
    catalogue_load()
    shown = text(browser(reviewer()).get("/desk/policies"))
    assert "What came with the product is in force" in shown
    assert "/desk/policies/draft" not in shown
    assert browser(reviewer(Role.FOOTAGE)).get("/desk/policies").status_code == 403


def test_a_second_look_is_answered_on_its_page_in_french_too() -> None:
    catalogue_load()
    in_force(sample_per_mille=1000)
    submitted("TERM", training_access_months=36)
    page = browser(reviewer())
    assert "1 second look waits" in text(page.get("/desk"))
    drawn = QualityReview.objects.get()
    assert f'action="/desk/quality/{drawn.public_id}/answer"' in text(page.get("/desk/quality"))
    page.post(f"/desk/quality/{drawn.public_id}/answer", {"outcome": "disagree"})
    drawn.refresh_from_db()
    assert drawn.outcome == ""
    said = {"outcome": "disagree", "reason": "C01", "note": "Too long."}
    assert page.post(f"/desk/quality/{drawn.public_id}/answer", said).status_code == 303
    drawn.refresh_from_db()
    assert (drawn.outcome, drawn.note) == ("disagree", "Too long.")
    assert "0 agreed, 1 disagreed: 1000 of 1,000" in text(page.get("/desk/policies"))
    assert browser(reviewer(), "fr").get("/desk/quality").status_code == 200
