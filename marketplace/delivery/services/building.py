"""Building a dataset: claim, work outside any transaction, settle once. Safe to kill at any point.

Every file goes into the content-addressed store before a row points to it; finished shards are noted, so that
the next attempt goes on after them; nothing is offered before the settling transaction.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from django.db import transaction

from core.accounts.policy import Actor
from core.audit.services import record
from core.clock import now
from core.errors import DomainError
from core.ids import Prefix, parse_public_id
from core.jobs.services import Claim, LeaseLost, Retryable, publish
from core.transitions import advance
from marketplace.delivery.adapters.bench import bench, free_bytes
from marketplace.delivery.domain.certificate import verify_code
from marketplace.delivery.domain.deliverable import Delivery
from marketplace.delivery.domain.errors import DATASET_NOT_BUILDABLE, DATASET_SOURCE_BROKEN
from marketplace.delivery.domain.folder import StoredFile, index_path, shard_path
from marketplace.delivery.domain.plan import DatasetPlan, ShardPlan, dataset_plan
from marketplace.delivery.domain.states import MACHINE, DatasetEvent, DatasetState
from marketplace.delivery.domain.sums import PROOF
from marketplace.delivery.domain.topics import DATASET_READY
from marketplace.delivery.models import Certificate, Dataset, DatasetFile
from marketplace.delivery.services.certifying import certificate_payload
from marketplace.delivery.services.coding import sources_code
from marketplace.delivery.services.cutting import Cutter
from marketplace.delivery.services.gathering import delivery_of
from marketplace.delivery.services.papers import Papers, SampleLedger, manifest_at, manifests_keep
from marketplace.delivery.services.proving import certificate_prove
from marketplace.delivery.services.shards import KeptFile, KeptShard, bytes_keep, shard_make, shard_recall
from marketplace.orders.domain.states import OrderState
from marketplace.orders.models import Order
from marketplace.transparency.services.keys import issue_time, signing_key_ensure
from media_ingest.adapters.storage import store

_BLOCK: Final = 1 << 20
_DISK_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_BUILDABLE: Final = frozenset({OrderState.BUILDING, OrderState.READY, OrderState.DELIVERED})


def dataset_build(*, actor: Actor, claim: Claim) -> None:
    """Build version 1 of the paid order named by the claim's subject, or go on where an attempt was cut off.

    A full disk is ``Retryable`` and leaves nothing half-published. A source that cannot be delivered fails the
    dataset with a reason.
    """
    dataset = _dataset_open(claim)
    if dataset.state == DatasetState.READY:
        return
    try:
        with bench(dataset.id) as folder:
            _Build(actor, claim, dataset, folder).run()
    except OSError as error:
        if error.errno in _DISK_FULL:
            raise Retryable(_disk_full_text(error)) from error
        raise
    except DomainError as error:
        _dataset_fail(actor, claim, dataset, error)
        raise


def _disk_full_text(error: OSError) -> str:
    return (
        f"The disk is full ({error.strerror}). Nothing was published and finished shards are kept;"
        " free some room and the build goes on by itself."
    )


def _dataset_open(claim: Claim) -> Dataset:
    """The dataset of the paid order; made by the first attempt."""
    order_id = parse_public_id(Prefix.ORDER, claim.subject)
    with transaction.atomic():
        order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
        if order.state not in _BUILDABLE:
            raise DATASET_NOT_BUILDABLE(f"The order is {order.state}; only a paid order is built. Nothing was changed.")
        dataset, _created = Dataset.objects.get_or_create(order=order, version=1)
    return dataset


def _dataset_fail(actor: Actor, claim: Claim, dataset: Dataset, error: DomainError) -> None:
    with transaction.atomic():
        if not claim.beat():
            raise LeaseLost(str(claim.job_id))
        advance(dataset, MACHINE, DatasetEvent.FAIL, reason=error.detail)
        record(actor=actor, action="dataset.failed", subject=dataset.public_id, after={"code": error.code})


class _Build:
    """One attempt."""

    def __init__(self, actor: Actor, claim: Claim, dataset: Dataset, folder: Path) -> None:
        self._actor = actor
        self._claim = claim
        self._dataset = dataset
        self._folder = folder

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
        sources_code(actor=self._actor, claim=self._claim, order=self._dataset.order)
        delivery = delivery_of(self._dataset.order)
        try:
            plan = dataset_plan((clip.spec for clip in delivery.clips), shard_bytes=self._dataset.shard_bytes)
        except ValueError as error:
            raise DATASET_SOURCE_BROKEN(f"The dataset cannot be planned: {error}. Nothing was published.") from error
        self._claim.progress(DatasetState.SELECTING, 1, 1)
        return delivery, plan

    def _transform(self, delivery: Delivery, plan: DatasetPlan) -> tuple[list[KeptFile], SampleLedger]:
        self._move(DatasetEvent.TRANSFORM)
        done, total = 0, plan.expected_bytes
        self._claim.progress(DatasetState.TRANSFORMING, done, total)
        clips = {clip.key: clip for clip in delivery.clips}
        kept = self._noted()
        cutter = Cutter(self._folder, self._claim)
        files: list[KeptFile] = []
        with manifest_at(self._folder) as manifest:
            ledger = SampleLedger(manifest)
            for shard in plan.shards:
                finished = self._recalled(shard, kept)
                if finished is None:
                    self._require_room(shard)
                    finished = shard_make(shard, clips, cutter, self._folder, self._tick(done, total))
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

    def _noted(self) -> dict[str, KeptFile]:
        files = DatasetFile.objects.filter(dataset=self._dataset)
        return {
            file.path: KeptFile(file.path, StoredFile(file.size_bytes, file.sha256, file.blake3), file.storage_key)
            for file in files
        }

    @staticmethod
    def _recalled(shard: ShardPlan, kept: dict[str, KeptFile]) -> KeptShard | None:
        tar, index = kept.get(shard_path(shard.name)), kept.get(index_path(shard.name))
        return None if tar is None or index is None else shard_recall(shard, tar, index)

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
        papers = Papers(self._dataset, delivery, ledger.facts(), issued_at, keys, self._folder)
        files, token, kid = papers.write(shards, manifests_keep(self._folder))
        proof = certificate_prove(dataset=self._dataset, token=token, issued_at=int(issued_at.timestamp()))
        files.append(bytes_keep(PROOF, proof, self._folder))
        self._claim.progress(DatasetState.PACKING, 1, 1)
        return files, token, kid

    def _verify(self, files: list[KeptFile], token: str) -> None:
        """Read every file back from the store, as a buyer's client will."""
        self._move(DatasetEvent.VERIFY)
        certificate_payload(token)
        done, total = 0, sum(file.stored.size_bytes for file in files)
        for file in files:
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
            advance(dataset, MACHINE, DatasetEvent.FINISH, ready_at=now())
            record(
                actor=self._actor,
                action="dataset.ready",
                subject=dataset.public_id,
                organisation_id=dataset.order.organisation_id,
                after={"files": len(files), "bytes": sum(file.stored.size_bytes for file in files)},
            )
            publish(topic=DATASET_READY, subject=dataset.public_id, payload={"order": dataset.order.public_id})
