"""Uploads, files, clips and previews for tests, without any media work."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import factory
from factory.django import DjangoModelFactory

from core.accounts.policy import Actor
from media_ingest.adapters.storage import blob_key
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, Clip, Derivative, DerivativeKind, Upload
from media_ingest.services.receiving import upload_append
from media_ingest.services.uploads import upload_create
from tests.factories.core import OrganisationFactory


class AssetFactory(DjangoModelFactory[Asset]):
    """A ready file: 40 seconds of 1080p, 25 frames a second. Its bytes are not in storage."""

    class Meta:
        model = Asset

    organisation = factory.SubFactory(OrganisationFactory)
    original_name = factory.Sequence(lambda n: f"A001_C{n:03}.mov")
    sha256 = factory.Sequence(lambda n: hashlib.sha256(f"asset {n}".encode()).hexdigest())
    size_bytes = 1_000_000
    storage_key = factory.LazyAttribute(lambda asset: blob_key(asset.sha256))
    state = AssetState.READY
    container = "mov"
    video_codec = "h264"
    bit_depth = 8
    coded_width = 1920
    coded_height = 1080
    width = 1920
    height = 1080
    rotation = 0
    sample_aspect = "1/1"
    frame_rate_num = 25
    frame_rate_den = 1
    has_audio = True
    duration_ticks = 512_000
    time_base_num = 1
    time_base_den = 12_800
    duration_ms = 40_000
    frame_count = 1000


class ReceivedAssetFactory(DjangoModelFactory[Asset]):
    """A file that nothing looked into yet."""

    class Meta:
        model = Asset

    organisation = factory.SubFactory(OrganisationFactory)
    original_name = factory.Sequence(lambda n: f"B001_C{n:03}.mov")
    sha256 = factory.Sequence(lambda n: hashlib.sha256(f"received {n}".encode()).hexdigest())
    size_bytes = 1_000_000
    storage_key = factory.LazyAttribute(lambda asset: blob_key(asset.sha256))


class ClipFactory(DjangoModelFactory[Clip]):
    """A ready file's whole length."""

    class Meta:
        model = Clip

    asset = factory.SubFactory(AssetFactory)
    start_ticks = 0
    end_ticks = factory.LazyAttribute(lambda clip: clip.asset.duration_ticks)
    start_ms = 0
    end_ms = factory.LazyAttribute(lambda clip: clip.asset.duration_ms)


class DerivativeFactory(DjangoModelFactory[Derivative]):
    """A poster. Its bytes are not in storage."""

    class Meta:
        model = Derivative

    asset = factory.SubFactory(AssetFactory)
    kind = DerivativeKind.POSTER
    sha256 = factory.Sequence(lambda n: hashlib.sha256(f"derivative {n}".encode()).hexdigest())
    storage_key = factory.LazyAttribute(lambda derivative: blob_key(derivative.sha256))
    size_bytes = 20_000
    width = 640
    height = 360


def upload_of(actor: Actor, content: bytes, name: str = "A001_C004.mov", **declared: Any) -> Upload:
    """Send a whole file through the services; return the finished upload, whose bytes are in storage."""
    upload = upload_create(actor=actor, name=name, size_bytes=len(content), **declared)
    if not content:
        return upload
    return upload_append(actor=actor, upload_id=upload.id, offset=0, stream=io.BytesIO(content), length=len(content))
