"""An installation that loaded an older catalogue loads the newer one; what was agreed before keeps its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from core.clock import now
from core.errors import DomainError
from licensing.domain.catalogue import CATALOGUE
from licensing.domain.clauses import Clause
from licensing.domain.editions import EDITIONS
from licensing.domain.states import ClauseState
from licensing.domain.template import HEADINGS, TEMPLATE_NAME, TEMPLATE_VERSION
from licensing.domain.wording import wording
from licensing.models import ContractClause, ContractVersion
from licensing.selectors.agreements import agreement_get, agreement_text
from licensing.selectors.terms import clause_version_get, contract_catalogue
from licensing.services.agreements import agreement_draft
from licensing.services.catalogue import catalogue_load, clause_row
from licensing.services.profiles import terms_profile_create
from tests.factories.licensing import NO_SOCIETY, creator

pytestmark = pytest.mark.django_db

FIRST = {
    code: replace(clause, version=1, fallbacks=() if clause.version > 1 else clause.fallbacks)
    for code, clause in CATALOGUE.items()
}
GENERAL = HEADINGS["general"].en


def loaded(catalogue: Mapping[str, Clause]) -> ContractVersion:
    """The state of an installation that loaded this catalogue as version 1, and nothing since."""
    words = EDITIONS[0].contract_sha256([clause.canonical_sha256() for clause in catalogue.values()])
    contract = ContractVersion.objects.create(name=TEMPLATE_NAME, version=1, sha256=words)
    for position, clause in enumerate(catalogue.values(), start=1):
        row = clause_row(clause, state=ClauseState.APPROVED, approved_at=now())
        row.save(force_insert=True)
        ContractClause.objects.create(contract_version=contract, clause_version=row, position=position)
    return contract


def test_an_agreement_drafted_under_the_first_catalogue_keeps_its_words() -> None:
    older, maker = loaded(FIRST), creator()
    profile = terms_profile_create(actor=maker, name="Mine", preset="careful", changes=NO_SOCIETY)
    draft = agreement_draft(actor=maker, terms_profile_id=profile.id)
    before = agreement_text(agreement_get(maker, draft.id))
    assert GENERAL not in before.text.en
    newer = catalogue_load()
    assert (older.version, newer.version) == (1, TEMPLATE_VERSION)
    assert contract_catalogue(older) == FIRST
    assert contract_catalogue(newer) == dict(CATALOGUE)
    assert clause_version_get("AUDIT").version == CATALOGUE["AUDIT"].version
    assert agreement_text(agreement_get(maker, draft.id)) == before
    again = agreement_draft(actor=maker, terms_profile_id=profile.id)
    assert again.contract_version == newer
    after = agreement_text(agreement_get(maker, again.id))
    assert after.sha256 != before.sha256
    assert GENERAL in after.text.en


def test_other_words_under_a_number_that_was_published_are_refused() -> None:
    text = wording("Other words: {training_access_months}.", "D'autres mots : {training_access_months}.")
    loaded({**FIRST, "TERM": replace(FIRST["TERM"], text=text)})
    with pytest.raises(DomainError) as refused:
        catalogue_load()
    assert (refused.value.code, refused.value.extra["clause"]) == ("clause_frozen", "TERM")
    assert ContractVersion.objects.count() == 1
