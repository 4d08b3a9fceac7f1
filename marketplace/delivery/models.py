"""Datasets, their files, and the certificates that prove them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from typing_extensions import override

from core.constraints import check_in
from core.ids import Prefix
from core.models_base import Record
from marketplace.delivery.domain.plan import DEFAULT_SHARD_BYTES
from marketplace.delivery.domain.states import DatasetState
from marketplace.orders.models import Licence, Order


class Dataset(Record):
    """One version of the delivery of one order. An order has exactly one dataset per version."""

    PREFIX = Prefix.DATASET

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="datasets")
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=16, default=DatasetState.QUEUED)
    reason = models.TextField(default="", blank=True)
    """Why it failed, in words for the buyer: what is wrong, what is safe, what to do."""
    shard_bytes = models.BigIntegerField(default=DEFAULT_SHARD_BYTES)
    """Size each shard aims for. Part of the recipe: it never changes, so that a new attempt gives the same bytes."""
    issued_at = models.DateTimeField(null=True, blank=True)
    """Time the certificate states; fixed by the first attempt that gets to sign one."""
    ready_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    """When the buyer's client reported every file as verified."""

    class Meta:
        """What is true of every dataset."""

        constraints: ClassVar = (
            check_in("state", DatasetState, "marketplace_dataset_state"),
            models.UniqueConstraint(fields=["order", "version"], name="marketplace_dataset_once_per_version"),
            models.CheckConstraint(
                condition=Q(version__gte=1, shard_bytes__gt=0), name="marketplace_dataset_recipe_positive"
            ),
            models.CheckConstraint(
                condition=~Q(state=DatasetState.FAILED) | ~Q(reason=""), name="marketplace_dataset_failed_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(state=DatasetState.READY, ready_at__isnull=False, issued_at__isnull=False)
                | (~Q(state=DatasetState.READY) & Q(ready_at__isnull=True)),
                name="marketplace_dataset_ready_is_dated",
            ),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True) | Q(state=DatasetState.READY),
                name="marketplace_dataset_delivered_is_ready",
            ),
        )

    @override
    def __str__(self) -> str:
        """Show the public id and version."""
        return f"{self.public_id} v{self.version}"


class DatasetFile(Record):
    """One file of a dataset's folder. Shards appear as they are stored; they are offered once all is verified."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="files")
    path = models.CharField(max_length=200)
    """Path inside the folder, with slashes."""
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    blake3 = models.CharField(max_length=64)
    storage_key = models.CharField(max_length=200)
    """Where the blob store keeps the bytes."""

    class Meta:
        """A path exists once and has bytes behind it."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["dataset", "path"], name="marketplace_datasetfile_path"),
            models.CheckConstraint(
                condition=Q(size_bytes__gte=0) & ~Q(sha256="") & ~Q(blake3="") & ~Q(storage_key=""),
                name="marketplace_datasetfile_has_bytes",
            ),
        )
        indexes: ClassVar = (models.Index(fields=["storage_key"], name="marketplace_datasetfile_blob"),)

    @override
    def __str__(self) -> str:
        """Show the path."""
        return self.path


class Omission(Record):
    """A licence that a version of a dataset leaves out, because it ended before its time. Later versions do, too."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="omissions")
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="omissions")
    shard = models.CharField(max_length=200, default="", blank=True)
    """Path of the shard that held its clip before; known once the version is ready."""

    class Meta:
        """A version leaves a licence out once."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["dataset", "licence"], name="marketplace_omission_once"),
        )

    @override
    def __str__(self) -> str:
        """Show the shard."""
        return self.shard


class SignedCopy(Record):
    """How one licence's video was signed: a signature is not made twice the same, so it is kept and put in again.

    Rows never change (trigger): a shard that is made anew holds the very bytes of the first.
    """

    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="signed_copies")
    source_sha256 = models.CharField(max_length=64)
    """Of the video before it was signed."""
    sha256 = models.CharField(max_length=64)
    """Of the video as delivered."""
    size_bytes = models.BigIntegerField()
    manifest = models.BinaryField()
    """The box with the C2PA manifest, compressed with zlib."""
    seal = models.BinaryField()
    """The box with the seal."""

    class Meta:
        """A licence's video is signed once."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["licence", "source_sha256"], name="marketplace_signedcopy_once"),
            models.CheckConstraint(
                condition=Q(size_bytes__gt=0) & ~Q(sha256="") & ~Q(source_sha256=""),
                name="marketplace_signedcopy_has_bytes",
            ),
        )

    @override
    def __str__(self) -> str:
        """Show the digest of what is delivered."""
        return self.sha256


class Certificate(Record):
    """The signed proof of one dataset. Never changed: see the migration's trigger."""

    dataset = models.OneToOneField(Dataset, on_delete=models.PROTECT, related_name="certificate")
    code = models.CharField(max_length=40, unique=True)
    """What anybody can type in to check it."""
    jws = models.TextField()
    """The certificate itself, a compact JWS."""
    kid = models.CharField(max_length=64)
    """Thumbprint of the key that signed it."""

    class Meta:
        """A certificate has a text."""

        constraints: ClassVar = (
            models.CheckConstraint(condition=~Q(jws="") & ~Q(code=""), name="marketplace_certificate_not_empty"),
        )

    @override
    def __str__(self) -> str:
        """Show the code."""
        return self.code
