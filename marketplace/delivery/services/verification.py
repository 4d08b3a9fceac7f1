"""Is every dataset what its order, its certificate and the store say it is? Finds, never repairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from marketplace.delivery.domain.states import DatasetState
from marketplace.delivery.domain.sums import BLAKE3SUMS, SHA256SUMS
from marketplace.delivery.models import Certificate, Dataset, DatasetFile
from marketplace.delivery.selectors import licences_in
from marketplace.delivery.services.certifying import certificate_payload
from marketplace.orders.domain.states import OrderState
from marketplace.orders.models import Order
from marketplace.transparency.adapters.jws import CertificateError
from media_ingest.adapters.storage import BlobMissing, store

_BUILT = (OrderState.READY, OrderState.DELIVERED)


def storage_keys_referenced(keys: Sequence[str]) -> set[str]:
    """Those of ``keys`` that a dataset's files need; the nightly sweep keeps them."""
    return set(DatasetFile.objects.filter(storage_key__in=keys).values_list("storage_key", flat=True))


def datasets_check() -> Iterator[str]:
    """One sentence for each thing about datasets that is not as it must be."""
    missing = Order.objects.filter(state__in=_BUILT).exclude(datasets__state=DatasetState.READY)
    for order in missing.order_by("pk"):
        yield f"order {order.public_id} is {order.state} and has no dataset that is ready"
    for dataset in Dataset.objects.select_related("order").order_by("pk").iterator(chunk_size=200):
        yield from _dataset(dataset)


def _dataset(dataset: Dataset) -> Iterator[str]:
    certificate = Certificate.objects.filter(dataset=dataset).first()
    if dataset.state != DatasetState.READY:
        if certificate is not None:
            yield f"dataset {dataset.public_id} is {dataset.state} and has a certificate"
        return
    files = {file.path: file for file in dataset.files.all()}
    yield from _stored(dataset, files)
    if certificate is None:
        yield f"dataset {dataset.public_id} is ready and has no certificate"
        return
    yield from _certified(dataset, certificate, files)


def _stored(dataset: Dataset, files: dict[str, DatasetFile]) -> Iterator[str]:
    for path, file in files.items():
        try:
            size = store().size(file.storage_key)
        except BlobMissing:
            yield f"dataset {dataset.public_id}: {path} is not in the store"
            continue
        if size != file.size_bytes:
            yield f"dataset {dataset.public_id}: {path} has {size} bytes in the store, {file.size_bytes} are recorded"


def _certified(dataset: Dataset, certificate: Certificate, files: dict[str, DatasetFile]) -> Iterator[str]:
    try:
        payload = certificate_payload(certificate.jws)
    except CertificateError as error:
        yield f"certificate {certificate.code} does not verify: {error}"
        return
    said = (payload["dataset"], payload["order"], payload["files"]["sha256sums"], payload["files"]["blake3sums"])
    sums = tuple(files[name].sha256 if name in files else "" for name in (SHA256SUMS, BLAKE3SUMS))
    if said != (dataset.public_id, dataset.order.public_id, *sums):
        yield f"certificate {certificate.code} is not about the files of dataset {dataset.public_id}"
    granted = {entry["id"] for entry in payload["licences"]}
    issued = {licence.public_id for licence in licences_in(dataset)}
    if granted != issued:
        yield f"certificate {certificate.code} names other licences than dataset {dataset.public_id} holds"
