"""Datasets: state, progress, files, signed links, and the buyer's report that everything arrived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.accounts.policy import Scope
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.api.pagination import Page
from core.ids import Prefix
from marketplace.delivery.domain.errors import (
    DATASET_NOT_READY,
    FILE_UNKNOWN,
    LICENCE_ENDED,
    ON_HOLD,
    REPORT_MISMATCH,
)
from marketplace.delivery.models import Dataset, DatasetFile
from marketplace.delivery.selectors import BuildProgress, dataset_get, datasets_listed, files_of, progress_of
from marketplace.delivery.services.links import LINKS_AT_ONCE, Link, files_link
from marketplace.delivery.services.reporting import Report, dataset_confirm
from marketplace.delivery.services.withholding import withheld
from media_ingest.domain.upload_errors import STORAGE_AWAY

_NAME_LENGTH = 200


class DatasetOut(serializers.Serializer[Dataset]):
    """A dataset and its figures."""

    id = PublicIdField(Prefix.DATASET)
    order_id = PublicIdField(Prefix.ORDER)
    name = serializers.SerializerMethodField()
    version = serializers.IntegerField()
    state = serializers.CharField()
    reason = serializers.SerializerMethodField()
    samples = serializers.IntegerField()
    duration_ms = serializers.IntegerField()
    shards = serializers.IntegerField()
    size_bytes = serializers.IntegerField()
    certificate = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    newest_id = PublicIdField(Prefix.DATASET, allow_null=True)
    """The newest version of the same order that is ready; a later one leaves out what was taken down since."""
    newest_version = serializers.IntegerField(allow_null=True)

    def get_name(self, dataset: Dataset) -> str:
        return f"offcut-{dataset.public_id}".replace("_", "-")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_reason(self, dataset: Dataset) -> str | None:
        return dataset.reason or None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_certificate(self, dataset: Dataset) -> str | None:
        return dataset.certificate.code if hasattr(dataset, "certificate") else None


class DatasetQuery(serializers.Serializer[Any]):
    """Which datasets."""

    order_id = PublicIdField(Prefix.ORDER, required=False)


class ProgressOut(serializers.Serializer[BuildProgress]):
    """How far a build is; bytes in done and total, one step in short stages."""

    state = serializers.CharField()
    stage = serializers.CharField()
    stages = serializers.ListField(child=serializers.CharField())
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    heartbeat_at = serializers.DateTimeField(allow_null=True)
    attempt = serializers.IntegerField()
    seconds_left = serializers.IntegerField(allow_null=True)


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file, and why it is not given out if it is not."""

    file: DatasetFile
    withheld: str | None


class DatasetFileOut(serializers.Serializer[FileShown]):
    """One file of the folder. `withheld` is `licence_ended` or `on_hold` for a shard that is not given out."""

    name = serializers.CharField(source="file.path")
    size_bytes = serializers.IntegerField(source="file.size_bytes")
    sha256 = serializers.CharField(source="file.sha256")
    blake3 = serializers.CharField(source="file.blake3")
    etag = serializers.SerializerMethodField()
    withheld = serializers.CharField(allow_null=True)

    def get_etag(self, shown: FileShown) -> str:
        return f'"{shown.file.sha256}"'


class LinksIn(serializers.Serializer[Any]):
    """Which files to sign links for."""

    names = serializers.ListField(
        child=serializers.CharField(max_length=_NAME_LENGTH), min_length=1, max_length=LINKS_AT_ONCE
    )


class LinkOut(serializers.Serializer[Link]):
    """A link, relative to the site, and when it ends."""

    name = serializers.CharField()
    url = serializers.CharField()
    expires_at = serializers.DateTimeField()


class ReportIn(serializers.Serializer[Any]):
    """How the client's check ended."""

    ok = serializers.BooleanField()
    files = serializers.IntegerField(min_value=0)
    bytes = serializers.IntegerField(min_value=0)
    bad_files = serializers.ListField(
        child=serializers.CharField(max_length=_NAME_LENGTH), max_length=10_000, required=False
    )


class DatasetList(Resource):
    """`/datasets`."""

    @operation(
        summary="List datasets",
        query=DatasetQuery,
        output=DatasetOut,
        scope=Scope.DATASETS_READ,
        paginated=True,
    )
    def get(self, call: Call) -> Page[Dataset]:
        """My organisation's datasets, newest first; of one order with `order_id`."""
        return call.page(datasets_listed(actor=call.actor, order_id=call.query.get("order_id")))


class DatasetDetail(Resource):
    """`/datasets/{id}`."""

    @operation(summary="Show a dataset", output=DatasetOut, scope=Scope.DATASETS_READ)
    def get(self, call: Call) -> Dataset:
        """State, figures and certificate code."""
        return dataset_get(actor=call.actor, dataset_id=call.id("dataset_id", Prefix.DATASET))


class DatasetProgress(Resource):
    """`/datasets/{id}/progress`."""

    @operation(summary="Follow a build", output=ProgressOut, scope=Scope.DATASETS_READ)
    def get(self, call: Call) -> BuildProgress:
        """Stage, bytes done and to do, and the time left in the stage when it can be told."""
        return progress_of(actor=call.actor, dataset_id=call.id("dataset_id", Prefix.DATASET))


class DatasetFiles(Resource):
    """`/datasets/{id}/files`."""

    @operation(summary="List a dataset's files", output=DatasetFileOut, scope=Scope.DATASETS_READ, paginated=True)
    def get(self, call: Call) -> Page[FileShown]:
        """Names, sizes, hashes, and which are not given out any more. Empty until the dataset is ready."""
        dataset = dataset_get(actor=call.actor, dataset_id=call.id("dataset_id", Prefix.DATASET))
        page = call.page(files_of(actor=call.actor, dataset_id=dataset.pk))
        codes = withheld(dataset, page.data)
        shown = [FileShown(file, codes[file.path].code if file.path in codes else None) for file in page.data]
        return Page(shown, page.next_cursor)


class DatasetLinks(Resource):
    """`/datasets/{id}/files/links`."""

    @operation(
        summary="Sign download links",
        input=LinksIn,
        output=LinkOut,
        many=True,
        scope=Scope.DATASETS_READ,
        problems=[DATASET_NOT_READY, LICENCE_ENDED, ON_HOLD, FILE_UNKNOWN, STORAGE_AWAY],
    )
    def post(self, call: Call) -> list[Link]:
        """Links for up to 500 files, valid for 15 minutes. Ask again freely while entitled.

        When a clip in a shard was taken down, that shard is refused by name; the others are given out.
        """
        return files_link(actor=call.actor, dataset_id=call.id("dataset_id", Prefix.DATASET), names=call.data["names"])


class DatasetReport(Resource):
    """`/datasets/{id}/verify_report`."""

    @operation(
        summary="Report a verified download",
        input=ReportIn,
        output=DatasetOut,
        scope=Scope.DATASETS_READ,
        problems=[DATASET_NOT_READY, REPORT_MISMATCH],
    )
    def post(self, call: Call) -> Dataset:
        """A clean report for every listed file closes the delivery; reporting again changes nothing."""
        dataset_id = call.id("dataset_id", Prefix.DATASET)
        report = Report(
            ok=call.data["ok"],
            files=call.data["files"],
            bytes=call.data["bytes"],
            bad_files=call.data.get("bad_files", []),
        )
        dataset_confirm(actor=call.actor, dataset_id=dataset_id, report=report)
        return dataset_get(actor=call.actor, dataset_id=dataset_id)
