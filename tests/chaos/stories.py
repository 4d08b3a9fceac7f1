"""Work of the product that waits for a worker: a file to look into, a paid order to build."""

from __future__ import annotations

from core.accounts.actions import OrganisationKind
from core.clock import now
from core.jobs.models import Job, JobState
from core.jobs.runner import run_due
from licensing.services.declarations import clip_declare
from marketplace.catalog.services.listing import listings_create
from marketplace.delivery.domain.topics import BUILD
from marketplace.delivery.models import Dataset
from marketplace.orders.models import Order
from media_ingest.models import Asset, Upload
from tests.factories.core import actor_as
from tests.factories.delivery import clip_from, rush
from tests.factories.marketplace import NOBODYS, SYSTEM, order_paid, studio_signed
from tests.factories.media_ingest import upload_of


def upload_waiting(seed: int = 7) -> Asset:
    """Bring a file in as a creator does; nothing looked into it yet."""
    upload = upload_of(actor_as(OrganisationKind.STUDIO), rush(seed), name=f"rush{seed}.mp4")
    return Asset.objects.get(uploads=Upload.objects.get(pk=upload.pk))


def order_waiting(*, clips: int = 2, first: int = 0, shard_bytes: int = 1) -> Order:
    """Film, upload, license and sell some clips; everything is done but the build, of one shard for each clip.

    ``first`` numbers the recordings: the same ones again would be somebody else's footage.
    """
    studio = studio_signed()
    made = [clip_from(studio, rush(number), f"rush{number}.mp4") for number in range(first, first + clips)]
    for clip in made:
        clip_declare(actor=studio, clip_id=clip.pk, declared=NOBODYS)
        listings_create(actor=SYSTEM, asset_id=clip.asset_id)
    order = order_paid(actor_as(OrganisationKind.BUYER), made)
    Dataset.objects.create(order=order, shard_bytes=shard_bytes, issued_at=now().replace(microsecond=0))
    waiting = set(Job.objects.filter(state=JobState.QUEUED).values_list("kind", flat=True))
    run_due(waiting - {BUILD})
    return order
