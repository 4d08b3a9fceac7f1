"""Claims of third parties: the form anybody may fill in, where a claim stands, and the desk's decision."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rest_framework.throttling import AnonRateThrottle
from typing_extensions import override

from core.accounts.policy import Actor, allowed
from core.api.problems import RATE_LIMITED
from core.errors import DomainError
from core.ids import Prefix, parse_public_id
from licensing.domain.reasons import FOOTAGE_REASONS, newest
from licensing.domain.urgency import Urgency
from licensing.selectors.reasons import reasons_published
from marketplace.orders.selectors.values import open_clip_values
from marketplace.web.formats import language
from marketplace.web.pages import done, key_of, public, told
from marketplace.web.views.desk import desk_page, due_badge
from marketplace.web.withdrawn import CLAIM, KIND, NOTICE
from marketplace.withdrawals.domain.actions import CLAIM_DECIDE
from marketplace.withdrawals.domain.errors import CLAIM_INVALID
from marketplace.withdrawals.domain.states import ClaimKind, ClaimState
from marketplace.withdrawals.models import Claim
from marketplace.withdrawals.selectors.visible import claim_followed, claims_visible_to, notices_overdue
from marketplace.withdrawals.services.claims import Filing, claim_decide, claim_file
from media_ingest.models import Clip, DerivativeKind
from media_ingest.services.links import clip_link

SHOWN = 100


class _Filing(AnonRateThrottle):
    """The same limit as over the API, counted together with it by address."""

    scope = "claim"

    @override
    def get_cache_key(self, request: Any, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


@require_http_methods(["GET", "HEAD", "POST"])
@public
def takedown(request: HttpRequest) -> HttpResponse:
    """Show the form; take a claim and show its reference, once."""
    if request.method != "POST":
        return render(request, "marketplace/takedown.html", {"kinds": KIND, "typed": request.GET})
    try:
        if not _Filing().allow_request(request, None):  # type: ignore[arg-type]  # it reads the address only
            raise RATE_LIMITED("Wait an hour, then send it again. Nothing was sent.")
        filed = claim_file(filing=_typed(request.POST))
    except DomainError as error:
        told(request, error)
        typed = {"kinds": KIND, "typed": request.POST}
        status = 429 if error.code == RATE_LIMITED.code else 422
        return render(request, "marketplace/takedown.html", typed, status=status)
    return render(request, "marketplace/claim.html", _shown(filed.claim) | {"ref": filed.ref}, status=201)


def _shown(claim: Claim) -> dict[str, Any]:
    return {"claim": claim, "kind": KIND[claim.kind], "badge": CLAIM[claim.state]}


def _typed(form: Any) -> Filing:
    kind, clip = form.get("kind", ""), form.get("clip", "").strip()
    if kind not in list(ClaimKind):
        raise CLAIM_INVALID("Choose what is wrong. Nothing was sent.", pointer="/kind")
    return Filing(
        kind=ClaimKind(kind),
        about=form.get("about", "")[:500],
        name=form.get("name", "")[:120],
        email=form.get("email", "")[:254],
        statement=form.get("statement", "")[:5000],
        clip_id=_clip(clip) if clip else None,
        language=str(language()),
    )


def _clip(number: str) -> UUID:
    try:
        return parse_public_id(Prefix.CLIP, number)
    except DomainError:
        raise CLAIM_INVALID(
            f"No clip has the number “{number[:40]}”: one is clp_ and 26 letters and digits. Correct it, or leave it"
            " empty; nothing was sent.",
            pointer="/clip",
        ) from None


@require_safe
@public
def takedown_status(request: HttpRequest, ref: str) -> HttpResponse:
    """Show where a claim stands."""
    found = claim_followed(ref)
    return render(request, "marketplace/claim.html", _shown(found))


def claims_in_order(claims: Iterable[Claim]) -> list[Claim]:
    """Return claims as they are worked off: what was hidden at once first, then as every queue of the desk."""
    rows = list(claims)
    values = open_clip_values(row.clip_id for row in rows if row.clip_id)

    def place(row: Claim) -> tuple[object, ...]:
        value = values.get(row.clip_id, ()) if row.clip_id else ()
        return (*Urgency(row.due_at, row.created_at, value, hidden=row.hid).key, row.pk)

    return sorted(rows, key=place)


@require_safe
@desk_page
def takedowns(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show open claims, the most urgent first, what was decided last, and deadlines that passed."""
    return render(request, "marketplace/takedowns.html", _context(actor))


def _context(actor: Actor) -> dict[str, Any]:
    claims = claims_visible_to(actor)
    opened = claims.filter(state=ClaimState.OPEN).prefetch_related("clip__asset__derivatives")
    waiting = claims_in_order(opened)[:SHOWN]
    decided = claims.exclude(state=ClaimState.OPEN).order_by("-decided_at")[:20]
    in_force = newest(reasons_published(), FOOTAGE_REASONS)
    return {
        "section": "takedowns",
        "waiting": [(row, KIND[row.kind], due_badge(row.due_at), _film(row.clip)) for row in waiting],
        "decided": [(row, CLAIM[row.state]) for row in decided],
        "overdue": [(row, NOTICE[row.state]) for row in notices_overdue(actor)[:SHOWN]],
        "reasons": [(code, reason.words.of(language())) for code, reason in in_force.items()],
        "may_decide": allowed(actor, CLAIM_DECIDE),
    }


def _film(clip: Clip | None) -> str:
    return (clip_link(clip, DerivativeKind.PREVIEW) or "") if clip is not None else ""


@require_POST
@desk_page
def takedown_decide(request: HttpRequest, actor: Actor, claim_id: str) -> HttpResponse:
    """Uphold or reject a claim; on a refusal the answer stays in its fields."""
    decision = request.POST.get("decision", "")
    try:
        if decision not in {"uphold", "reject"}:
            raise CLAIM_INVALID("Choose whether the claim is upheld. Nothing was changed.", pointer="/decision")
        claim_decide(
            actor=actor,
            claim_id=key_of(Prefix.CLAIM, claim_id),
            uphold=decision == "uphold",
            note=request.POST.get("note", "")[:5000],
            reason=request.POST.get("reason", ""),
        )
    except DomainError as error:
        told(request, error)
        typed = {"typed": request.POST, "typed_for": claim_id}
        return render(request, "marketplace/takedowns.html", _context(actor) | typed, status=422)
    return done(request, _("Decided. The claimant can read why."), "/desk/takedowns")
