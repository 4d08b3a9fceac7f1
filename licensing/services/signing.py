"""Signing an agreement: the words, the terms and their hashes are frozen together."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from core.accounts.policy import ROLE_MISSING, Actor, require
from core.audit.services import record
from core.clock import now
from core.jobs.services import publish
from core.transitions import advance
from licensing.domain.actions import AGREEMENT_SIGN
from licensing.domain.errors import SIGNATORY_NEEDED
from licensing.domain.states import AGREEMENT_MACHINE, AgreementEvent, AgreementState, TermsOrigin
from licensing.models import Agreement, TermsProfile, TermsProfileVersion
from licensing.selectors.agreements import (
    agreement_get,
    agreement_text,
    amended_values,
    amended_wording,
    live_amendments,
)
from licensing.services.agreements import agreement_lock
from licensing.services.profiles import terms_version_add

SIGNED_TOPIC: Final = "licensing.agreement.signed"
ENDED_TOPIC: Final = "licensing.agreement.ended"
_NAME_LENGTH: Final = 120


def address_hash(ip_address: str) -> str:
    """A keyed hash of a network address: the same address is recognised, but not read."""
    return salted_hmac("licensing.agreement.ip", ip_address, algorithm="sha256").hexdigest() if ip_address else ""


def _effective_version(actor: Actor, agreement: Agreement) -> TermsProfileVersion:
    if not live_amendments(agreement):
        return agreement.terms_version
    profile = TermsProfile.objects.select_for_update(of=("self",)).get(pk=agreement.terms_version.profile_id)
    wording = {
        code: {str(language): text for language, text in own.items()}
        for code, own in amended_wording(agreement).items()
    }
    return terms_version_add(
        actor=actor,
        profile=profile,
        contract=agreement.contract_version,
        origin=TermsOrigin.AGREED,
        values=amended_values(agreement),
        own_wording=wording,
    )


def agreement_sign(*, actor: Actor, agreement_id: UUID, signatory_name: str, ip_address: str = "") -> Agreement:
    """Sign an approved agreement: freeze both texts and their SHA-256, record the effective terms, tell the market.

    From here on the database refuses any change but the end of the agreement. Signing again by the same
    person returns what was signed.
    """
    require(actor, AGREEMENT_SIGN)
    if actor.user_id is None:
        raise ROLE_MISSING("A person has to sign. Nothing changed.")
    name = " ".join(signatory_name.split())
    if not 1 <= len(name) <= _NAME_LENGTH:
        raise SIGNATORY_NEEDED("Write the full name of the person who signs. Nothing was signed.", pointer="/name")
    with transaction.atomic():
        agreement = agreement_lock(agreement_get(actor, agreement_id).id)
        if agreement.state == AgreementState.SIGNED and agreement.signatory_id == actor.user_id:
            return agreement_get(actor, agreement_id)
        text, version = agreement_text(agreement), _effective_version(actor, agreement)
        advance(
            agreement,
            AGREEMENT_MACHINE,
            AgreementEvent.SIGN,
            effective_version=version,
            text_en=text.text.en,
            text_fr=text.text.fr,
            sha256=text.sha256,
            signed_at=now(),
            signatory_id=actor.user_id,
            signatory_name=name,
            ip_hash=address_hash(ip_address),
        )
        record(
            actor=actor,
            action="agreement.signed",
            subject=agreement.public_id,
            organisation_id=agreement.organisation_id,
            after={"sha256": text.sha256, "terms_sha256": version.sha256, "ip_hash": agreement.ip_hash},
        )
        publish(
            topic=SIGNED_TOPIC,
            subject=agreement.public_id,
            payload={
                "agreement_id": str(agreement.id),
                "organisation_id": str(agreement.organisation_id),
                "terms_profile_version_id": str(version.id),
            },
        )
    return agreement_get(actor, agreement_id)


def agreement_end(*, actor: Actor, agreement_id: UUID) -> Agreement:
    """End a signed agreement: no new licences under it; licences granted before keep their terms.

    Offers follow: an earlier agreement that still stands takes its place, else they come off.
    """
    require(actor, AGREEMENT_SIGN)
    with transaction.atomic():
        agreement = agreement_lock(agreement_get(actor, agreement_id).id)
        advance(agreement, AGREEMENT_MACHINE, AgreementEvent.END, ended_at=now())
        record(
            actor=actor,
            action="agreement.ended",
            subject=agreement.public_id,
            organisation_id=agreement.organisation_id,
        )
        publish(
            topic=ENDED_TOPIC,
            subject=f"{agreement.public_id}:ended",
            payload={"organisation_id": str(agreement.organisation_id)},
        )
    return agreement_get(actor, agreement_id)
