"""Near duplicates in the library: found by the index, settled once a pair, whoever compares first."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from uuid import UUID, uuid4

import numpy as np
import pytest
from django.db import close_old_connections, connection
from django.test import Client

from core.accounts.models import Organisation
from core.accounts.policy import Actor
from core.invariants import invariants
from core.jobs.claim import LeaseLost
from core.jobs.registry import handles
from core.jobs.services import Claim, claim_next, enqueue
from media_ingest.domain.ownership import CaseKind, Hold
from media_ingest.domain.states import AssetState
from media_ingest.domain.watched import FramePrint
from media_ingest.models import Asset, Fingerprint, NearDuplicate, OwnershipCase
from media_ingest.selectors import asset_is_held, holds_of
from media_ingest.services import fingerprints
from media_ingest.services.comparing import asset_compare, near_duplicates_keep
from media_ingest.services.fingerprints import assets_like, fingerprint, prints_near, prints_store, track_load
from tests.factories.core import actor_as, key_of
from tests.factories.media_ingest import AssetFactory

COMPARE = "test.media_ingest.compare"
SYSTEM = Actor.system()


@handles(COMPARE)
def _compare(claim: Claim) -> None:
    """A job of the kind that the product wakes; these tests run it by hand."""


def prints(seed: int, seconds: int = 10, noise: float = 0.0, start: int = 0) -> tuple[FramePrint, ...]:
    """Two prints a second of a scene that changes steadily; ``noise`` in grey levels is another encoding."""
    from media_ingest.adapters.prints import bits_of  # noqa: PLC0415 - beside its use

    chance, grain = np.random.default_rng(seed), np.random.default_rng(seed + 1_000)
    keys = [np.kron(chance.normal(128, 45, (4, 4)), np.ones((4, 4))) for _ in range(seconds + start + 2)]
    made = []
    for number in range(2 * seconds):
        second, half = divmod(number + 2 * start, 2)
        cells = keys[second] * (1 - half / 2) + keys[second + 1] * half / 2
        cells = np.clip(cells + grain.normal(0, noise, cells.shape), 0, 255) if noise else np.clip(cells, 0, 255)
        fine = np.rint(cells).astype(np.uint8)
        made.append(FramePrint(500 * number, bits_of(fine.astype(np.float64)), fine.tobytes()))
    return tuple(made)


def watched(seed: int, noise: float = 0.0, **facts: object) -> Asset:
    """A ready file with its prints in the index."""
    asset: Asset = AssetFactory.create(duration_ms=10_000, **facts)
    prints_store(asset_id=asset.pk, prints=prints(seed, noise=noise))
    return asset


def claim_of(asset: Asset) -> Claim:
    """A claim on a new job about a file."""
    claim = claim_next(job_id=enqueue(kind=COMPARE, subject=asset.public_id).pk)
    assert claim is not None
    return claim


def compare(*assets: Asset) -> None:
    """Compare files one after the other."""
    for asset in assets:
        asset_compare(actor=SYSTEM, asset_id=asset.pk, claim=claim_of(asset))


def pairs() -> list[tuple[UUID, UUID]]:
    """Lesser and better files."""
    return list(NearDuplicate.objects.order_by("id").values_list("asset_id", "of_id"))


def breaches() -> list[str]:
    """What the invariant checker says of all but stored files and jobs, which these rows do not have."""
    return [said for one in invariants() if not one.name.startswith(("storage", "jobs")) for said in one.check()]


@pytest.mark.django_db
def test_of_two_of_one_owner_the_larger_picture_is_kept() -> None:
    small = watched(1, noise=6, width=640, height=360)
    large = watched(1, organisation=small.organisation)
    other = watched(2, organisation=small.organisation)
    compare(small, large, other)
    assert pairs() == [(small.pk, large.pk)]
    assert holds_of([small.pk, large.pk, other.pk]) == {small.pk: Hold.NEAR_DUPLICATE}
    noted = NearDuplicate.objects.get()
    assert noted.score >= 95
    assert noted.evidence["overlaps"][0]["start_ms"] == 0
    assert breaches() == []


@pytest.mark.django_db
@pytest.mark.parametrize("first", [0, 1])
def test_of_two_owners_the_later_file_is_held_whichever_is_compared_first(first: int) -> None:
    files = [watched(3), watched(3, noise=6, width=640, height=360)]
    compare(*(files if first == 0 else reversed(files)))
    case = OwnershipCase.objects.get()
    assert (case.kind, case.asset_id, case.other_id) == (CaseKind.NEAR_DUPLICATE, files[1].pk, files[0].pk)
    assert case.evidence["share"] >= 95
    assert (asset_is_held(files[1].pk), asset_is_held(files[0].pk)) == (True, False)
    assert not NearDuplicate.objects.exists()


@pytest.mark.django_db
def test_comparing_again_changes_nothing() -> None:
    one = watched(4)
    two = watched(4, noise=5, organisation=one.organisation)
    three = watched(4, noise=5)
    compare(one, two, three)
    before = (pairs(), list(OwnershipCase.objects.order_by("id").values_list("id", flat=True)))
    for asset in (three, two, one):
        claim = claim_of(AssetFactory.create())
        asset_compare(actor=SYSTEM, asset_id=asset.pk, claim=claim)
    assert (pairs(), list(OwnershipCase.objects.order_by("id").values_list("id", flat=True))) == before
    assert len(before[0]) == 1
    assert len(before[1]) == 2


@pytest.mark.django_db
def test_withdrawn_and_rejected_files_are_nobodys_duplicates() -> None:
    gone = watched(5, state=AssetState.WITHDRAWN)
    here = watched(5)
    compare(here, gone)
    assert not OwnershipCase.objects.exists()


@pytest.mark.django_db
def test_a_worker_whose_lease_passed_settles_nothing() -> None:
    one = watched(6)
    two = watched(6, organisation=one.organisation)
    stale = claim_of(one)
    stale._held().update(token=uuid4())
    with pytest.raises(LeaseLost):
        asset_compare(actor=SYSTEM, asset_id=two.pk, claim=stale)
    assert pairs() == []


@pytest.mark.django_db
def test_the_checker_tells_of_prints_that_nobody_can_find() -> None:
    asset = watched(13)
    assert breaches() == []
    Fingerprint.objects.all().delete()
    assert breaches() == [f"{asset.public_id} has prints and none is in the index"]


@pytest.mark.django_db(transaction=True)
def test_two_that_are_compared_at_once_end_in_one_verdict() -> None:
    """Both find each other at the same moment; locks in the order of ids and one key leave one verdict."""
    small = watched(7, noise=5, width=640, height=360)
    large = watched(7, organisation=small.organisation)
    stranger = watched(7, noise=5)
    everyone = (small, large, stranger)
    start, failures = threading.Barrier(3, timeout=30), []

    def run(asset: Asset, claim: Claim) -> None:
        try:
            start.wait()
            asset_compare(actor=SYSTEM, asset_id=asset.pk, claim=claim)
        except Exception as error:  # noqa: BLE001 - told below
            failures.append(error)
        finally:
            connection.close()
            close_old_connections()

    threads = [threading.Thread(target=run, args=(asset, claim_of(asset))) for asset in everyone]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert pairs() == [(small.pk, large.pk)]
    asked = {(case.asset_id, case.other_id) for case in OwnershipCase.objects.all()}
    assert asked == {(stranger.pk, small.pk), (stranger.pk, large.pk)}
    assert breaches() == []


@pytest.mark.django_db
def test_an_owner_keeps_both_takes() -> None:
    owner = actor_as()
    assert owner.organisation_id is not None
    home = Organisation.objects.get(pk=owner.organisation_id)
    better = watched(8, organisation=home)
    lesser = watched(8, noise=5, organisation=home, width=640, height=360)
    compare(better)
    client = Client(headers={"Authorization": f"Bearer {key_of(owner)}"})
    url = f"/api/v1/assets/{lesser.public_id}/duplicates"
    (told,) = client.get(url).json()["data"]
    assert (told["of_asset_id"], told["of_name"], told["kept"]) == (better.public_id, better.original_name, False)
    (kept,) = client.post(f"{url}/keep", {}, content_type="application/json").json()["data"]
    assert kept["kept"]
    assert not asset_is_held(lesser.pk)
    compare(lesser)
    assert not asset_is_held(lesser.pk), "comparing again asks nobody twice"
    assert [row.kept for row in near_duplicates_keep(actor=owner, asset_id=lesser.pk)] == [True]


@pytest.mark.django_db
def test_all_prints_within_seven_bits_are_found_and_none_further_away() -> None:
    asset, chance = AssetFactory.create(), np.random.default_rng(9)
    base = 0x9ABC_DEF0_1234_5678
    planted = {}
    for distance in range(11):
        for _ in range(4):
            bits = base
            for place in chance.choice(64, distance, replace=False):
                bits ^= 1 << int(place)
            planted[bits] = distance
    Fingerprint.objects.bulk_create([fingerprint(asset.pk, bits) for bits in planted])
    found = [near.distance for near in prints_near(base)]
    assert found == sorted(distance for distance in planted.values() if distance <= 7)


@pytest.mark.django_db
def test_a_value_that_everybody_shares_hides_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crowded band is read in part only; a print is still found by its other bands."""
    monkeypatch.setattr(fingerprints, "_CROWD", 50)
    crowd, wanted = AssetFactory.create(), AssetFactory.create()
    chance = np.random.default_rng(10)
    common = [int(high) << 16 | 0x1234 for high in chance.integers(1 << 40, 1 << 47, 500)]
    Fingerprint.objects.bulk_create([fingerprint(crowd.pk, bits) for bits in common])
    mine = 0xFFFF_0000_FFFF_1234
    Fingerprint.objects.bulk_create([fingerprint(wanted.pk, mine ^ 1 << 40)])
    assert [near.asset_id for near in prints_near(mine)] == [wanted.pk]


@pytest.mark.django_db
def test_a_recording_that_is_watched_again_is_found_once() -> None:
    asset = AssetFactory.create()
    for seed in (11, 12, 12):
        prints_store(asset_id=asset.pk, prints=prints(seed))
    track = track_load(asset.pk)
    assert track is not None
    assert assets_like(UUID(int=0), track) == [asset.pk]
    assert Fingerprint.objects.filter(asset=asset).count() <= len(track.times)
    kept: Sequence[FramePrint] = prints(12)
    assert [int(bits) for bits in track.bits] == [row.bits for row in kept]
    assert list(track.times) == [row.at_ms for row in kept]


@pytest.mark.django_db
def test_a_still_picture_is_one_entry_of_the_index() -> None:
    asset = AssetFactory.create()
    still = tuple(FramePrint(500 * number, 0xABCD, bytes(256)) for number in range(100))
    prints_store(asset_id=asset.pk, prints=still)
    assert Fingerprint.objects.filter(asset=asset).count() == 1
