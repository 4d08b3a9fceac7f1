"""Taking a clip back with its effect shown first, and what holders do about a notice."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.accounts.policy import Actor, allowed
from core.errors import DomainError
from core.ids import Prefix
from licensing.domain.reasons import reason_of
from licensing.selectors.reasons import reasons_published
from marketplace.catalog.domain.titles import shown_title
from marketplace.orders.selectors.orders import licensee_told
from marketplace.repayments.selectors.shown import refund_shown
from marketplace.web.formats import language
from marketplace.web.pages import done, key_of, see, told
from marketplace.web.said import Badge
from marketplace.web.views.market import buyer_page
from marketplace.web.views.studio import studio_page
from marketplace.web.withdrawn import CAUSE, METHOD, NOTICE, REFUND, RUNGS, SIGNATORY
from marketplace.withdrawals.domain.actions import NOTICE_ATTEST
from marketplace.withdrawals.domain.deletion import Declared
from marketplace.withdrawals.domain.ladder import Rung
from marketplace.withdrawals.domain.states import OPEN_NOTICES, NoticeState
from marketplace.withdrawals.models import Notice, Withdrawal
from marketplace.withdrawals.selectors.delivered import samples_delivered
from marketplace.withdrawals.selectors.visible import notice_get, notices_visible_to, withdrawals_visible_to
from marketplace.withdrawals.services.attesting import notice_attest
from marketplace.withdrawals.services.withdrawing import clip_withdraw, withdrawal_foresee
from media_ingest.selectors import clip_get

SHOWN = 200
_TICKS = ("deleted", "method", "signatory")


@require_safe
@studio_page
def withdraw(request: HttpRequest, actor: Actor, clip_id: str) -> HttpResponse:
    """Show what taking a clip back would do; once it is gone, where each holder stands."""
    found = clip_get(actor, key_of(Prefix.CLIP, clip_id))
    withdrawals = withdrawals_visible_to(actor).filter(clip=found)
    withdrawal = withdrawals.filter(release=None).order_by("pk").last()
    effect = withdrawal_foresee(actor=actor, clip_id=found.pk) if withdrawal is None else None
    context = {
        "section": "studio",
        "clip": found,
        "title": shown_title(found.title, found.asset.original_name),
        "withdrawal": withdrawal,
        "causes": [(CAUSE[one.cause], one.created_at, _wrong(one)) for one in withdrawals.order_by("pk")],
        "notices": [_stand(row) for one in withdrawals for row in one.notices.all() if _counts(row)],
        "unnamed": _("a buyer your terms do not name"),
        "effect": effect,
        "reached": [(one, _rungs(one.plan.rungs)) for one in effect.reached] if effect else [],
    }
    return render(request, "marketplace/withdraw.html", context)


def _wrong(withdrawal: Withdrawal) -> str:
    """Say what was wrong with the clip, in the words of the version that the decision gave."""
    claim = withdrawal.claim
    if claim is None or not claim.reason_code:
        return ""
    return reason_of(reasons_published(), claim.reason_code, claim.reason_version).words.of(language())


def _counts(row: Notice) -> bool:
    return row.state != NoticeState.SUPERSEDED


def _stand(row: Notice) -> tuple[Notice, Badge, str]:
    return row, NOTICE[row.state], licensee_told(row.licence)


@require_POST
@studio_page
def withdraw_now(request: HttpRequest, actor: Actor, clip_id: str) -> HttpResponse:
    """Take the clip back for good."""
    form = request.POST
    try:
        clip_withdraw(
            actor=actor,
            clip_id=clip_get(actor, key_of(Prefix.CLIP, clip_id)).pk,
            despite_exclusive=form.get("despite_exclusive") == "yes",
            reason=form.get("reason", "").strip()[:2000],
        )
    except DomainError as error:
        told(request, error)
        return see(f"/studio/clips/{clip_id}/withdraw")
    return done(
        request, _("The clip is taken back. Everybody who holds it was told."), f"/studio/clips/{clip_id}/withdraw"
    )


@require_safe
@buyer_page
def notices(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show takedown notices, newest first."""
    rows = notices_visible_to(actor).order_by("-id")[:SHOWN]
    context = {"section": "notices", "rows": [(row, NOTICE[row.state], _title(row)) for row in rows]}
    return render(request, "marketplace/notices.html", context)


@require_safe
@buyer_page
def notice(request: HttpRequest, actor: Actor, notice_id: str) -> HttpResponse:
    """Show one notice: what is asked, by when, which files."""
    found = notice_get(actor, key_of(Prefix.NOTICE, notice_id))
    return render(request, "marketplace/notice.html", _context(actor, found))


@require_POST
@buyer_page
def attest(request: HttpRequest, actor: Actor, notice_id: str) -> HttpResponse:
    """Take the attestation; what is missing is said and the form is shown again."""
    found = notice_get(actor, key_of(Prefix.NOTICE, notice_id))
    form = request.POST
    hashes = tuple(sample.sha256 for sample in samples_delivered(found.licence)) if form.get("deleted") == "yes" else ()
    declared = Declared(
        name=form.get("name", "")[:120],
        role=found.signatory if form.get("signatory") == "yes" else "",
        method=found.method if form.get("method") == "yes" else "",
        done=tuple(form.getlist("done")),
        hashes=hashes,
        places=form.get("places", "").strip()[:2000],
    )
    try:
        notice_attest(actor=actor, notice_id=found.pk, declared=declared)
    except DomainError as error:
        told(request, error)
        return render(request, "marketplace/notice.html", _context(actor, found) | _typed(form), status=422)
    return done(request, _("Attested. The deletion certificate is signed."), f"/market/notices/{notice_id}")


def _typed(form: QueryDict) -> dict[str, Any]:
    """What was typed and ticked, so that a refused attestation loses nothing."""
    return {"typed": form, "ticked": {*form.getlist("done"), *(name for name in _TICKS if form.get(name) == "yes")}}


def _context(actor: Actor, found: Notice) -> dict[str, Any]:
    is_open = found.state in OPEN_NOTICES
    refund = refund_shown(found)
    return {
        "section": "notices",
        "notice": found,
        "refund": (REFUND.get(refund.stage, ""), refund.sent_at),
        "further": getattr(found, "superseded_by", None),
        "badge": NOTICE[found.state],
        "title": _title(found),
        "cause": CAUSE[found.withdrawal.cause],
        "rungs": _rungs(found.rungs),
        "asks": [(rung, RUNGS[rung]) for rung in found.rungs if rung != Rung.STOP_NEW_SALES] if is_open else [],
        "signatory": SIGNATORY[found.signatory],
        "method": METHOD[found.method],
        "samples": samples_delivered(found.licence) if is_open else (),
        "attestation": getattr(found, "attestation", None),
        "may_attest": is_open and allowed(actor, NOTICE_ATTEST),
    }


def _title(found: Notice) -> str:
    clip = found.withdrawal.clip
    return shown_title(clip.title, clip.asset.original_name)


def _rungs(rungs: Any) -> list[Any]:
    return [RUNGS[str(rung)] for rung in rungs]
