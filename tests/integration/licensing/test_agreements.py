"""The whole life of an agreement: terms, amendment, policy, review, signature, and what can never change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from core.accounts.actions import Role
from core.accounts.models import Membership
from core.audit.models import AuditEvent
from core.audit.services import verify_chain
from core.clock import now
from core.errors import DomainError
from core.jobs import registry, services
from core.jobs.registry import kinds_for
from licensing.domain.catalogue import CATALOGUE
from licensing.domain.clauses import AmendmentClass
from licensing.domain.states import AgreementState, AmendmentState, CaseState
from licensing.domain.wording import Language, sha256_text
from licensing.models import Agreement, Amendment, ClauseVersion, ContractVersion, ReviewCase, ReviewDecision
from licensing.selectors.agreements import amendment_view, case_get
from licensing.selectors.terms import effective_values, profile_for, signed_terms_for
from licensing.services.agreements import agreement_amend, agreement_draft, agreement_recall, agreement_submit
from licensing.services.catalogue import catalogue_load
from licensing.services.claims import case_claim
from licensing.services.profiles import terms_profile_create, terms_profile_restate
from licensing.services.review import case_decide
from licensing.services.signing import agreement_end, agreement_sign
from tests.factories.core import MembershipFactory
from tests.factories.licensing import NO_SOCIETY, approved_by, creator, drafted, in_review, reviewer, signed, terms

pytestmark = pytest.mark.django_db


GIVEN = [str(code) for code in CATALOGUE["WARRANTIES"].defaults["given"] or ()]  # type: ignore[union-attr]  # a tuple


def refused(code: str) -> Any:
    return pytest.raises(DomainError, match=rf"^{code}:")


def test_loading_the_catalogue_publishes_forty_clauses_once() -> None:
    first, second = catalogue_load(), catalogue_load()
    assert first == second
    assert ClauseVersion.objects.filter(state="approved").count() == 40
    assert list(first.clauses.values_list("position", flat=True).order_by("position")) == list(range(1, 41))


def test_terms_said_again_are_the_same_terms_and_other_words_need_another_name() -> None:
    actor = creator()
    first = terms(actor)
    assert terms(actor) == first
    with refused("terms_name_taken"):
        terms(actor, preset="open")
    assert first.versions.count() == 1


def test_terms_are_chosen_from_what_clauses_offer_and_contradictions_name_both_clauses() -> None:
    catalogue_load()
    with refused("needs_amendment"):
        terms_profile_create(actor=creator(), name="a", changes={"INDEMNITY": {"cap_multiple": "9.0"}})
    with pytest.raises(DomainError) as caught:
        terms_profile_create(actor=creator(), name="a", changes={"FIELD_OF_USE": {"commercial": False}})
    assert caught.value.code == "contradiction"
    assert caught.value.extra["clauses"] == ["FIELD_OF_USE", "MODEL_SCOPE"]


def test_an_unamended_agreement_passes_by_policy_and_is_signed_with_both_texts_frozen() -> None:
    actor = creator()
    agreement = signed(actor)
    assert agreement.state == AgreementState.SIGNED
    assert agreement.sha256 == sha256_text(f"{agreement.text_en}\f{agreement.text_fr}")
    assert agreement.effective_version == agreement.terms_version
    assert actor.organisation_id is not None
    assert signed_terms_for(actor.organisation_id) == agreement.effective_version
    assert not ReviewCase.objects.exists()


def test_a_number_in_the_band_passes_by_policy_and_the_audit_names_the_policy() -> None:
    actor = creator()
    draft = drafted(actor)
    agreement_amend(actor=actor, agreement_id=draft.id, clause_code="TERM", parameters={"training_access_months": 36})
    submitted = agreement_submit(actor=actor, agreement_id=draft.id)
    assert submitted.state == AgreementState.APPROVED
    amendment = Amendment.objects.get()
    assert (amendment.kind, amendment.state) == (AmendmentClass.IN_RANGE, AmendmentState.APPROVED)
    assert "amendments-1" in AuditEvent.objects.get(action="amendment.passed_by_policy").body
    final = agreement_sign(actor=actor, agreement_id=draft.id, signatory_name="Ada Nord")
    assert final.effective_version is not None
    assert (final.terms_version.number, final.effective_version.number) == (1, 2)
    assert profile_for(final.effective_version).term_months == 36
    assert profile_for(final.terms_version).term_months == 24


def test_own_wording_goes_to_a_person_who_sees_the_diff_and_then_the_creator_signs() -> None:
    actor = creator()
    draft = drafted(actor)
    standard = amendment_text("OUTPUT_VERBATIM")
    own = standard.replace("without undue delay", "within twenty-four hours")
    agreement_amend(actor=actor, agreement_id=draft.id, clause_code="OUTPUT_VERBATIM", text=own)
    assert agreement_submit(actor=actor, agreement_id=draft.id).state == AgreementState.IN_REVIEW
    desk = reviewer()
    case = case_get(desk, ReviewCase.objects.get().id)
    view = amendment_view(case.agreement, Amendment.objects.select_related("clause_version").get())
    changed = [(str(run.op), run.text) for run in view.diff[Language.EN] if run.op != "keep"]
    assert changed == [("remove", "without undue delay,"), ("add", "within twenty-four hours,")]
    assert approved_by(desk, case).state == CaseState.DECIDED
    final = agreement_sign(actor=actor, agreement_id=draft.id, signatory_name=" Ada  Nord ", ip_address="192.0.2.7")
    assert (final.state, final.signatory_name) == (AgreementState.SIGNED, "Ada Nord")
    assert "within twenty-four hours" in final.text_en
    assert "agreed on this clause in French only" not in final.text_en
    assert "en anglais seulement" in final.text_fr
    assert "192.0.2.7" not in str(vars(final))
    assert final.effective_version is not None
    assert final.effective_version.own_wording == {"OUTPUT_VERBATIM": {"en": own}}
    assert verify_chain() == []


def amendment_text(code: str) -> str:
    clause = CATALOGUE[code]
    return clause.render(clause.defaults, Language.EN)


def test_own_wording_has_to_state_every_value() -> None:
    actor = creator()
    with refused("text_without_value"):
        agreement_amend(
            actor=actor, agreement_id=drafted(actor).id, clause_code="TERM", text="As long as everybody is happy."
        )


def test_a_translation_has_to_state_every_value_as_well() -> None:
    actor = creator()
    agreement, clause = drafted(actor), CATALOGUE["TERM"]
    own, french = (f"{clause.render(clause.defaults, one)} Amen." for one in (Language.EN, Language.FR))
    with refused("text_without_value") as error:
        agreement_amend(
            actor=actor, agreement_id=agreement.id, clause_code="TERM", text=own, translation="Pour toujours."
        )
    assert error.value.extra["pointer"] == "/translation"
    amended = agreement_amend(actor=actor, agreement_id=agreement.id, clause_code="TERM", text=own, translation=french)
    (change,) = amended.amendments.filter(state="proposed")
    assert change.own_wording == {"en": own, "fr": french}


def test_a_critical_clause_needs_two_different_people() -> None:
    actor, first, second = creator(), reviewer(), reviewer(Role.LEAD)
    case = in_review(actor, "INDEMNITY", cap_multiple="4.0")
    assert case.approvals_needed == 2
    once = approved_by(first, case)
    assert once.state == CaseState.OPEN
    assert Agreement.objects.get().state == AgreementState.IN_REVIEW
    with refused("second_person"):
        case_claim(actor=first, case_id=case.id)
    assert approved_by(second, case).state == CaseState.DECIDED
    assert Agreement.objects.get().state == AgreementState.APPROVED
    assert Amendment.objects.get().state == AmendmentState.APPROVED


def test_a_fallback_of_a_critical_clause_was_agreed_beforehand() -> None:
    actor = creator()
    draft = drafted(actor)
    agreement_amend(actor=actor, agreement_id=draft.id, clause_code="RETENTION", parameters={"max_days": 60})
    assert Amendment.objects.get().kind == AmendmentClass.FALLBACK
    assert agreement_submit(actor=actor, agreement_id=draft.id).state == AgreementState.APPROVED


def test_nobody_reviews_their_own_organisation_or_words() -> None:
    actor, desk = creator(), reviewer()
    case = in_review(actor, "REV_SHARE", percent=5)
    MembershipFactory.create(user_id=desk.user_id, organisation_id=actor.organisation_id, role=Role.ACCOUNTANT)
    with refused("conflict_of_interest"):
        case_claim(actor=desk, case_id=case.id)
    Membership.objects.filter(role=Role.ACCOUNTANT).delete()
    Agreement.objects.update(author_id=desk.user_id)
    with refused("conflict_of_interest"):
        case_claim(actor=desk, case_id=case.id)
    assert ReviewCase.objects.get().state == CaseState.OPEN


def test_changes_asked_for_come_back_with_reason_and_a_new_case_follows() -> None:
    actor, desk = creator(), reviewer()
    case = in_review(actor, "REV_SHARE", percent=25)
    claimed = case_claim(actor=desk, case_id=case.id)
    with refused("reason_required"):
        case_decide(actor=desk, case_id=case.id, decision="request_changes", reason="C01", version=claimed.version)
    case_decide(
        actor=desk,
        case_id=case.id,
        decision="request_changes",
        reason="C01",
        note="At most 5%.",
        version=claimed.version,
        undo_within=timedelta(0),
    )
    assert Agreement.objects.get().state == AgreementState.COUNTERED
    agreement_amend(actor=actor, agreement_id=case.agreement_id, clause_code="REV_SHARE", parameters={"percent": 5})
    agreement_submit(actor=actor, agreement_id=case.agreement_id)
    states = list(ReviewCase.objects.order_by("id").values_list("state", "revision"))
    assert states == [(CaseState.CLOSED, 2), (CaseState.OPEN, 3)]


def test_a_refused_change_is_gone_and_the_agreement_is_a_draft_again() -> None:
    actor, desk = creator(), reviewer()
    case = in_review(actor, "MFN", enabled=True)
    case_claim(actor=desk, case_id=case.id)
    case_decide(
        actor=desk, case_id=case.id, decision="refuse", reason="C01", note="We never do.", undo_within=timedelta(0)
    )
    assert Agreement.objects.get().state == AgreementState.DRAFT
    assert Amendment.objects.get().state == AmendmentState.REFUSED
    assert agreement_submit(actor=actor, agreement_id=case.agreement_id).state == AgreementState.APPROVED


def test_a_late_decision_on_a_changed_case_is_a_conflict_and_changes_nothing() -> None:
    actor, slow, quick = creator(), reviewer(), reviewer()
    case = in_review(actor, "REV_SHARE", percent=5)
    read = case_claim(actor=slow, case_id=case.id).version
    with refused("claimed_by"):
        case_claim(actor=quick, case_id=case.id)
    ReviewCase.objects.update(lease_until=now() - timedelta(seconds=1))
    case_claim(actor=quick, case_id=case.id)
    with refused("case_changed"):
        case_decide(actor=slow, case_id=case.id, decision="approve", version=read)
    agreement_recall(actor=actor, agreement_id=case.agreement_id)
    with refused("case_changed"):
        case_decide(actor=quick, case_id=case.id, decision="approve", version=read + 1)
    with refused("case_closed"):
        case_decide(actor=quick, case_id=case.id, decision="approve")
    assert not ReviewDecision.objects.exists()


def test_what_is_under_review_cannot_be_changed() -> None:
    actor = creator()
    case = in_review(actor, "REV_SHARE", percent=5)
    with refused("under_review"):
        agreement_amend(actor=actor, agreement_id=case.agreement_id, clause_code="TERM", parameters={})
    with refused("under_review"):
        agreement_submit(actor=actor, agreement_id=case.agreement_id)
    with refused("illegal_transition"):
        agreement_sign(actor=actor, agreement_id=case.agreement_id, signatory_name="Ada Nord")


def test_going_back_to_the_terms_withdraws_an_amendment() -> None:
    actor = creator()
    draft = drafted(actor)
    with refused("nothing_to_change"):
        agreement_amend(actor=actor, agreement_id=draft.id, clause_code="TERM", parameters={})
    for months in (36, 24):
        agreement_amend(
            actor=actor, agreement_id=draft.id, clause_code="TERM", parameters={"training_access_months": months}
        )
    assert [row.state for row in Amendment.objects.all()] == [AmendmentState.WITHDRAWN]


def test_amendments_may_not_contradict_other_clauses() -> None:
    actor = creator()
    with refused("contradiction"):
        agreement_amend(
            actor=actor, agreement_id=drafted(actor).id, clause_code="ATTRIBUTION", parameters={"place": "none"}
        )


def test_nothing_is_submitted_before_collecting_societies_are_declared() -> None:
    actor = creator()
    catalogue_load()
    profile = terms_profile_create(actor=actor, name="Silent", preset="careful")
    draft = agreement_draft(actor=actor, terms_profile_id=profile.id)
    with refused("cmo_undeclared"):
        agreement_submit(actor=actor, agreement_id=draft.id)
    agreement_amend(actor=actor, agreement_id=draft.id, clause_code="CMO_STATUS", parameters=NO_SOCIETY["CMO_STATUS"])
    assert agreement_submit(actor=actor, agreement_id=draft.id).state == AgreementState.APPROVED


def test_a_member_of_a_society_needs_its_authorisation() -> None:
    actor = creator()
    warranties = [code for code in GIVEN if code != "not_assigned_to_society"]
    profile = terms(actor, CMO_STATUS={"societies": ["SCAM"]}, WARRANTIES={"given": warranties})
    draft = agreement_draft(actor=actor, terms_profile_id=profile.id)
    with refused("cmo_unauthorised"):
        agreement_submit(actor=actor, agreement_id=draft.id)
    agreement_amend(
        actor=actor, agreement_id=draft.id, clause_code="CMO_STATUS", parameters={"authorisation": ["SCAM-2026-17"]}
    )
    assert agreement_submit(actor=actor, agreement_id=draft.id).state == AgreementState.APPROVED


def test_a_new_version_of_terms_leaves_signed_terms_alone() -> None:
    actor = creator()
    agreement = signed(actor)
    profile = terms_profile_restate(
        actor=actor, profile_id=agreement.terms_version.profile_id, changes={"TERM": {"training_access_months": 60}}
    )
    assert profile.versions.count() == 2
    assert actor.organisation_id is not None
    in_force = signed_terms_for(actor.organisation_id)
    assert in_force is not None
    assert effective_values(in_force)["TERM"]["training_access_months"] == 24


def test_an_ended_agreement_is_no_longer_in_force() -> None:
    actor = creator()
    agreement = signed(actor)
    agreement_end(actor=actor, agreement_id=agreement.id)
    assert actor.organisation_id is not None
    assert signed_terms_for(actor.organisation_id) is None


@pytest.mark.parametrize("role", [Role.UPLOADER, Role.ACCOUNTANT, Role.MANAGER])
def test_only_an_owner_signs(role: Role) -> None:
    owner = creator()
    draft = agreement_submit(actor=owner, agreement_id=drafted(owner).id)
    colleague = creator(draft.organisation, role)
    with refused("role_missing"):
        agreement_sign(actor=colleague, agreement_id=draft.id, signatory_name="Somebody")
    with refused("not_found"):
        agreement_sign(actor=creator(), agreement_id=draft.id, signatory_name="Somebody")
    assert Agreement.objects.get().state == AgreementState.APPROVED


SIGNED_ROW = "UPDATE licensing_agreement SET {} WHERE state = 'signed'"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE licensing_clauseversion SET text_en = 'other words'",
        "DELETE FROM licensing_clauseversion",
        "UPDATE licensing_contractversion SET sha256 = ''",
        "DELETE FROM licensing_contractclause",
        "UPDATE licensing_termsprofileversion SET number = 9",
        SIGNED_ROW.format("text_en = 'other words'"),
        SIGNED_ROW.format("signatory_name = 'Somebody Else'"),
        SIGNED_ROW.format("state = 'draft'"),
        SIGNED_ROW.format("state = 'ended', sha256 = 'x'"),
        "DELETE FROM licensing_agreement",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_agreed(sql: str) -> None:
    signed(creator())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_decisions_cannot_be_rewritten() -> None:
    approved_by(reviewer(), in_review(creator(), "REV_SHARE", percent=5))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ReviewDecision.objects.update(note="other")


def test_signing_tells_the_floors_above(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(services, "enqueue", lambda **facts: told.append(facts))
    registry.subscribe("licensing.agreement.signed", "test.listener")
    try:
        agreement = signed(creator())
    finally:
        registry._topics["licensing.agreement.signed"].remove("test.listener")
    assert "test.listener" not in kinds_for("licensing.agreement.signed")
    heard = next(facts for facts in told if facts["kind"] == "test.listener")
    assert heard["subject"] == agreement.public_id
    assert heard["payload"]["terms_profile_version_id"] == str(agreement.effective_version_id)
    assert ContractVersion.objects.count() == 1
