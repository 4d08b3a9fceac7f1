"""Pages tell facts as they are today, written as people write them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.utils.translation import override

from core.accounts.actions import OrganisationKind, Role
from marketplace.models import Notice
from marketplace.web.shots import wave_of
from marketplace.web.templatetags.offcut import date_words
from marketplace.withdrawals.domain.states import ClaimKind
from marketplace.withdrawals.services.claims import Filing, claim_file
from marketplace.withdrawals.services.withdrawing import clip_withdraw
from media_ingest.models import DerivativeKind
from media_ingest.services.links import clip_link
from tests.browsing import browser, text_of
from tests.factories.core import actor_as
from tests.factories.marketplace import buyer_as, clip_live, order_paid, studio_signed
from tests.factories.media_ingest import DerivativeFactory

pytestmark = pytest.mark.django_db


def test_a_clip_that_was_taken_back_is_not_said_to_be_for_sale() -> None:
    studio = studio_signed()
    clip = clip_live(studio)
    path = f"/studio/clips/{clip.public_id}"
    assert "It can be sold:" in text_of(browser(studio), path)
    clip_withdraw(actor=studio, clip_id=clip.pk)
    gone = text_of(browser(studio), path)
    assert "It can be sold:" not in gone
    assert "Save the declaration" not in gone
    assert "Who was told, and where they stand" in gone


def test_a_licence_that_ended_early_is_said_to_have_ended_that_day() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio)
    order_paid(buyer, [clip])
    clip_withdraw(actor=studio, clip_id=clip.pk)
    notice = Notice.objects.get()
    done = {"name": "A. Officer", "done": ["stop_new_training"], "deleted": "yes", "method": "yes", "signatory": "yes"}
    client = browser(buyer)
    assert client.post(f"/market/notices/{notice.public_id}/attest", done).status_code == 303
    notice.refresh_from_db()
    assert notice.took_effect_at is not None
    assert notice.effective_at is not None
    ended, planned = (f"{at.day} {at:%B %Y}" for at in (notice.took_effect_at, notice.effective_at))
    pages = [text_of(client, "/market/notices"), text_of(client, f"/market/notices/{notice.public_id}")]
    pages.append(text_of(browser(studio), f"/studio/clips/{clip.public_id}/withdraw"))
    for page in pages:
        assert ended in page
        assert planned not in page


def test_who_decides_a_claim_can_look_at_the_clip_without_leaving_the_page() -> None:
    clip = clip_live(studio_signed())
    DerivativeFactory(asset=clip.asset, clip=clip, kind=DerivativeKind.OPENING)
    claim_file(filing=Filing(ClaimKind.RIGHTS, "Harbour", "V. P.", "v@example.org", "It is mine.", clip.pk))
    claim_file(filing=Filing(ClaimKind.RIGHTS, "Another", "V. P.", "v@example.org", "It is mine."))
    page = browser(actor_as(OrganisationKind.PLATFORM, Role.LEAD)).get("/desk/takedowns").content.decode()
    assert page.count("<video") == 1
    assert f'<source src="{clip_link(clip, DerivativeKind.PREVIEW)}'.partition("?")[0][:40] in page
    assert 'preload="none"' in page
    assert "autoplay" not in page


def test_loudness_is_written_as_each_language_writes_it() -> None:
    watching = SimpleNamespace(peaks=b"\x01\x02", loudness_centi_lufs=-4213)
    for language, told in (("en", "−42.1"), ("fr", "−42,1")):
        with override(language):
            wave = wave_of(watching)  # type: ignore[arg-type]  # the two fields it reads
        assert wave is not None
        assert wave.loudness == told


def test_a_date_is_written_with_the_name_of_its_month() -> None:
    for language, told in (("en", "22 November 2026"), ("fr", "22 novembre 2026")):
        with override(language):
            assert date_words("2026-11-22") == told
