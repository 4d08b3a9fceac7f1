"""What a creator permits: presets, sentences, an agreement with changes, its review and the signature."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from core.accounts.policy import Actor, allowed
from core.errors import DomainError
from core.ids import Prefix
from licensing.domain.actions import AGREEMENT_SIGN, TERMS_WRITE
from licensing.domain.author_rights import author_rights, switch_rows
from licensing.domain.clauses import Clause, clause_of
from licensing.domain.presets import PRESET_WORDS, Preset
from licensing.domain.rendering import clause_text
from licensing.domain.states import EDITABLE, AgreementState
from licensing.domain.wording import Language, Text
from licensing.models import Agreement
from licensing.selectors.agreements import (
    agreement_get,
    agreement_text,
    agreements_visible_to,
    amended_values,
    amended_wording,
)
from licensing.selectors.societies import own_societies
from licensing.selectors.terms import (
    catalogue_of,
    contract_catalogue,
    contract_edition,
    effective_values,
    signed_agreement_for,
    terms_profile_get,
)
from licensing.services.agreements import agreement_amend, agreement_draft, agreement_recall, agreement_submit
from licensing.services.counters import counter_accept
from licensing.services.profiles import terms_profile_create
from licensing.services.signing import agreement_sign
from marketplace.web import said
from marketplace.web.contract import (
    clause_choices,
    compared,
    countered,
    decisions_of,
    fields_of,
    fields_typed,
    read_fields,
    sentences,
)
from marketplace.web.formats import is_french, language
from marketplace.web.pages import done, key_of, see, told
from marketplace.web.views.societies import question_for
from marketplace.web.views.studio import studio_page

PRESET_NAMES: Final = {Preset.OPEN: ("Open", "Ouvert"), Preset.CAREFUL: ("Careful", "Prudent"),
                        Preset.RESEARCH_ONLY: ("Research only", "Recherche seulement")}  # fmt: skip
CHANGEABLE: Final = (*EDITABLE, AgreementState.APPROVED)


@require_safe
@studio_page
def terms(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show what is in force, the presets to start from, and every agreement."""
    signed = signed_agreement_for(actor.organisation_id) if actor.organisation_id else None
    effective = signed.effective_version if signed else None
    context = {
        "section": "terms",
        "signed": signed,
        "sentences": sentences(effective_values(effective), catalogue_of(effective)) if effective else [],
        "presets": [
            (preset, PRESET_NAMES[preset][is_french()], _about(words)) for preset, words in PRESET_WORDS.items()
        ],
        "agreements": [(row, said.AGREEMENT[row.state]) for row in agreements_visible_to(actor).order_by("-id")[:50]],
        "societies": question_for(actor),
        "may_write": allowed(actor, TERMS_WRITE),
    }
    return render(request, "marketplace/terms.html", context)


def _about(words: Text) -> str:
    """The preset's words without its name, which stands above them."""
    told = words.of(language()).partition(":")[2].strip()
    return told[:1].upper() + told[1:]


@require_POST
@studio_page
def draft(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Store terms from a preset, with the studio's answer about collecting societies, and start an agreement."""
    form = request.POST
    preset = form.get("preset", "")
    answer = own_societies(actor)
    changes = {"CMO_STATUS": answer.clause_values} if answer.members else {}
    try:
        profile = terms_profile_create(actor=actor, name=form.get("name", ""), preset=preset, changes=changes)
        agreement = agreement_draft(actor=actor, terms_profile_id=profile.id, language=str(language()))
    except DomainError as error:
        told(request, error)
        return see("/studio/terms")
    return see(f"/studio/agreements/{agreement.public_id}")


@require_POST
@studio_page
def redraft(request: HttpRequest, actor: Actor, terms_id: str) -> HttpResponse:
    """Start a new agreement from terms that exist."""
    profile = terms_profile_get(actor, key_of(Prefix.TERMS, terms_id))
    try:
        agreement = agreement_draft(actor=actor, terms_profile_id=profile.id, language=str(language()))
    except DomainError as error:
        told(request, error)
        return see("/studio/terms")
    return see(f"/studio/agreements/{agreement.public_id}")


@require_GET
@studio_page
def agreement(request: HttpRequest, actor: Actor, agreement_id: str) -> HttpResponse:
    """Show one agreement: what it says, what was changed, where it stands."""
    found = agreement_get(actor, key_of(Prefix.AGREEMENT, agreement_id))
    code = request.GET.get("clause", "")
    clause = clause_of(contract_catalogue(found.contract_version), code) if code else None
    return render(request, "marketplace/agreement.html", _context(actor, found, clause))


def _context(
    actor: Actor, found: Agreement, clause: Clause | None, typed: dict[str, Any] | None = None
) -> dict[str, Any]:
    values, wording = amended_values(found), amended_wording(found)
    text, reader = agreement_text(found), language()
    catalogue = contract_catalogue(found.contract_version)
    rights = author_rights(catalogue, values, reader, contract_edition(found.contract_version))
    context: dict[str, Any] = {
        "section": "terms",
        "agreement": found,
        "badge": said.AGREEMENT[found.state],
        "sentences": sentences(values, catalogue),
        "amendments": compared(found, Language(found.language)),
        "decisions": decisions_of(found),
        "counters": countered(found),
        "rights": rights,
        "switches": switch_rows(rights, reader),
        "text": text.text.of(reader),
        "sha256": text.sha256,
        "clauses": clause_choices(catalogue),
        "changeable": found.state in CHANGEABLE and allowed(actor, TERMS_WRITE),
        "may_write": allowed(actor, TERMS_WRITE),
        "may_sign": allowed(actor, AGREEMENT_SIGN),
    }
    if clause is not None:
        context |= {
            "clause": clause,
            "fields": fields_of(clause, dict(values[clause.code])),
            "clause_text": clause_text(clause, values, reader, wording.get(clause.code)),
            "own_text": wording.get(clause.code, {}).get(Language(found.language), ""),
        }
    return context | (typed or {})


@require_POST
@studio_page
def amend(request: HttpRequest, actor: Actor, agreement_id: str) -> HttpResponse:
    """Propose other values or other wording for one clause; on a refusal all that was typed stays."""
    form = request.POST
    found = agreement_get(actor, key_of(Prefix.AGREEMENT, agreement_id))
    clause = clause_of(contract_catalogue(found.contract_version), form.get("clause", ""))
    text, translation = form.get("text", ""), form.get("translation", "")
    try:
        agreement_amend(
            actor=actor,
            agreement_id=found.id,
            clause_code=clause.code,
            parameters=read_fields(clause, form),
            text=text,
            translation=translation,
        )
    except DomainError as error:
        told(request, error)
        typed = {"own_text": text, "own_translation": translation, "fields": fields_typed(clause, form)}
        return render(request, "marketplace/agreement.html", _context(actor, found, clause, typed), status=422)
    return done(request, _("Your change is noted. Submit the agreement when it is complete."), _address(agreement_id))


def _address(agreement_id: str) -> str:
    return f"/studio/agreements/{agreement_id}"


@require_POST
@studio_page
def submit(request: HttpRequest, actor: Actor, agreement_id: str) -> HttpResponse:
    """Send the agreement on its way."""
    return _step(
        request,
        actor,
        agreement_id,
        agreement_submit,
        _("Sent. What passes by itself has passed; a person reviews the rest."),
    )


@require_POST
@studio_page
def recall(request: HttpRequest, actor: Actor, agreement_id: str) -> HttpResponse:
    """Take a submitted agreement back to change it."""
    return _step(request, actor, agreement_id, agreement_recall, _("It is yours again; change it and submit it again."))


@require_POST
@studio_page
def accept(request: HttpRequest, actor: Actor, agreement_id: str) -> HttpResponse:
    """Say yes to what the reviewers propose."""
    return _step(request, actor, agreement_id, counter_accept, _("Accepted. It takes the place of your own change."))


def _step(
    request: HttpRequest, actor: Actor, agreement_id: str, service: Callable[..., Agreement], text: str
) -> HttpResponse:
    try:
        service(actor=actor, agreement_id=key_of(Prefix.AGREEMENT, agreement_id))
    except DomainError as error:
        told(request, error)
        return see(_address(agreement_id))
    return done(request, text, _address(agreement_id))


@require_POST
@studio_page
def sign(request: HttpRequest, actor: Actor, agreement_id: str) -> HttpResponse:
    """Sign what was approved. The words and their hash are frozen."""
    if request.POST.get("read") != "yes":
        return done(request, _("Tick that you have read the agreement. Nothing was signed."), _address(agreement_id))
    try:
        agreement_sign(
            actor=actor,
            agreement_id=key_of(Prefix.AGREEMENT, agreement_id),
            signatory_name=request.POST.get("name", ""),
            ip_address=request.META.get("REMOTE_ADDR", ""),
        )
    except DomainError as error:
        told(request, error)
        return see(_address(agreement_id))
    return done(request, _("Signed. Declared clips go on offer within seconds."), _address(agreement_id))
