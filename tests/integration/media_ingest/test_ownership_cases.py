"""Ownership cases: asked once a pair, held while open, settled by a person of neither side."""

from __future__ import annotations

import threading
from uuid import UUID

import pytest
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.test import Client

from core.accounts.actions import OrganisationKind, Role
from core.accounts.policy import Actor
from core.audit.models import AuditEvent
from core.audit.services import PLATFORM_CHAIN, verify_chain
from core.errors import DomainError
from media_ingest.domain.ownership import CaseKind, Hold, Outcome, hold_wording
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, NearDuplicate, OwnershipCase
from media_ingest.selectors import asset_is_held, held_assets, holds_of
from media_ingest.services.cases import ownership_case_open, ownership_case_settle
from tests.factories.core import MembershipFactory, actor_as, key_of
from tests.factories.media_ingest import AssetFactory

DESK = OrganisationKind.PLATFORM


def asked(kind: CaseKind = CaseKind.SAME_BYTES, **later: object) -> OwnershipCase:
    """A case about two new files."""
    earlier = AssetFactory.create()
    with transaction.atomic():
        cases = ownership_case_open(
            kind=kind, asset=AssetFactory.create(**later), others=[earlier], evidence={"sha256": earlier.sha256}
        )
    return cases[0]


def settled(case: OwnershipCase, outcome: Outcome, desk: Actor | None = None) -> OwnershipCase:
    """Settle as a lead of the desk."""
    return ownership_case_settle(
        actor=desk or actor_as(DESK, Role.LEAD), case_id=case.pk, outcome=outcome, note="Saw both originals."
    )


def refusal(case: OwnershipCase, desk: Actor, note: str = "Seen.") -> str:
    """The code of a refused settlement."""
    with pytest.raises(DomainError) as refused:
        ownership_case_settle(actor=desk, case_id=case.pk, outcome=Outcome.KEEP_BOTH, note=note)
    return refused.value.code


@pytest.mark.django_db
def test_a_pair_is_asked_about_once_whichever_way_round() -> None:
    case = asked()
    for asset, other in ((case.asset, case.other), (case.other, case.asset)):
        again = ownership_case_open(kind=CaseKind.NEAR_DUPLICATE, asset=asset, others=[other], evidence={})
        assert [row.pk for row in again] == [case.pk]
    assert OwnershipCase.objects.get().kind == CaseKind.SAME_BYTES
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnershipCase.objects.create(kind=CaseKind.SAME_BYTES, asset=case.other, other=case.asset)


@pytest.mark.django_db
def test_files_of_one_organisation_are_no_case() -> None:
    mine = AssetFactory.create()
    also_mine = AssetFactory.create(organisation=mine.organisation)
    assert ownership_case_open(kind=CaseKind.SAME_BYTES, asset=also_mine, others=[mine], evidence={}) == []
    assert not asset_is_held(also_mine.pk)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("outcome", "held"),
    [
        (None, ["asset"]),
        (Outcome.KEEP_BOTH, []),
        (Outcome.OTHER_IS_OWNER, ["asset"]),
        (Outcome.THIS_IS_OWNER, ["other"]),
    ],
)
def test_what_is_held_follows_from_the_decision(outcome: Outcome | None, held: list[str]) -> None:
    case = asked()
    if outcome is not None:
        settled(case, outcome)
    ids = {"asset": case.asset_id, "other": case.other_id}
    assert held_assets(ids.values()) == {ids[name] for name in held}
    assert [name for name, key in ids.items() if asset_is_held(key)] == held


@pytest.mark.django_db
def test_a_lesser_near_duplicate_is_held_until_the_better_one_goes_or_both_are_kept() -> None:
    better = AssetFactory.create()
    lesser = AssetFactory.create(organisation=better.organisation)
    pair = NearDuplicate.objects.create(asset=lesser, of=better, score=98)
    assert holds_of([better.pk, lesser.pk]) == {lesser.pk: Hold.NEAR_DUPLICATE}
    NearDuplicate.objects.filter(pk=pair.pk).update(kept=True)
    assert not asset_is_held(lesser.pk)
    NearDuplicate.objects.filter(pk=pair.pk).update(kept=False)
    Asset.objects.filter(pk=better.pk).update(state=AssetState.WITHDRAWN)
    assert not asset_is_held(lesser.pk)


@pytest.mark.django_db
def test_what_is_held_is_found_in_two_queries(django_assert_num_queries: pytest.FixtureRequest) -> None:
    ids = [asked().asset_id for _ in range(3)]
    with django_assert_num_queries(2):  # type: ignore[operator]  # pytest-django gives a context manager
        assert held_assets(ids) == set(ids)


@pytest.mark.django_db
def test_who_belongs_to_either_side_does_not_settle() -> None:
    case = asked()
    for party in (case.asset, case.other):
        desk = actor_as(DESK, Role.LEAD)
        MembershipFactory.create(user_id=desk.user_id, organisation=party.organisation, role=Role.ACCOUNTANT)
        assert refusal(case, desk) == "own_footage"
    assert refusal(case, actor_as(DESK, Role.AUDITOR)) == "role_missing"
    assert refusal(case, Actor.system()) == "role_missing"
    assert refusal(case, actor_as(DESK, Role.LEAD), note=" ") == "settlement_note_needed"
    case.refresh_from_db()
    assert (case.state, case.outcome, case.settled_by_id) == ("open", "", None)


@pytest.mark.django_db
def test_a_settled_case_stays_settled() -> None:
    case = settled(asked(), Outcome.OTHER_IS_OWNER)
    assert case.settled_by is not None
    assert refusal(case, actor_as(DESK, Role.LEAD)) == "illegal_transition"
    case.refresh_from_db()
    assert case.outcome == Outcome.OTHER_IS_OWNER


@pytest.mark.django_db
def test_neither_owner_learns_of_the_other() -> None:
    case = settled(asked(), Outcome.KEEP_BOTH)
    events = AuditEvent.objects.filter(subject=case.public_id)
    assert [(event.chain, event.action) for event in events.order_by("sequence")] == [
        (PLATFORM_CHAIN, "ownership_case.opened"),
        (PLATFORM_CHAIN, "ownership_case.settled"),
    ]
    assert verify_chain() == []
    for mine, theirs in ((case.asset, case.other), (case.other, case.asset)):
        key = key_of(actor_as(organisation=mine.organisation))
        client = Client(headers={"Authorization": f"Bearer {key}"})
        seen = client.get(f"/api/v1/assets/{mine.public_id}").content.decode()
        assert mine.public_id in seen
        assert theirs.public_id not in seen
        assert case.public_id not in seen
        assert client.get(f"/api/v1/desk/ownership_cases/{case.public_id}").status_code == 403


@pytest.mark.django_db
def test_the_desk_lists_reads_and_settles_over_the_api() -> None:
    case, done = asked(CaseKind.NEAR_DUPLICATE), settled(asked(), Outcome.KEEP_BOTH)
    client = Client(headers={"Authorization": f"Bearer {key_of(actor_as(DESK, Role.FOOTAGE))}"})
    url = "/api/v1/desk/ownership_cases"
    assert [row["id"] for row in client.get(f"{url}?state=open").json()["data"]] == [case.public_id]
    assert [row["id"] for row in client.get(f"{url}?kind=same_bytes").json()["data"]] == [done.public_id]
    read = client.get(f"{url}/{case.public_id}").json()
    assert (read["this"]["asset_id"], read["other"]["asset_id"]) == (case.asset.public_id, case.other.public_id)
    assert (read["outcome"], read["evidence"]) == (None, {"sha256": case.other.sha256})
    refused = client.post(
        f"{url}/{case.public_id}/settle", {"outcome": "ask_again", "note": "x"}, content_type="application/json"
    )
    assert refused.status_code == 422
    answer = client.post(
        f"{url}/{case.public_id}/settle",
        {"outcome": "this_is_owner", "note": "Showed the card."},
        content_type="application/json",
    ).json()
    assert (answer["state"], answer["outcome"], answer["note"]) == ("settled", "this_is_owner", "Showed the card.")


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_get_one_case() -> None:
    mine, theirs = AssetFactory.create(), AssetFactory.create()
    start = threading.Barrier(2, timeout=20)
    found: list[UUID] = []

    def ask(asset: Asset, other: Asset) -> None:
        try:
            start.wait()
            with transaction.atomic():
                cases = ownership_case_open(kind=CaseKind.SAME_BYTES, asset=asset, others=[other], evidence={})
            found.extend(case.pk for case in cases)
        finally:
            connection.close()
            close_old_connections()

    threads = [threading.Thread(target=ask, args=pair) for pair in ((mine, theirs), (theirs, mine))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    only: list[UUID] = [OwnershipCase.objects.get().pk]
    assert found == only * 2


def test_holds_have_words_in_both_languages() -> None:
    for hold in Hold:
        english, french = hold_wording(hold, "en"), hold_wording(hold, "fr-CA")
        assert english["code"] == french["code"] == hold
        assert english["text"] != french["text"]
        assert english["what_to_do"] != french["what_to_do"]
