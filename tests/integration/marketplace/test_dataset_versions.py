"""A clip of a delivered dataset is taken down: its shard is kept back, a version without it takes its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core.accounts.actions import OrganisationKind, Role
from core.jobs.runner import run_due
from marketplace.delivery.domain.plan import ShardPlan
from marketplace.delivery.models import Certificate, Dataset, Omission
from marketplace.delivery.services import attempt
from marketplace.delivery.services.renewing import dataset_renew
from marketplace.delivery.services.shards import KeptShard, shard_trim
from marketplace.delivery.services.withholding import withheld
from marketplace.orders.services.verification import ledger_verify
from marketplace.withdrawals.domain.states import ClaimKind
from marketplace.withdrawals.models import Claim, Notice
from marketplace.withdrawals.selectors.delivered import samples_delivered
from marketplace.withdrawals.services.claims import Filing, claim_decide, claim_file
from media_ingest.adapters.storage import store
from tests.factories.checked import breaches
from tests.factories.core import actor_as, key_of
from tests.factories.delivered import Bought, bought, everything_done, licence_of, taken_down
from tests.factories.marketplace import SYSTEM

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(180)]

SHARDS = ("shards/shard-000000.tar", "shards/shard-000001.tar")


def ask(had: Bought, path: str, body: dict[str, Any] | None = None) -> Any:
    headers = {"Authorization": f"Bearer {key_of(had.buyer)}"}
    client, address = Client(), f"/api/v1/{path}"
    if body is None:
        return client.get(address, headers=headers)
    return client.post(address, body, content_type="application/json", headers=headers)


def links(had: Bought, dataset: Dataset, *names: str) -> Any:
    return ask(had, f"datasets/{dataset.public_id}/files/links", {"names": list(names)})


def hashes(dataset: Dataset) -> dict[str, str]:
    return dict(dataset.files.values_list("path", "sha256"))


def keys_in(dataset: Dataset, shard: str) -> list[str]:
    with store().open(dataset.files.get(path=shard.replace(".tar", ".json")).storage_key) as source:
        keys: list[str] = json.load(source)["keys"]
        return keys


def delivered() -> Bought:
    """A dataset of three clips in two shards, ready."""
    made = bought()
    everything_done()
    assert [len(keys_in(made.first, shard)) for shard in SHARDS] == [2, 1]
    return made


@pytest.fixture(scope="module")
def had(made_once: Callable[[Callable[[], Bought]], Bought]) -> Bought:
    return made_once(delivered)


def test_from_the_moment_a_takedown_takes_effect_its_shard_is_not_given_out_and_the_other_is(had: Bought) -> None:
    before = links(had, had.first, *SHARDS)
    url = before.json()["data"][0]["url"]
    assert (before.status_code, Client().head(url).status_code) == (200, 200)
    taken_down(had.clips[0])
    refused = links(had, had.first, *SHARDS)
    assert (refused.status_code, refused.json()["code"]) == (403, "licence_ended")
    assert refused.json()["errors"] == [{"name": SHARDS[0], "code": "licence_ended"}]
    assert (Client().head(url).status_code, links(had, had.first, SHARDS[1]).status_code) == (403, 200)
    assert links(had, had.first, "manifest.jsonl", "certificate.jws").status_code == 200
    listed = ask(had, f"datasets/{had.first.public_id}/files?limit=200").json()["data"]
    assert {file["name"]: file["withheld"] for file in listed if file["withheld"]} == {SHARDS[0]: "licence_ended"}


def test_a_claim_about_safety_holds_the_shard_back_until_it_is_rejected(had: Bought) -> None:
    filing = Filing(ClaimKind.SAFETY, "A harbour", "V. Passer-by", "v@example.org", "A child.", had.clips[2].pk)
    claim: Claim = claim_file(filing=filing).claim
    refused = links(had, had.first, *SHARDS)
    assert (refused.status_code, refused.json()["code"]) == (423, "on_hold")
    assert links(had, had.first, SHARDS[0]).status_code == 200
    desk = actor_as(OrganisationKind.PLATFORM, Role.LEAD)
    claim_decide(actor=desk, claim_id=claim.pk, uphold=False, note="Nobody is shown.")
    assert links(had, had.first, *SHARDS).status_code == 200
    everything_done()
    assert Dataset.objects.count() == 1


def test_a_version_without_the_clip_is_built_and_nothing_else_changes(had: Bought) -> None:
    gone = had.clips[0]
    taken_down(gone)
    assert breaches("datasets") == []  # its job is on the way
    everything_done()
    first, second = had.first, had.version(2)
    assert (second.state, Omission.objects.get().shard) == ("ready", SHARDS[0])
    assert keys_in(second, SHARDS[0]) == [had.clips[1].public_id]
    before, after = hashes(first), hashes(second)
    assert (before[SHARDS[0]] != after[SHARDS[0]], before[SHARDS[1]] == after[SHARDS[1]]) == (True, True)
    assert links(had, second, *SHARDS).status_code == 200
    manifest = store().path(second.files.get(path="manifest.jsonl").storage_key).read_text()
    said = [json.loads(line) for line in manifest.splitlines()]
    assert [row["key"] for row in said] == [clip.public_id for clip in had.clips[1:]]
    shown = ask(had, f"datasets/{second.public_id}").json()
    assert (shown["version"], shown["samples"], shown["duration_ms"]) == (2, 2, 4000)
    old = ask(had, f"datasets/{first.public_id}").json()
    assert (old["newest_id"], old["newest_version"], old["samples"]) == (second.public_id, 2, 3)
    certificate = ask(had, f"verify/{Certificate.objects.get(dataset=second).code}").json()
    assert (certificate["status"], certificate["standing"]) == ("genuine", "valid")
    assert ask(had, f"verify/{first.certificate.code}").json()["standing"] == "partly_ended"
    assert ledger_verify() == []
    assert breaches("datasets", "licences", "log", "money", "withdrawals", "storage", "jobs") == []


def test_only_a_shard_that_lost_a_clip_is_packed_anew(had: Bought, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = []

    def trim(plan: ShardPlan, *rest: Any) -> KeptShard | None:
        packed.append(plan.name)
        return shard_trim(plan, *rest)

    monkeypatch.setattr(attempt, "shard_trim", trim)
    monkeypatch.setattr(attempt, "shard_make", None)
    taken_down(had.clips[0])
    everything_done()
    assert (had.version(2).state, packed) == ("ready", ["shard-000000"])


def test_a_shard_whose_clips_all_left_is_gone_from_the_next_version_and_the_other_is_the_same(had: Bought) -> None:
    taken_down(had.clips[2])
    everything_done()
    before, after = hashes(had.first), hashes(had.version(2))
    assert SHARDS[1] not in after
    assert before[SHARDS[0]] == after[SHARDS[0]]


def test_changes_name_what_left_and_which_files_replace_which(had: Bought) -> None:
    taken_down(had.clips[0])
    path = f"datasets/{had.first.public_id}/changes?since=v1"
    (told,) = ask(had, path).json()["data"]
    assert (told["version"], told["files"], told["state"]) == (None, [], "in_effect")
    everything_done()
    taken_down(had.clips[2])
    everything_done()
    first, newest = hashes(had.first), hashes(had.version(3))
    told = {one["clip_id"]: one for one in ask(had, path).json()["data"]}
    index = SHARDS[0].replace(".tar", ".json")
    assert told[had.clips[0].public_id]["version"] == 2
    assert told[had.clips[0].public_id]["files"] == [
        {"name": name, "sha256": first[name], "replaced_by": newest[name]} for name in (SHARDS[0], index)
    ]
    other = told[had.clips[2].public_id]
    assert (other["version"], other["dataset_id"]) == (3, had.version(3).public_id)
    assert [(file["name"], file["replaced_by"]) for file in other["files"][:1]] == [(SHARDS[1], None)]
    (since,) = ask(had, f"datasets/{had.version(2).public_id}/changes?since=v2").json()["data"]
    assert since["clip_id"] == had.clips[2].public_id


def test_what_ends_while_a_version_is_built_is_left_out_of_the_next_and_asking_again_makes_none(had: Bought) -> None:
    taken_down(had.clips[0])
    assert dataset_renew(actor=SYSTEM, order_id=had.order.pk) is not None
    taken_down(had.clips[1])
    assert dataset_renew(actor=SYSTEM, order_id=had.order.pk) is None
    run_due(["delivery.renew_after_end"])
    assert Dataset.objects.count() == 2, "what ended waits for the version that is being built"
    everything_done()
    newest = had.version(3)
    assert (newest.state, newest.omissions.count(), list(hashes(newest))) != ("queued", 0, [])
    assert [name for name in hashes(newest) if name.endswith(".tar")] == [SHARDS[1]]
    for _ in range(2):
        assert dataset_renew(actor=SYSTEM, order_id=had.order.pk) is None
    assert (Dataset.objects.count(), breaches("datasets")) == (3, [])


def test_where_nothing_is_left_nothing_is_built_and_nothing_is_given_out(had: Bought) -> None:
    for clip in had.clips:
        taken_down(clip)
    everything_done()
    assert Dataset.objects.count() == 1
    assert links(had, had.first, *SHARDS).json()["code"] == "licence_ended"
    assert breaches("datasets", "withdrawals") == []


def test_the_control_a_shard_that_is_given_out_all_the_same_is_found(had: Bought, monkeypatch: Any) -> None:
    taken_down(had.clips[0])
    everything_done()
    assert list(withheld(had.first, had.first.files.all())) == [SHARDS[0]]
    monkeypatch.setattr("marketplace.delivery.services.checking.withheld", lambda *_: {})
    (breach,) = breaches("datasets")
    assert f"gives out {SHARDS[0]}" in breach


def test_what_several_versions_delivered_alike_is_attested_once(had: Bought) -> None:
    taken_down(had.clips[0])
    everything_done()
    taken_down(had.clips[1])
    (sample,) = samples_delivered(licence_of(had, had.clips[1]))
    assert sample.datasets == (had.first.public_id, had.version(2).public_id)
    assert Notice.objects.filter(state="in_effect").count() == 2
