"""ATTRIBUTION decides whether a creator learns a buyer's name, in the interface and on the pages."""

from __future__ import annotations

import pytest
from django.test import Client

from core.accounts.policy import Actor
from marketplace.withdrawals.services.withdrawing import clip_withdraw
from tests.browsing import browser, text_of
from tests.factories.core import key_of
from tests.factories.marketplace import buyer_as, clip_live, order_paid, studio_signed

pytestmark = pytest.mark.django_db


def asked(actor: Actor, path: str) -> dict[str, list[dict[str, object]]]:
    """What the interface answers."""
    answer = Client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {key_of(actor)}"})
    found: dict[str, list[dict[str, object]]] = answer.json()
    return found


@pytest.mark.parametrize("told", [True, False])
def test_a_creator_learns_the_buyers_name_where_the_terms_say_so(*, told: bool) -> None:
    studio = studio_signed({"ATTRIBUTION": {"disclose_buyer": told}})
    clip = clip_live(studio)
    order = order_paid(buyer_as(), [clip])
    shown = order.organisation.name if told else ""
    assert [one["buyer"] for one in asked(studio, "earnings")["data"]] == [shown]
    foreseen = asked(studio, f"clips/{clip.public_id}/withdraw/effect")
    assert [one["licensee"] for one in foreseen["licences"]] == [shown]
    taking = f"/studio/clips/{clip.public_id}/withdraw"
    pages = [text_of(browser(studio), path) for path in ("/studio/earnings", taking)]
    clip_withdraw(actor=studio, clip_id=clip.pk)
    (withdrawal,) = asked(studio, "withdrawals")["data"]
    assert [one["holder"] for one in withdrawal["notices"]] == [shown]  # type: ignore[attr-defined]  # JSON
    pages.append(text_of(browser(studio), taking))
    for page in pages:
        assert (order.organisation.name in page) is told
        assert ("a buyer your terms do not name" in page) is not told
