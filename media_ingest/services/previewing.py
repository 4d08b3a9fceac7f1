"""The whole preview of a clip, made when somebody first asks: footage nobody looks at is never decoded for it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor, require
from core.audit.services import record
from core.jobs.models import Job, JobState
from core.jobs.services import Claim, enqueue
from core.logging import get_logger
from media_ingest.adapters.renditions import preview
from media_ingest.adapters.storage import store
from media_ingest.domain.actions import LIBRARY_VIEW
from media_ingest.domain.errors import CLIP_NOT_SHOWN
from media_ingest.domain.kinds import PREVIEW
from media_ingest.domain.previews import preview_plan
from media_ingest.domain.states import AssetState
from media_ingest.models import Clip, Derivative, DerivativeKind
from media_ingest.selectors import clip_get
from media_ingest.services.attempts import attempt_folder, picture_keep, tool_ends
from media_ingest.services.lifecycle import object_used
from media_ingest.services.links import media_link
from media_ingest.services.subjects import origin_us_of, shown_of

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PreviewState:
    """How far the whole preview of a clip is."""

    state: str
    """``ready``, or the state of the job that makes it: queued, running, failed or dead."""
    url: str | None
    """A signed link once it is ready."""
    done: int
    total: int
    """Milliseconds of the clip; 0 before the work begins."""


def clip_preview(*, actor: Actor, clip_id: UUID) -> PreviewState:
    """Return the whole preview of a visible clip, and have it made when there is none; asking again changes nothing.

    Refused with ``clip_not_shown`` when its file was withdrawn or refused.
    """
    require(actor, LIBRARY_VIEW)
    return preview_ensure(clip=clip_get(actor, clip_id))


def preview_ensure(*, clip: Clip) -> PreviewState:
    """Do the same for a clip that the caller may see, such as one on offer. Its asset has to be loaded."""
    if clip.asset.state != AssetState.READY:
        raise CLIP_NOT_SHOWN(f"Its file is {clip.asset.state}. Nothing was started.")
    with transaction.atomic():
        made = Derivative.objects.filter(clip=clip, kind=DerivativeKind.PREVIEW).first()
        if made is not None:
            return PreviewState("ready", media_link(made), clip.duration_ms, clip.duration_ms)
        job = enqueue(kind=PREVIEW, subject=clip.public_id)
    return _state_of(job)


def preview_told(*, clip: Clip) -> PreviewState | None:
    """Return how far the whole preview of a clip is; None when nobody asked for one. Starts nothing."""
    made = Derivative.objects.filter(clip=clip, kind=DerivativeKind.PREVIEW).first()
    if made is not None:
        return PreviewState("ready", media_link(made), clip.duration_ms, clip.duration_ms)
    job = Job.objects.filter(kind=PREVIEW, subject=clip.public_id).first()
    return None if job is None else _state_of(job)


def _state_of(job: Job) -> PreviewState:
    # The row of the picture and the end of the job are one transaction: done without a picture means that its file
    # was withdrawn meanwhile.
    state = JobState.FAILED if job.state == JobState.DONE else JobState(job.state)
    return PreviewState(str(state), None, job.progress_done, job.progress_total)


def clip_render(*, actor: Actor, clip_id: UUID, claim: Claim) -> None:
    """Make the whole preview of a clip, exactly once however often it is called."""
    clip = Clip.objects.select_related("asset").get(pk=clip_id)
    if clip.asset.state != AssetState.READY or _has_preview(clip):
        return
    plan = preview_plan(shown_of(clip.asset), clip.start_ms, clip.end_ms)
    claim.progress("preview", 0, plan.length_ms)
    with attempt_folder(claim) as folder, tool_ends(claim):
        out = folder / "preview.mp4"
        preview(
            store().path(clip.asset.storage_key),
            out,
            plan,
            origin_us=origin_us_of(clip.asset),
            should_stop=claim.lost,
            on_progress=lambda done: claim.progress("preview", min(done, plan.length_ms), plan.length_ms),
        )
        made = picture_keep(DerivativeKind.PREVIEW, out, (plan.width, plan.height))
    with claim.settle():
        Clip.objects.select_for_update(of=("self",)).get(pk=clip_id)
        if not _has_preview(clip):
            made.row(asset=clip.asset, clip=clip).save(force_insert=True)
            record(
                actor=actor,
                action="clip.previewed",
                subject=clip.public_id,
                organisation_id=clip.asset.organisation_id,
                after={"preview": made.sha256},
            )
    object_used(storage_key=clip.asset.storage_key)
    log.info("clip.previewed", clip=clip.public_id)


def _has_preview(clip: Clip) -> bool:
    return Derivative.objects.filter(clip=clip, kind=DerivativeKind.PREVIEW).exists()
