"""Was every holder told, does every notice move on when its time has come? Finds, never repairs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from core.clock import now
from core.jobs.models import Job, JobState
from marketplace.orders.selectors.orders import STANDING
from marketplace.transparency.adapters.jws import CertificateError, verify_deletion
from marketplace.transparency.services.keys import public_keys
from marketplace.withdrawals.domain.states import NoticeState
from marketplace.withdrawals.domain.topics import RELEASE_FOLLOW
from marketplace.withdrawals.models import Attestation, Notice, Withdrawal
from marketplace.withdrawals.selectors.refunds import notices_uncredited
from marketplace.withdrawals.selectors.resting import reached_untold, releases_unfollowed

_PATIENCE: Final = timedelta(days=2)
"""How late the nightly net may be before that is a breach."""
_ENDED: Final = (NoticeState.IN_EFFECT, NoticeState.OVERDUE, NoticeState.ATTESTED)


def holders_check() -> Iterator[str]:
    """One sentence for each holder who was never told what was taken back."""
    moment = now()
    waiting = Withdrawal.objects.filter(clip__licences__state__in=STANDING).select_related("release")
    for withdrawal in waiting.distinct().order_by("pk"):
        for reached in reached_untold(withdrawal, at=moment):
            yield f"the holder of {reached.licence.public_id} was never told of withdrawal {withdrawal.public_id}"
    coming = Job.objects.filter(kind=RELEASE_FOLLOW, state__in=[JobState.QUEUED, JobState.RUNNING])
    followed = {str(payload.get("release")) for payload in coming.values_list("payload", flat=True)}
    for release in releases_unfollowed():
        if release.public_id not in followed:
            yield f"release {release.public_id} was taken back and nobody who holds a licence was told"


def notices_check() -> Iterator[str]:
    """One sentence for each notice that has no deadline, did not move on at it, or left its licence standing."""
    late = now() - _PATIENCE
    asked = Notice.objects.exclude(state__in=[NoticeState.INFORMED, NoticeState.SUPERSEDED])
    for notice in asked.filter(due_at=None):
        yield f"notice {notice.public_id} asks for something and has no deadline"
    for notice in Notice.objects.filter(state=NoticeState.SUPERSEDED, superseded_by=None):
        yield f"notice {notice.public_id} was superseded and nothing took its place"
    for notice in Notice.objects.filter(state=NoticeState.NOTICED, effective_at__lt=late):
        yield f"notice {notice.public_id} was to take effect at {notice.effective_at.isoformat()} and has not"
    for notice in Notice.objects.filter(state=NoticeState.IN_EFFECT, due_at__lt=late):
        yield f"notice {notice.public_id} fell due without being called overdue"
    for notice in Notice.objects.filter(state__in=_ENDED, licence__state__in=STANDING).select_related("licence"):
        yield f"notice {notice.public_id} is {notice.state} and licence {notice.licence.public_id} still stands"


def attestations_check() -> Iterator[str]:
    """One sentence for each deletion certificate that does not verify, or is about something else than its notice."""
    keys = public_keys()
    for attestation in Attestation.objects.select_related("notice__licence").order_by("pk").iterator(chunk_size=200):
        notice = attestation.notice
        try:
            said = verify_deletion(attestation.jws, keys)
        except CertificateError as error:
            yield f"the deletion certificate of notice {notice.public_id} does not verify: {error}"
            continue
        if (said["jti"], said["licence"]) != (notice.public_id, notice.licence.public_id):
            yield f"the deletion certificate of notice {notice.public_id} is about something else"


def refunds_check() -> Iterator[str]:
    """One sentence for each refund that fell due and is not in the ledger as promised."""
    for notice in notices_uncredited():
        yield f"notice {notice.public_id} promised {notice.refund}; the ledger credited another amount for its licence"
