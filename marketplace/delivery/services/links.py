"""Signed links to a dataset's files: short-lived, bound to one file, honoured only while the buyer is entitled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import BinaryIO
from urllib.parse import quote
from uuid import UUID

from django.core import signing

from core.accounts.policy import Actor, require
from core.clock import now
from marketplace.delivery.domain.actions import DATASET_DOWNLOAD
from marketplace.delivery.domain.errors import DATASET_NOT_READY, FILE_UNKNOWN, LICENCE_ENDED, LINK_INVALID, ON_HOLD
from marketplace.delivery.domain.states import DatasetState
from marketplace.delivery.models import Dataset, DatasetFile
from marketplace.delivery.selectors import dataset_get
from marketplace.delivery.services.withholding import withheld
from marketplace.orders.domain.states import OrderState
from media_ingest.adapters.storage import BlobMissing, StorageUnavailable, store
from media_ingest.domain.upload_errors import STORAGE_AWAY

LINK_LIFETIME = timedelta(minutes=15)
LINKS_AT_ONCE = 500
_SALT = "offcut.delivery.file"
_ENTITLED = frozenset({OrderState.READY, OrderState.DELIVERED, OrderState.BUILDING})
"""A dataset is ready a moment before its order says so, hence ``building``."""


@dataclass(frozen=True, slots=True)
class Link:
    """A signed address of one file. ``url`` is relative to the site."""

    name: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Offered:
    """A file that a valid link leads to; ``etag`` is a strong one, the hash of the content."""

    file: DatasetFile
    storage_key: str

    @property
    def etag(self) -> str:
        """Entity tag: the SHA-256 of the bytes."""
        return f'"{self.file.sha256}"'


def _require_entitled(dataset: Dataset) -> None:
    if dataset.state != DatasetState.READY:
        raise DATASET_NOT_READY(f"The dataset is {dataset.state}. Its files are offered once all of them are verified.")
    if dataset.order.state not in _ENTITLED:
        raise LICENCE_ENDED(
            f"The order is {dataset.order.state}, so its files are not handed out. What you have already stays"
            " as it is; its licences say what you may do with it."
        )


def files_link(*, actor: Actor, dataset_id: UUID, names: Sequence[str]) -> list[Link]:
    """Sign links for up to 500 files of a dataset, valid for 15 minutes each; ask again freely while entitled.

    Refused with ``dataset_not_ready``, ``file_unknown``, or, naming each file, ``licence_ended`` and ``on_hold``: a
    shard is not given out when the licence of a clip in it ended or is under a claim. All others are.
    """
    dataset = dataset_get(actor=actor, dataset_id=dataset_id)
    require(actor, DATASET_DOWNLOAD, dataset.order.organisation_id)
    _require_entitled(dataset)
    files = {file.path: file for file in dataset.files.filter(path__in=set(names))}
    unknown = [name for name in names if name not in files]
    if unknown:
        raise FILE_UNKNOWN(
            f"There is no file {unknown[0]!r} in this dataset. No link was made; list the files again.",
            names=unknown[:10],
        )
    _require_given(dataset, list(files.values()))
    expires_at = now() + LINK_LIFETIME
    return [_link(files[name], expires_at) for name in names]


def _require_given(dataset: Dataset, files: Sequence[DatasetFile]) -> None:
    refused = withheld(dataset, files)
    if not refused:
        return
    code = LICENCE_ENDED if LICENCE_ENDED in refused.values() else ON_HOLD
    what = (
        "The licence of a clip in it has ended. A version of the dataset without it takes its place: offcut sync."
        if code is LICENCE_ENDED
        else "A claim on a clip in it is being looked at; it is given out again if the claim is rejected."
    )
    raise code(
        f"{min(refused)} is not given out. {what} No link was made; ask for the other files.",
        errors=[{"name": name, "code": refused[name].code} for name in sorted(refused)],
    )


def _link(file: DatasetFile, expires_at: datetime) -> Link:
    until = int(expires_at.timestamp())
    token = signing.dumps([file.id.hex, until], salt=_SALT)
    url = f"/api/v1/files/{token}/{quote(file.path)}"
    return Link(file.path, url, datetime.fromtimestamp(until, UTC))


def file_offered(*, token: str, name: str) -> Offered:
    """The file behind a link; ``link_invalid`` when the link was changed, is for another file or has expired.

    Entitlement is asked again here, so that a link dies with the licence: ``licence_ended``, ``on_hold``.
    """
    try:
        key, until = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise LINK_INVALID("The link was not made here or was changed. Ask for new links.") from error
    if now().timestamp() >= until:
        raise LINK_INVALID("The link has expired; links last 15 minutes. Ask for new ones and continue.")
    file = DatasetFile.objects.select_related("dataset__order").filter(pk=UUID(key), path=name).first()
    if file is None:
        raise LINK_INVALID("The link is for another file. Ask for new links.")
    _require_entitled(file.dataset)
    _require_given(file.dataset, [file])
    return Offered(file, file.storage_key)


def offered_open(offered: Offered) -> BinaryIO:
    """The bytes of an offered file, seekable; ``link_invalid`` when they are gone from the store.

    ``storage_away`` when the store does not answer: the link stays good.
    """
    try:
        return store().open(offered.storage_key)
    except BlobMissing as error:
        raise LINK_INVALID("The file is missing in the store; the operator was told. Try again later.") from error
    except StorageUnavailable as error:
        raise STORAGE_AWAY("The file is safe and the link stays good. Ask again in a moment.") from error
