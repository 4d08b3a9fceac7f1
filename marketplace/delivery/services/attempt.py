"""One attempt at building a version of a dataset: select, transform, pack, verify, finish.

Every file goes into the content-addressed store before a row points to it; finished shards are noted, so that
the next attempt goes on after them; nothing is offered before the settling transaction. A later version takes over
every shard that it keeps whole, and packs the others anew out of what was delivered before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from django.db import transaction

from core.accounts.policy import Actor
from core.audit.services import record
from core.clock import now
from core.ids import Prefix, public_id
from core.jobs.services import Claim, LeaseLost, Retryable, publish
from core.transitions import advance
from marketplace.delivery.adapters.bench import free_bytes
from marketplace.delivery.domain.certificate import verify_code
from marketplace.delivery.domain.deliverable import Delivery
from marketplace.delivery.domain.errors import DATASET_SOURCE_BROKEN
from marketplace.delivery.domain.folder import StoredFile, index_path, shard_path
from marketplace.delivery.domain.plan import DatasetPlan, ShardPlan, dataset_plan
from marketplace.delivery.domain.states import MACHINE, DatasetEvent, DatasetState
from marketplace.delivery.domain.sums import PROOF
from marketplace.delivery.domain.topics import DATASET_CHANGED, DATASET_READY
from marketplace.delivery.models import Certificate, Dataset, DatasetFile, Omission
from marketplace.delivery.selectors import ready_before
from marketplace.delivery.services.certifying import certificate_payload
from marketplace.delivery.services.coding import sources_code
from marketplace.delivery.services.cutting import Cutter
from marketplace.delivery.services.gathering import delivery_of
from marketplace.delivery.services.papers import Papers, SampleLedger, manifest_at, manifests_keep
from marketplace.delivery.services.proving import certificate_prove
from marketplace.delivery.services.shards import (
    KeptFile,
    KeptShard,
    bytes_keep,
    shard_make,
    shard_recall,
    shard_trim,
)
from marketplace.transparency.services.keys import issue_time, signing_key_ensure
from media_ingest.adapters.storage import store

_BLOCK: Final = 1 << 20


class Attempt:
    """One attempt, fenced by the token of its job."""

    def __init__(self, actor: Actor, claim: Claim, dataset: Dataset, folder: Path) -> None:
        self._actor = actor
        self._claim = claim
        self._dataset = dataset
        self._folder = folder
        self._before = _kept_files(ready_before(dataset))
        """Files of the version before, by path; none for the first."""
        self._left_from: dict[str, str] = {}
        """Shard that held each clip which this version leaves out, by the clip's public id."""

    def run(self) -> None:
        """All stages in order."""
        delivery, plan = self._select()
        shards, ledger = self._transform(delivery, plan)
        files, token, kid = self._pack(delivery, shards, ledger)
        self._verify(files, token)
        self._finish(files, token, kid)

    def _move(self, event: DatasetEvent) -> None:
        """Move the dataset on, fenced by the job's token."""
        with transaction.atomic():
            if not self._claim.beat():
                raise LeaseLost(str(self._claim.job_id))
            advance(self._dataset, MACHINE, event, reason="", issued_at=self._dataset.issued_at)

    def _select(self) -> tuple[Delivery, DatasetPlan]:
        self._move(DatasetEvent.SELECT)
        self._claim.progress(DatasetState.SELECTING, 0, 1)
        if not self._before:
            sources_code(actor=self._actor, claim=self._claim, order=self._dataset.order)
        delivery = delivery_of(self._dataset.order)
        gone = {
            public_id(Prefix.CLIP, clip_id)
            for clip_id in self._dataset.omissions.values_list("licence__clip_id", flat=True)
        }
        try:
            whole = dataset_plan((clip.spec for clip in delivery.clips), shard_bytes=self._dataset.shard_bytes)
            plan = whole.without(gone)
        except ValueError as error:
            raise DATASET_SOURCE_BROKEN(f"The dataset cannot be planned: {error}. Nothing was published.") from error
        self._left_from = {
            sample.key: shard_path(shard.name)
            for shard in whole.shards
            for sample in shard.samples
            if sample.key in gone
        }
        self._claim.progress(DatasetState.SELECTING, 1, 1)
        return delivery.without(gone), plan

    def _transform(self, delivery: Delivery, plan: DatasetPlan) -> tuple[list[KeptFile], SampleLedger]:
        self._move(DatasetEvent.TRANSFORM)
        done, total = 0, plan.expected_bytes
        self._claim.progress(DatasetState.TRANSFORMING, done, total)
        clips = {clip.key: clip for clip in delivery.clips}
        kept = {**self._before, **_kept_files(self._dataset)}
        cutter = Cutter(self._folder, self._claim)
        files: list[KeptFile] = []
        with manifest_at(self._folder) as manifest:
            ledger = SampleLedger(manifest)
            for shard in plan.shards:
                finished = self._recalled(shard, kept)
                if finished is None:
                    self._require_room(shard)
                    tick = self._tick(done, total)
                    finished = self._trimmed(shard, tick) or shard_make(shard, clips, cutter, self._folder, tick)
                    self._note(finished)
                done += shard.expected_bytes
                files.extend(finished.files)
                ledger.add(finished.rows)
        return files, ledger

    def _tick(self, before: int, total: int) -> Callable[[int], None]:
        """Reports progress inside a shard: it hears the planned bytes done in this shard."""

        def tick(done: int) -> None:
            self._claim.progress(DatasetState.TRANSFORMING, before + done, total)

        return tick

    def _require_room(self, shard: ShardPlan) -> None:
        needed, free = 2 * shard.expected_bytes, free_bytes()
        if free < needed:
            raise Retryable(
                f"The next shard needs about {needed} bytes and {free} are free. Nothing was published and finished"
                " shards are kept; free some room and the build goes on by itself."
            )

    @staticmethod
    def _recalled(shard: ShardPlan, kept: dict[str, KeptFile]) -> KeptShard | None:
        tar, index = kept.get(shard_path(shard.name)), kept.get(index_path(shard.name))
        return None if tar is None or index is None else shard_recall(shard, tar, index)

    def _trimmed(self, shard: ShardPlan, tick: Callable[[int], None]) -> KeptShard | None:
        """The shard out of the one that the version before delivered, when it only lost samples."""
        tar, index = self._before.get(shard_path(shard.name)), self._before.get(index_path(shard.name))
        return None if tar is None or index is None else shard_trim(shard, tar, index, self._folder, tick)

    def _note(self, shard: KeptShard) -> None:
        """Remember a finished shard for the next attempt, fenced by the job's token."""
        with transaction.atomic():
            if not self._claim.beat():
                raise LeaseLost(str(self._claim.job_id))
            paths = [file.path for file in shard.files]
            DatasetFile.objects.filter(dataset=self._dataset, path__in=paths).delete()
            DatasetFile.objects.bulk_create(self._row(file) for file in shard.files)

    def _row(self, file: KeptFile) -> DatasetFile:
        stored = file.stored
        return DatasetFile(
            dataset=self._dataset,
            path=file.path,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            blake3=stored.blake3,
            storage_key=file.storage_key,
        )

    def _pack(
        self, delivery: Delivery, shards: list[KeptFile], ledger: SampleLedger
    ) -> tuple[list[KeptFile], str, str]:
        keys = signing_key_ensure()
        self._dataset.issued_at = issued_at = issue_time(self._dataset.issued_at, keys)
        self._move(DatasetEvent.PACK)
        self._claim.progress(DatasetState.PACKING, 0, 1)
        papers = Papers(self._dataset, delivery.coded(ledger.codes), ledger.facts(), issued_at, keys, self._folder)
        files, token, kid = papers.write(shards, manifests_keep(self._folder))
        proof = certificate_prove(dataset=self._dataset, token=token, issued_at=int(issued_at.timestamp()))
        files.append(bytes_keep(PROOF, proof, self._folder))
        self._claim.progress(DatasetState.PACKING, 1, 1)
        return files, token, kid

    def _verify(self, files: list[KeptFile], token: str) -> None:
        """Read every file back from the store, as a buyer's client will; but those that were delivered before."""
        self._move(DatasetEvent.VERIFY)
        certificate_payload(token)
        proven = {file.storage_key for file in self._before.values()}
        fresh = [file for file in files if file.storage_key not in proven]
        done, total = 0, sum(file.stored.size_bytes for file in fresh)
        for file in fresh:
            digest = hashlib.sha256()
            with store().open(file.storage_key) as source:
                while block := source.read(_BLOCK):
                    digest.update(block)
                    done += len(block)
                    self._claim.progress(DatasetState.VERIFYING, done, total)
            if digest.hexdigest() != file.stored.sha256:
                store().delete(file.storage_key)
                raise Retryable(
                    f"{file.path} came back changed from the store; it is made again. Nothing was published."
                )

    def _finish(self, files: list[KeptFile], token: str, kid: str) -> None:
        dataset = self._dataset
        with self._claim.settle():
            DatasetFile.objects.filter(dataset=dataset).delete()
            DatasetFile.objects.bulk_create(self._row(file) for file in files)
            Certificate.objects.create(dataset=dataset, code=verify_code(dataset.id), jws=token, kid=kid)
            for omission in dataset.omissions.select_related("licence"):
                left_from = self._left_from[public_id(Prefix.CLIP, omission.licence.clip_id)]
                Omission.objects.filter(pk=omission.pk).update(shard=left_from)
            advance(dataset, MACHINE, DatasetEvent.FINISH, ready_at=now())
            record(
                actor=self._actor,
                action="dataset.ready",
                subject=dataset.public_id,
                organisation_id=dataset.order.organisation_id,
                after={"files": len(files), "bytes": sum(file.stored.size_bytes for file in files)},
            )
            publish(topic=DATASET_READY, subject=dataset.public_id, payload={"order": dataset.order.public_id})
            if dataset.version > 1:
                publish(topic=DATASET_CHANGED, subject=dataset.public_id, payload={"order": dataset.order.public_id})


def _kept_files(dataset: Dataset | None) -> dict[str, KeptFile]:
    """What is noted of a version's files, by path."""
    if dataset is None:
        return {}
    return {
        file.path: KeptFile(file.path, StoredFile(file.size_bytes, file.sha256, file.blake3), file.storage_key)
        for file in dataset.files.all()
    }
