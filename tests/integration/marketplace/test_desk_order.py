"""The desk's pages in order: money of real open quotes, what safety hid at once, and cases put aside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.accounts.actions import OrganisationKind, Role
from core.clock import now
from licensing.models import ReviewCase
from licensing.selectors.queueing import cases_waiting
from marketplace.orders.models import Quote
from marketplace.orders.selectors.values import open_clip_values, open_quote_values
from marketplace.web.views.claims import claims_in_order
from marketplace.withdrawals.domain.states import ClaimKind
from marketplace.withdrawals.models import Claim
from marketplace.withdrawals.services import claims
from marketplace.withdrawals.services.claims import Filing, claim_file
from media_ingest.models import Clip
from tests.browsing import after, browser, text_of
from tests.factories.core import actor_as
from tests.factories.licensing import in_review
from tests.factories.marketplace import clip_live, quote_of, studio_signed

pytestmark = pytest.mark.django_db


def filed(kind: ClaimKind, clip: Clip | None = None) -> Claim:
    return claim_file(
        filing=Filing(kind, "A harbour", "V. Passer-by", "v@example.org", "Mine.", clip.pk if clip else None)
    ).claim


def test_within_an_hour_the_case_whose_studio_has_most_in_open_quotes_comes_first() -> None:
    desk = actor_as(OrganisationKind.PLATFORM, Role.LEAD)
    poor, rich = studio_signed(), studio_signed()
    cases = [in_review(studio, "AUDIT", per_year=3) for studio in (poor, rich)]
    ReviewCase.objects.update(due_at=now().replace(minute=30) + timedelta(hours=5))
    assert [one.case.pk for one in cases_waiting(desk)] == [case.pk for case in cases]
    quote = quote_of(actor_as(OrganisationKind.BUYER), [clip_live(rich)])
    assert rich.organisation_id is not None
    (value,) = open_quote_values([rich.organisation_id])[rich.organisation_id]
    assert value.minor == quote.lines.get().amount_minor > 0
    assert [one.case.pk for one in cases_waiting(desk)] == [cases[1].pk, cases[0].pk]
    assert f"{value.amount}" in text_of(browser(desk), "/desk")
    Quote.objects.update(state="cancelled")
    assert open_quote_values([rich.organisation_id]) == {}
    assert [one.case.pk for one in cases_waiting(desk)] == [case.pk for case in cases]


def test_a_claim_that_hid_its_clip_comes_first_then_the_hour_then_money(monkeypatch: pytest.MonkeyPatch) -> None:
    studio = studio_signed()
    quoted, hours = clip_live(studio), [datetime(2026, 11, 23, 9, 10, tzinfo=UTC)]
    quote_of(actor_as(OrganisationKind.BUYER), [quoted])
    monkeypatch.setattr(claims, "now", lambda: hours[0])
    idle, valued = filed(ClaimKind.RIGHTS), filed(ClaimKind.RIGHTS, quoted)
    soon = filed(ClaimKind.PRIVACY)
    assert list(open_clip_values([quoted.pk])) == [quoted.pk]
    assert [row.pk for row in claims_in_order(Claim.objects.all())] == [soon.pk, valued.pk, idle.pk]
    hours[0] += timedelta(days=2)
    hidden = filed(ClaimKind.SAFETY, clip_live(studio))
    assert hidden.due_at > valued.due_at
    assert [row.pk for row in claims_in_order(Claim.objects.all())] == [hidden.pk, soon.pk, valued.pk, idle.pk]


def test_a_case_is_put_aside_and_fetched_back_on_the_page() -> None:
    desk = actor_as(OrganisationKind.PLATFORM, Role.LEAD)
    case = in_review(studio_signed(), "AUDIT", per_year=3)
    client, path = browser(desk), f"/desk/cases/{case.public_id}"
    assert "Nothing waits." in after(client, f"{path}/snooze", {"hours": "4"})
    assert "You put it aside; it comes back" in text_of(client, path)
    assert "Put aside by you" in text_of(client, "/desk")
    assert "1 contract waits" in after(client, f"{path}/wake", {})
    assert "within the next 14 days" in after(client, f"{path}/snooze", {"hours": "9999"})
    assert "1 contract waits" in text_of(client, "/desk")


def test_two_wordings_stand_side_by_side_or_in_one_text() -> None:
    desk = actor_as(OrganisationKind.PLATFORM, Role.LEAD)
    case = in_review(studio_signed(), "AUDIT", per_year=3)
    client, path = browser(desk), f"/desk/cases/{case.public_id}"
    beside, inline = (client.get(path, asked).content.decode() for asked in ({}, {"diff": "inline", "text": "fr"}))
    assert ('<div class="diff">' in beside, '<div class="diff">' in inline) == (True, False)
    assert ("Proposed, with what it changes" in beside, "Proposed, with what it changes" in inline) == (False, True)
    assert 'href="?text=en&amp;diff=inline" lang="en"' in inline
    assert 'id="toggle-diff" data-key="d" href="?text=fr"' in inline
    assert 'id="toggle-diff" data-key="d" href="?text=en&amp;diff=inline"' in beside
