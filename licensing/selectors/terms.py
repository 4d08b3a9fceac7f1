"""Reading clauses and terms: what is published, what a creator chose, what is in force."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from core.accounts.policy import Actor, require
from core.ids import NOT_FOUND, Prefix, public_id
from licensing.domain.actions import TERMS_VIEW
from licensing.domain.catalogue import CATALOGUE
from licensing.domain.clause_reading import clause_read
from licensing.domain.clauses import Catalogue, Clause
from licensing.domain.composition import Stored, profile_of, thaw
from licensing.domain.desk_actions import CLAUSE_VIEW
from licensing.domain.editions import edition_of
from licensing.domain.editions.edition import Edition
from licensing.domain.errors import CATALOGUE_MISSING, UNKNOWN_CLAUSE
from licensing.domain.matching import Profile
from licensing.domain.parameters import Value
from licensing.domain.rendering import OwnWording
from licensing.domain.states import AgreementState, ClauseState, TermsOrigin
from licensing.domain.template import TEMPLATE_NAME
from licensing.domain.wording import Language, canonical_json
from licensing.models import (
    Agreement,
    ClauseVersion,
    ContractClause,
    ContractVersion,
    TermsProfile,
    TermsProfileVersion,
)


def clause_versions_published() -> QuerySet[ClauseVersion]:
    """Return approved clause versions in catalogue order, the newest of each code last."""
    return ClauseVersion.objects.filter(state=ClauseState.APPROVED).order_by("number", "version")


_MOST: Final = 2**31 - 1
PUBLISHED: Final = (ClauseState.APPROVED, ClauseState.RETIRED)
"""States of a version that anybody may read: what was once approved stays readable."""


def clause_version_get(code: str) -> ClauseVersion:
    """Return the newest approved version of a clause, or `not_found`."""
    found = clause_versions_published().filter(code=code).last()
    if found is None:
        raise NOT_FOUND(f"There is no clause {code}. GET /api/v1/clauses lists them.")
    return found


def _named(rows: QuerySet[ClauseVersion], slug: str, version: int) -> ClauseVersion:
    code = slug.upper().replace("-", "_")
    found = rows.filter(code=code, version=version).first() if version <= _MOST else None
    if found is None:
        raise NOT_FOUND(f"There is no version {version} of a clause {code}. GET /api/v1/clauses lists them.")
    return found


def clause_version_named(slug: str, version: int) -> ClauseVersion:
    """Return one published version of a clause, retired ones too, by its code in any case (`term`, `TERM`)."""
    return _named(ClauseVersion.objects.filter(state__in=PUBLISHED), slug, version)


def desk_clause_get(actor: Actor, slug: str, version: int) -> ClauseVersion:
    """Return one version of a clause, drafts too, for the desk's administrators."""
    return _named(clause_versions_visible_to(actor), slug, version)


def newest_approved_of(version: ClauseVersion) -> ClauseVersion | None:
    """Return the newest approved version of the same clause: what a draft would replace."""
    return clause_versions_published().filter(code=version.code).last()


def clause_versions_visible_to(actor: Actor) -> QuerySet[ClauseVersion]:
    """Return every version of every clause, drafts too, for the desk's administrators; newest first."""
    require(actor, CLAUSE_VIEW)
    return ClauseVersion.objects.select_related("author", "reviewer")


@lru_cache(maxsize=512)
def _clause(code: str, number: int, version: int, facts: str) -> Clause:
    data: Mapping[str, object] = json.loads(facts)
    return clause_read(data, code=code, number=number, version=version)


def clause_data(version: ClauseVersion) -> dict[str, object]:
    """Return a stored version as the data `clause_read` reads: its facts, with title, summary and text as typeset."""
    facts: dict[str, object] = {name: version.facts[name] for name in ("parameters", "needs", "fallbacks")}
    for name in ("title", "summary", "text"):
        facts[name] = {item: getattr(version, f"{name}_{item}") for item in map(str, Language)}
    return facts


def clause_for(version: ClauseVersion) -> Clause:
    """Return the clause a stored version holds, as the domain reads it: what was approved, not what came later."""
    return _clause(version.code, version.number, version.version, canonical_json(clause_data(version)))


def contract_newest() -> ContractVersion | None:
    """Return the newest contract version; None when none is loaded."""
    return ContractVersion.objects.filter(name=TEMPLATE_NAME).order_by("-version").first()


def contract_in_force() -> ContractVersion:
    """Return the newest contract version with its clauses in order; `catalogue_missing` when none is loaded."""
    found = contract_newest()
    if found is None:
        raise CATALOGUE_MISSING(
            "Nothing can be agreed yet and nothing was stored. An operator has to load the clauses."
        )
    return found


@lru_cache(maxsize=64)
def _clauses(contract_id: UUID) -> tuple[Clause, ...]:
    rows = ContractClause.objects.filter(contract_version_id=contract_id).order_by("position")
    return tuple(clause_for(row.clause_version) for row in rows.select_related("clause_version"))


def contract_clauses(contract: ContractVersion) -> list[Clause]:
    """Return the clauses of a contract version in its order; read once, because they never change."""
    return list(_clauses(contract.id))


@lru_cache(maxsize=64)
def _edition(contract_id: UUID, sha256: str) -> Edition:
    rows = ContractClause.objects.filter(contract_version_id=contract_id).order_by("position")
    return edition_of(sha256, list(rows.values_list("clause_version__sha256", flat=True)))


def contract_edition(contract: ContractVersion) -> Edition:
    """Return the words around the clauses of a contract version; read once, because they never change."""
    return _edition(contract.id, contract.sha256)


def contract_clause_get(contract_id: UUID, code: str) -> ClauseVersion:
    """Return the version of a clause that a contract is made of, or `unknown_clause`: what its amendments change."""
    places = ContractClause.objects.filter(contract_version_id=contract_id, clause_version__code=code)
    found = places.select_related("clause_version").first()
    if found is None:
        raise UNKNOWN_CLAUSE(f"There is no clause {code!r} in this contract. Nothing was stored.", pointer=f"/{code}")
    return found.clause_version


def contract_catalogue(contract: ContractVersion) -> Catalogue:
    """Return the clauses of a contract version by code: what its amendments are checked against."""
    return {clause.code: clause for clause in _clauses(contract.id)}


def catalogue_of(version: TermsProfileVersion) -> Catalogue:
    """Return the clauses a version of terms was stated in, by code."""
    return {clause.code: clause for clause in _clauses(version.contract_version_id)}


def catalogue_under(version: TermsProfileVersion | None) -> Catalogue:
    """Return the clauses somebody agreed on, as they read then; those in force where nothing is agreed yet."""
    return catalogue_in_force() if version is None else catalogue_of(version)


def catalogue_newest_of(versions: Iterable[UUID]) -> Catalogue:
    """Return the newest clauses that any of these versions of terms is stated in; those in force for none of them."""
    stated = TermsProfileVersion.objects.filter(pk__in=list(versions)).values("contract_version")
    found = ContractVersion.objects.filter(pk__in=stated).order_by("-version").first()
    return catalogue_in_force() if found is None else contract_catalogue(found)


def catalogue_in_force() -> Catalogue:
    """Return the clauses that new terms are made of; those that come with the product before any are loaded."""
    contract = contract_newest()
    return contract_catalogue(contract) if contract is not None else CATALOGUE


@lru_cache(maxsize=4096)
def _thawed(_sha256: str, text: str) -> Stored:
    data: Mapping[str, Mapping[str, Value | list[str]]] = json.loads(text)
    return thaw(data, CATALOGUE)


def effective_values(version: TermsProfileVersion) -> Stored:
    """Return the values of all clauses in a version of terms: what search, quotes and licences read."""
    return _thawed(version.sha256, canonical_json(version.values))


def own_wording_of(stored: Mapping[str, Mapping[str, str]]) -> dict[str, OwnWording]:
    """Return stored wording as the domain reads it: clause code → language → text."""
    return {code: {Language(name): text for name, text in texts.items()} for code, texts in stored.items()}


def profile_for(version: TermsProfileVersion) -> Profile:
    """Return what a version of terms permits, on the dimensions matching compares."""
    return profile_of(effective_values(version))


def terms_profiles_visible_to(actor: Actor) -> QuerySet[TermsProfile]:
    """Return the terms profiles of the actor's organisation with their versions, newest first; creators only."""
    require(actor, TERMS_VIEW)
    newest_first = Prefetch("versions", TermsProfileVersion.objects.order_by("-number"))
    rows = TermsProfile.objects.prefetch_related(newest_first)
    return rows if actor.organisation_id is None else rows.filter(organisation_id=actor.organisation_id)


def terms_profile_get(actor: Actor, profile_id: UUID) -> TermsProfile:
    """Return one visible terms profile with its versions, or `not_found`."""
    found = terms_profiles_visible_to(actor).filter(pk=profile_id).first()
    if found is None:
        raise NOT_FOUND(f"You have no terms profile {public_id(Prefix.TERMS, profile_id)}.")
    return found


def newest_chosen(profile: TermsProfile) -> TermsProfileVersion:
    """Return the newest version the creator chose: what the next agreement starts from."""
    return max(
        (version for version in profile.versions.all() if version.origin == TermsOrigin.CHOSEN),
        key=lambda version: version.number,
    )


def signed_agreement_for(organisation_id: UUID) -> Agreement | None:
    """Return the creator's newest signed agreement that has not ended, with its effective terms; None without one."""
    return (
        Agreement.objects.filter(organisation_id=organisation_id, state=AgreementState.SIGNED)
        .select_related("effective_version__profile")
        .order_by("-signed_at", "-id")
        .first()
    )


def signed_terms_for(organisation_id: UUID) -> TermsProfileVersion | None:
    """Return the effective terms of the creator's signed agreement in force; None when nothing is signed."""
    agreement = signed_agreement_for(organisation_id)
    return agreement.effective_version if agreement else None
