"""What an offer as a whole amounts to, and what a contract change would do to open offers."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from core.accounts.models import User
from core.accounts.policy import Actor
from core.errors import DomainError
from licensing.domain.catalogue import CATALOGUE
from licensing.domain.explain import Verdict
from licensing.domain.matching import fail_mask
from licensing.domain.parameters import Choice, Choices, Whole
from licensing.models import Agreement
from licensing.selectors.terms import profile_for
from licensing.services.agreements import agreement_amend, agreement_draft, agreement_recall, agreement_submit
from marketplace.catalog.domain.query import Filters
from marketplace.catalog.selectors.terms import use_case_in_force
from marketplace.orders.errors import QUOTE_EMPTY
from marketplace.orders.selectors.effects import agreement_effect
from marketplace.orders.selectors.market import market_search
from marketplace.orders.services.accepting import quote_cancel
from marketplace.orders.services.quoting import quote_create
from media_ingest.models import Clip
from tests.factories.core import key_of
from tests.factories.licensing import reviewer
from tests.factories.marketplace import buyer_as, clip_live, listing_of, need, quote_of, studio_signed

pytestmark = pytest.mark.django_db

LONG = {"TERM": {"training_access_months": 36}}


def asked(client: Client, actor: Actor, path: str, language: str = "en") -> Any:
    headers = {"Authorization": f"Bearer {key_of(actor)}", "Accept-Language": language}
    return client.get(f"/api/v1{path}", headers=headers).json()


def page(client: Client, actor: Actor, path: str) -> str:
    assert actor.user_id is not None
    client.force_login(User.objects.get(pk=actor.user_id))
    return client.get(path).content.decode()


def test_an_offer_names_the_clips_that_shorten_it_and_what_dropping_them_gains(client: Client) -> None:
    long, short, buyer = studio_signed(LONG), studio_signed(), buyer_as()
    clips = [clip_live(long, duration_ms=3_600_000) for _ in range(2)]
    clips += [clip_live(short, duration_ms=240_000) for _ in range(3)]
    quote = quote_of(buyer, clips, need(buyer, term_months=12))
    told = asked(client, buyer, f"/quotes/{quote.public_id}/summary")
    assert (told["clips"], told["duration_ms"]) == (5, 7_920_000)
    (one,) = [row for row in told["restrictions"] if row["clause"] == "TERM"]
    assert one["sentence"] == "Term of training access: 24 months because of 3 clips, 0.2 h. Remove them → 36 months."
    assert one["because"]["clip_ids"] == [clip.public_id for clip in clips[2:]]
    french = asked(client, buyer, f"/quotes/{quote.public_id}/summary", "fr")
    (sentence,) = [row["sentence"] for row in french["restrictions"] if row["clause"] == "TERM"]
    assert "24 mois à cause de 3 plans, 0,2 h. Sans eux → 36 mois." in sentence.replace("\u202f", " ").replace(
        "\u00a0", " "
    )
    values = {row["clause"]: row["values"] for row in told["clauses"]}
    assert len(values) == 40
    assert values["TERM"] == {"training_access_months": 24}
    assert one["sentence"] in page(client, buyer, f"/market/quotes/{quote.public_id}")


def amended(studio: Actor, code: str, **parameters: object) -> Agreement:
    """A new draft of a studio's terms with one clause changed and submitted."""
    assert studio.organisation_id is not None
    signed = Agreement.objects.get(organisation_id=studio.organisation_id, state="signed")
    draft = agreement_draft(actor=studio, terms_profile_id=signed.terms_version.profile_id)
    agreement_amend(actor=studio, agreement_id=draft.pk, clause_code=code, parameters=parameters)
    agreement_submit(actor=studio, agreement_id=draft.pk)
    return Agreement.objects.get(pk=draft.pk)


def test_a_reviewer_sees_which_open_offers_a_change_would_cost(client: Client) -> None:
    studio, other = studio_signed(), studio_signed()
    clips = [clip_live(studio, duration_ms=3_600_000) for _ in range(3)]
    foreign = clip_live(other)
    first, second = buyer_as(), buyer_as()
    quote_of(first, [*clips[:2], foreign], need(first))
    quote_of(second, clips[2:], need(second, preset="robotics"))
    dropped = quote_of(first, clips[:1])
    quote_cancel(actor=first, quote_id=dropped.pk)
    agreement = amended(studio, "REV_SHARE", percent=25)
    harmless = agreement_effect(agreement)
    assert (harmless.quotes, harmless.clips, harmless.lost_clips) == (2, 3, 0)
    kinds = [option.code for option in CATALOGUE["MODEL_CLASS"].parameters[0].options]  # type: ignore[union-attr]  # a set
    narrower = amended_again(
        studio, agreement, "MODEL_CLASS", [kind for kind in kinds if kind not in ("video_gen", "audio_gen")]
    )
    effect = agreement_effect(narrower)
    assert (effect.quotes, effect.losing_quotes, effect.lost_clips, effect.lost_ms) == (2, 1, 2, 7_200_000)
    case = narrower.cases.latest("id")
    desk = reviewer()
    told = asked(client, desk, f"/desk/cases/{case.public_id}/effect")
    assert told["lost"] == [{"amount": "120.00", "currency": "USD"}]
    shown = page(client, desk, f"/desk/cases/{case.public_id}")
    assert "1 open quote loses" in shown
    assert "2 open quotes have to be made again." in shown


def amended_again(studio: Actor, agreement: Agreement, code: str, classes: list[str]) -> Agreement:
    agreement_recall(actor=studio, agreement_id=agreement.pk)
    agreement_amend(actor=studio, agreement_id=agreement.pk, clause_code=code, parameters={"classes": classes})
    agreement_submit(actor=studio, agreement_id=agreement.pk)
    return Agreement.objects.get(pk=agreement.pk)


def offered_at_random(draw: random.Random) -> dict[str, dict[str, object]]:
    """Values that a creator may choose without asking anybody."""
    changes: dict[str, dict[str, object]] = {"CMO_STATUS": {"societies": ["none"]}}
    for code in draw.sample(
        ["FIELD_OF_USE", "MODEL_CLASS", "TERM", "SURVIVAL", "SUBLICENSE", "REPUTATION", "AUDIT"], 3
    ):
        for item in CATALOGUE[code].parameters:
            if isinstance(item, Choice):
                changes.setdefault(code, {})[item.name] = draw.choice(
                    item.offered or [one.code for one in item.options]
                )
            elif isinstance(item, Choices):
                kept = [one.code for one in item.options if one.code in item.must_keep or draw.random() < 0.7]
                changes.setdefault(code, {})[item.name] = kept or [item.options[0].code]
            elif isinstance(item, Whole) and item.allowed:
                changes.setdefault(code, {})[item.name] = draw.choice(item.allowed)
    return changes


def clips_at_random(draw: random.Random, count: int) -> list[Clip]:
    """One live clip under each of so many different terms."""
    clips: list[Clip] = []
    while len(clips) < count:
        try:
            clips.append(clip_live(studio_signed(offered_at_random(draw))))
        except DomainError:
            continue  # a contradiction, or a value that needs a person
    return clips


@pytest.mark.timeout(180)
def test_what_search_finds_is_what_a_quote_offers_for_every_pair_of_terms_and_need() -> None:
    draw = random.Random(20261122)
    clips, buyer = clips_at_random(draw, 20), buyer_as()
    fitting = 0
    for number, preset in enumerate(["text_to_video", "robotics", "research"] * 4):
        months, keeping = draw.choice([12, 24, 36]), draw.choice(["retire", "keep_no_new_training", "perpetual"])
        use_case = need(buyer, name=f"Need {number}", preset=preset, term_months=months, retention=keeping)
        asked_for = use_case_in_force(buyer, use_case.pk).use_case
        expected = {clip.pk for clip in clips if not fail_mask(_profile(clip), asked_for)}
        found = market_search(
            actor=buyer, filters=Filters(verdicts=frozenset({Verdict.FITS})), use_case_id=use_case.pk
        ).found
        assert {row.clip_id for row in found.listings} == expected
        assert found.clips == len(expected)
        assert quoted(buyer, use_case.pk, clips) == expected
        fitting += len(expected)
    assert 20 < fitting < 200


def quoted(buyer: Actor, use_case_id: UUID, clips: list[Clip]) -> set[UUID]:
    """The clips a quote offers without any condition; none when nothing can be quoted at all."""
    try:
        quote = quote_create(actor=buyer, use_case_id=use_case_id, clip_ids=[clip.pk for clip in clips])
    except DomainError as refused:
        if refused.code != QUOTE_EMPTY.code:
            raise
        return set()
    return {line.clip_id for line in quote.lines.all() if not line.conditions}


def _profile(clip: Clip) -> Any:
    version = listing_of(clip).terms_profile_version
    assert version is not None
    return replace(profile_for(version))
