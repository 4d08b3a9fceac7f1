"""What left a delivered dataset since, by when it has to be gone, and which files replace which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from marketplace.delivery.domain.folder import index_of
from marketplace.delivery.domain.states import DatasetState
from marketplace.delivery.models import Dataset, DatasetFile, Omission
from marketplace.withdrawals.domain.states import NoticeState
from marketplace.withdrawals.models import Notice


@dataclass(frozen=True, slots=True)
class Replaced:
    """A file of the dataset that held what left, and the hash of what takes its place; None when nothing does."""

    name: str
    sha256: str
    replaced_by: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One clip that was taken down. `without` is the version that leaves it out, once that is ready."""

    notice: Notice
    without: Dataset | None
    files: tuple[Replaced, ...]


def changes_of(dataset: Dataset) -> QuerySet[Notice]:
    """What was taken down of a dataset since it was built, oldest first by id; each licence once, as it stands."""
    told = Notice.objects.select_related("licence", "withdrawal").filter(licence__order_id=dataset.order_id)
    return told.exclude(state=NoticeState.SUPERSEDED)


def changes_shown(dataset: Dataset, notices: Iterable[Notice]) -> list[Change]:
    """One page of changes with the version that leaves each out: three queries, whatever their number.

    Files are compared between the asked version and the newest; a clip that the asked one leaves out itself has none.
    """
    page = list(notices)
    first: dict[UUID, Omission] = {}
    left_out = Omission.objects.filter(
        licence__in=[notice.licence_id for notice in page], dataset__state=DatasetState.READY
    )
    for omission in left_out.select_related("dataset").order_by("-dataset__version"):
        first[omission.licence_id] = omission
    newest = Dataset.objects.filter(order=dataset.order_id, state=DatasetState.READY).order_by("-version").first()
    before, after = _files(dataset, first.values()), _files(newest, first.values())
    changes = []
    for notice in page:
        left = first.get(notice.licence_id)
        held = left is not None and left.dataset.version > dataset.version
        names = (left.shard, index_of(left.shard)) if left is not None and held else ()
        files = tuple(Replaced(name, before[name], after.get(name)) for name in names if name in before)
        changes.append(Change(notice, None if left is None else left.dataset, files))
    return changes


def _files(dataset: Dataset | None, omissions: Iterable[Omission]) -> dict[str, str]:
    """The SHA-256 of the shards concerned, and of their indexes, in one version."""
    paths = {path for omission in omissions for path in (omission.shard, index_of(omission.shard))}
    rows = DatasetFile.objects.filter(dataset=dataset, path__in=paths)
    return dict(rows.values_list("path", "sha256")) if dataset is not None else {}
