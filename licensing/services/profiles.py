"""Storing what a creator permits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.policy import ROLE_MISSING, Actor, require
from core.audit.services import record
from licensing.domain.actions import TERMS_WRITE
from licensing.domain.amendments import unoffered
from licensing.domain.clauses import Catalogue
from licensing.domain.composition import Stored, compose, terms_sha256
from licensing.domain.errors import NEEDS_AMENDMENT, TERMS_INVALID, TERMS_NAME_TAKEN
from licensing.domain.presets import PRESETS, Preset
from licensing.domain.states import TermsOrigin
from licensing.models import ContractVersion, TermsProfile, TermsProfileVersion
from licensing.selectors.policies import policy_in_force
from licensing.selectors.terms import (
    catalogue_in_force,
    contract_in_force,
    effective_values,
    newest_chosen,
    terms_profile_get,
)

Changes = Mapping[str, Mapping[str, object]]

_NAME_LENGTH: Final = 120


def _refuse_unoffered(catalogue: Catalogue, values: Stored, standing: Stored) -> None:
    """Terms are chosen from what the clauses offer; anything else is an amendment that a person agrees to."""
    for code, because in unoffered(catalogue, values, standing, policy_in_force()).items():
        raise NEEDS_AMENDMENT(
            f"{code}: {because}. Nothing was stored. Keep what the clause offers here, then propose this "
            "as an amendment of your agreement.",
            pointer=f"/{code}",
        )


def terms_values(preset: str | None, changes: Changes, base: Stored | None) -> Stored:
    """What a preset (else the base, else the defaults) permits with the changes over it; nothing is stored.

    Refused with `terms_invalid`, `unknown_clause`, `invalid_parameter`, `contradiction`.
    """
    catalogue = catalogue_in_force()
    if preset:
        if preset not in list(Preset):
            raise TERMS_INVALID(
                f"There is no preset {preset!r}; one of {', '.join(Preset)}. Nothing was stored.", pointer="/preset"
            )
        base = compose(catalogue, PRESETS[Preset(preset)])
    return compose(catalogue, changes, base)


def terms_standing(preset: str | None, base: Stored | None) -> Stored:
    """What changes are made to: a preset's values, else the base, else the defaults."""
    return base if base is not None and not preset else terms_values(preset, {}, None)


def _chosen(preset: str | None, changes: Changes, base: Stored | None) -> Stored:
    values = terms_values(preset, changes, base)
    _refuse_unoffered(catalogue_in_force(), values, terms_standing(preset, base))
    return values


def terms_version_add(
    *,
    actor: Actor,
    profile: TermsProfile,
    contract: ContractVersion,
    origin: TermsOrigin,
    values: Stored,
    own_wording: Mapping[str, Mapping[str, str]],
) -> TermsProfileVersion:
    """Add a version to a profile, inside the caller's transaction; the profile's row has to be locked."""
    last = TermsProfileVersion.objects.filter(profile=profile).order_by("-number").first()
    version = TermsProfileVersion.objects.create(
        profile=profile,
        number=last.number + 1 if last else 1,
        contract_version=contract,
        origin=origin,
        values=values,
        own_wording=own_wording,
        sha256=terms_sha256(values, own_wording),
    )
    record(
        actor=actor,
        action="terms.versioned",
        subject=profile.public_id,
        organisation_id=profile.organisation_id,
        after={"version": version.number, "origin": str(origin), "sha256": version.sha256},
    )
    return version


def terms_profile_create(
    *, actor: Actor, name: str, preset: str | None = None, changes: Changes | None = None
) -> TermsProfile:
    """Store what a creator permits under a name: a preset, changes over it (else over the defaults), or both.

    Saying the same again under the same name returns what is stored. Refused with `contradiction` naming
    both clauses, `needs_amendment` for a value only a person may agree to, `terms_name_taken` otherwise.
    """
    require(actor, TERMS_WRITE)
    if actor.organisation_id is None:
        raise ROLE_MISSING("Terms belong to a creator; act for one. Nothing was stored.")
    named = " ".join(name.split())
    if not 1 <= len(named) <= _NAME_LENGTH:
        raise TERMS_INVALID(f"The name needs 1 to {_NAME_LENGTH} characters. Nothing was stored.", pointer="/name")
    values = _chosen(preset, changes or {}, None)
    with transaction.atomic():
        contract = contract_in_force()
        profile, created = TermsProfile.objects.get_or_create(
            organisation_id=actor.organisation_id, name=named, defaults={"preset": preset or ""}
        )
        if created:
            terms_version_add(
                actor=actor,
                profile=profile,
                contract=contract,
                origin=TermsOrigin.CHOSEN,
                values=values,
                own_wording={},
            )
        elif effective_values(newest_chosen(profile)) != values:
            raise TERMS_NAME_TAKEN(
                f"“{named}” says something else. Nothing was changed; choose another name or add a version to it.",
                terms_profile=profile.public_id,
            )
    return terms_profile_get(actor, profile.id)


def terms_profile_restate(
    *, actor: Actor, profile_id: UUID, preset: str | None = None, changes: Changes | None = None
) -> TermsProfile:
    """Add a version: the newest chosen one's values (or a preset's) with the changes over them.

    Signed agreements, quotes and licences keep the version they name.
    """
    require(actor, TERMS_WRITE)
    with transaction.atomic():
        profile = terms_profile_get(actor, profile_id)
        TermsProfile.objects.select_for_update(of=("self",)).get(pk=profile.pk)
        newest = (
            TermsProfileVersion.objects.filter(profile=profile, origin=TermsOrigin.CHOSEN).order_by("-number").first()
        )
        before = effective_values(newest) if newest else None
        values = _chosen(preset, changes or {}, before)
        if values != before:
            terms_version_add(
                actor=actor,
                profile=profile,
                contract=contract_in_force(),
                origin=TermsOrigin.CHOSEN,
                values=values,
                own_wording={},
            )
    return terms_profile_get(actor, profile_id)
