"""The desk publishes another wording: what is offered from now on reads so, what was signed reads as signed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client

from core.accounts.actions import OrganisationKind, Role
from core.accounts.policy import Actor
from core.errors import DomainError
from licensing.models import Agreement
from licensing.selectors.terms import clause_data, clause_version_get
from licensing.services.publishing import clause_approve, clause_draft, clause_submit
from licensing.services.societies import societies_answer
from marketplace.orders.models import Quote
from media_ingest.models import Clip
from tests.browsing import browser, text_of
from tests.factories.core import actor_as, key_of
from tests.factories.licensing import drafted, reviewer
from tests.factories.marketplace import clip_live, need, quote_of, studio_signed

pytestmark = pytest.mark.django_db


def published(code: str, **changes: object) -> int:
    """Have the desk publish a version of a clause: one person drafts it, another approves it."""
    author, other = reviewer(Role.LEAD), reviewer(Role.CONTRACT)
    row = clause_draft(actor=author, code=code, changes=changes)
    clause_submit(actor=author, code=code, version=row.version)
    return clause_approve(actor=other, code=code, version=row.version).version


def relabelled(code: str, name: str, label: str, **words: str) -> list[dict[str, Any]]:
    """A clause's parameters with another label of one, and other words of some of its options."""
    parameters: list[dict[str, Any]] = json.loads(json.dumps(clause_data(clause_version_get(code))["parameters"]))
    for one in parameters:
        if one["name"] == name:
            one["label"] = {"en": label, "fr": f"{label} (fr)"}
            for option in one.get("options", ()):
                if option["code"] in words:
                    option["words"] = {"en": words[option["code"]], "fr": f"{words[option['code']]} (fr)"}
    return parameters


def titled(title: str) -> dict[str, str]:
    return {"en": title, "fr": f"{title} (fr)"}


def read(actor: Actor, path: str, query: Mapping[str, str] | None = None) -> Any:
    return Client().get(f"/api/v1{path}", query or {}, headers={"Authorization": f"Bearer {key_of(actor)}"}).json()


def condition(rows: list[dict[str, Any]], code: str = "NO_REPLICA") -> tuple[str, int]:
    found = next(row for row in rows if row["code"] == code)
    return found["title"], found["clause_version"]


@pytest.fixture
def before() -> Clip:
    """A clip signed under the wording that came with the product."""
    return clip_live(studio_signed())


@pytest.fixture
def buyer() -> Actor:
    return actor_as(OrganisationKind.BUYER)


def clip_after() -> Clip:
    """A clip of a studio that signs now."""
    return clip_live(studio_signed())


def test_conditions_read_as_the_creator_signed_them(before: Clip, buyer: Actor) -> None:
    version = published("NO_REPLICA", title=titled("No doubles at all"), summary=titled("Nobody is copied."))
    use_case, after = need(buyer, accepts=[]), clip_after()
    asked = {"use_case_id": use_case.public_id}
    told = {
        clip: condition(read(buyer, f"/catalog/clips/{clip.public_id}", asked)["conditions"])
        for clip in (before, after)
    }
    assert told[after] == ("No doubles at all", version)
    assert told[before][1] == version - 1
    assert told[before][0] != "No doubles at all"
    pages = {
        clip: text_of(browser(buyer), f"/market/clips/{clip.public_id}", {"use_case": use_case.public_id})
        for clip in (before, after)
    }
    assert ("No doubles at all" in pages[before], "No doubles at all" in pages[after]) == (False, True)
    assert "Nobody is copied." in pages[after]


def test_an_offer_names_its_conditions_in_the_newest_wording_its_clips_were_signed_in(
    before: Clip, buyer: Actor
) -> None:
    use_case = need(buyer, accepts=[])
    signed_before = quote_of(buyer, [before], use_case)
    version = published("NO_REPLICA", title=titled("No doubles at all"))
    mixed = quote_of(buyer, [before, clip_after()], use_case)

    def told(quote: Quote) -> tuple[str, int]:
        return condition(read(buyer, f"/quotes/{quote.public_id}")["conditions"])

    assert told(mixed) == ("No doubles at all", version)
    assert told(signed_before)[1] == version - 1
    assert "No doubles at all" in text_of(browser(buyer), f"/market/quotes/{mixed.public_id}")
    assert "No doubles at all" not in text_of(browser(buyer), f"/market/quotes/{signed_before.public_id}")


def test_a_bundle_is_summed_up_in_the_wording_of_its_clips(before: Clip, buyer: Actor) -> None:
    published(
        "TERM",
        parameters=relabelled("TERM", "training_access_months", "Count of months"),
        title=titled("Span of months"),
    )
    longer = clip_live(studio_signed({"TERM": {"training_access_months": 36}}))
    quote = quote_of(buyer, [before, longer])
    body = read(buyer, f"/quotes/{quote.public_id}/summary")
    term = next(one for one in body["restrictions"] if one["clause"] == "TERM")
    assert term["title"].startswith("Span of months")
    assert term["sentence"].startswith("Span of months")
    assert next(one for one in body["clauses"] if one["clause"] == "TERM")["title"] == "Span of months"
    assert "Span of months" in text_of(browser(buyer), f"/market/quotes/{quote.public_id}")


def test_an_agreement_reads_in_the_version_it_is_made_of() -> None:
    early = studio_signed()
    published(
        "TERM",
        parameters=relabelled("TERM", "training_access_months", "Count of months"),
        title=titled("Count of months"),
    )
    published("FIELD_OF_USE", parameters=relabelled("FIELD_OF_USE", "purposes", "What for", finetune="tuning it"))
    late = studio_signed()
    for studio, new in ((early, False), (late, True)):
        page = text_of(browser(studio), "/studio/terms")
        assert ("Count of months" in page, "What for" in page, "tuning it" in page) == (new, new, new), new
        agreement = Agreement.objects.get(organisation_id=str(studio.organisation_id))
        shown = text_of(browser(studio), f"/studio/agreements/{agreement.public_id}", {"clause": "FIELD_OF_USE"})
        assert ("Count of months" in shown, "What for" in shown, "tuning it" in shown) == (new, new, new), new


def test_a_draft_is_changed_in_the_wording_it_is_made_of() -> None:
    early = actor_as(OrganisationKind.STUDIO)
    old = drafted(early)
    published(
        "TERM",
        parameters=relabelled("TERM", "training_access_months", "Count of months"),
        title=titled("Count of months"),
    )
    late = actor_as(OrganisationKind.STUDIO)
    new = drafted(late)
    for studio, agreement, words in ((early, old, False), (late, new, True)):
        path = f"/studio/agreements/{agreement.public_id}"
        assert ("Count of months" in text_of(browser(studio), path, {"clause": "TERM"})) is words
        sent = {"clause": "TERM", "training_access_months": "nonsense"}
        refused = browser(studio).post(f"{path}/amend", sent)
        assert (refused.status_code, "Count of months" in refused.content.decode()) == (422, words)


def test_societies_are_answered_to_the_clause_in_force() -> None:
    studio = studio_signed()
    options = relabelled("CMO_STATUS", "societies", "Membership now")
    references = next(one for one in options if one["name"] == "authorisation")
    references["most"] = 0
    published("CMO_STATUS", parameters=options)
    with pytest.raises(DomainError, match=r"^invalid_parameter:"):
        societies_answer(actor=studio, societies=["SACD"], authorisation="AI-2026-7")
