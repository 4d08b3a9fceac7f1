"""Clauses, presets, amendment classes, typography, deadlines: by example."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import DomainError
from licensing.domain.amendments import classify, nearest_fallback
from licensing.domain.catalogue import CATALOGUE
from licensing.domain.clauses import AmendmentClass, Clause
from licensing.domain.composition import compose, obligations, profile_of, terms_sentence
from licensing.domain.contradictions import RULES, contradictions
from licensing.domain.deadlines import due_at, due_words, span_words
from licensing.domain.diff import Op, word_diff
from licensing.domain.matching import (
    OBLIGATION_CLAUSES,
    Exclusivity,
    ModelClass,
    People,
    Purpose,
    Retention,
    Sublicense,
    Territory,
)
from licensing.domain.presets import PRESETS, Preset
from licensing.domain.reasons import ReasonCode
from licensing.domain.rendering import AgreementFacts, render_both
from licensing.domain.shipped_reasons import SHIPPED_REASONS
from licensing.domain.states import AGREEMENT_MACHINE, CASE_MACHINE, CLAUSE_MACHINE
from licensing.domain.wording import NARROW, Language, canonical, counted, english, french

CAREFUL = compose(CATALOGUE, PRESETS[Preset.CAREFUL])

CODES = [
    "FIELD_OF_USE", "MODEL_CLASS", "MODEL_SCOPE", "EVAL_ONLY", "OUTPUT_VERBATIM", "NO_REPLICA", "NO_SCENE_MIMICRY",
    "NO_DERIVATIVE_WORKS", "STYLE_IMITATION", "REPUTATION", "PROHIBITED_END_USES", "EXCLUSIVITY", "TERM",
    "SURVIVAL", "TERRITORY", "SUBLICENSE", "REDISTRIBUTION", "DERIVATIVE_DATASET", "SYNTHETIC_DISTILLATION",
    "RETENTION", "DELETION_CERT", "SECURITY", "AUDIT", "REPORTING", "ATTRIBUTION", "PRICE", "REV_SHARE", "MFN",
    "WARRANTIES", "INDEMNITY", "LIABILITY_CAP", "LIQUIDATED_DAMAGES", "MORAL_RIGHTS", "WITHDRAWAL", "DATA_SUBJECT",
    "CMO_STATUS", "FUTURE_FORMS", "PIRACY_SHIELD", "COMPLIANCE_OUTPUT", "DISPUTE",
]  # fmt: skip


def test_the_catalogue_is_the_forty_clauses_in_order() -> None:
    assert list(CATALOGUE) == CODES
    assert [clause.number for clause in CATALOGUE.values()] == list(range(1, 41))


@pytest.mark.parametrize("clause", CATALOGUE.values(), ids=lambda clause: clause.code)
def test_every_clause_is_written_out_in_both_languages(clause: Clause) -> None:
    for language in Language:
        assert len(clause.text.of(language)) > 60
        assert clause.title.of(language)
        assert clause.summary.of(language).endswith((".", "?"))
        assert clause.text.of(language).endswith((".", "}"))
        assert "'" not in clause.text.of(language)
    assert clause.text.en != clause.text.fr


@pytest.mark.parametrize("clause", CATALOGUE.values(), ids=lambda clause: clause.code)
def test_options_of_a_parameter_read_differently_from_each_other(clause: Clause) -> None:
    for parameter in clause.parameters:
        for language in Language:
            said = [item.words.of(language) for item in getattr(parameter, "options", ())]
            assert len(said) == len(set(said))
            assert not any(";" in words for words in said)


def test_critical_clauses_are_those_of_the_policy() -> None:
    critical = {clause.code for clause in CATALOGUE.values() if clause.is_critical}
    assert critical == {"INDEMNITY", "DISPUTE", "RETENTION", "DATA_SUBJECT", "NO_REPLICA"}


def test_defaults_are_the_creators() -> None:
    assert CAREFUL["FIELD_OF_USE"]["purposes"] == ("pretrain", "finetune", "evaluate")
    assert "audio_gen" not in (CAREFUL["MODEL_CLASS"]["classes"] or ())  # type: ignore[operator]  # a tuple of codes
    assert (CAREFUL["OUTPUT_VERBATIM"]["max_consecutive_seconds"], CAREFUL["OUTPUT_VERBATIM"]["max_similarity"]) == (
        2,
        "0.90",
    )
    assert CAREFUL["TERM"] == {"training_access_months": 24}
    assert CAREFUL["CMO_STATUS"]["societies"] == ()


@pytest.mark.parametrize("preset", Preset)
def test_presets_hold_together_and_pass_by_policy(preset: Preset) -> None:
    values = compose(CATALOGUE, PRESETS[preset])
    for code, clause in CATALOGUE.items():
        assert classify(clause, clause.defaults, values[code]).kind.offered, code
    assert terms_sentence(values, CATALOGUE, Language.EN).startswith("For ")


def test_the_careful_profile_on_the_twelve_dimensions() -> None:
    profile = profile_of(CAREFUL)
    assert profile.purposes == {Purpose.PRETRAIN, Purpose.FINETUNE, Purpose.EVALUATE}
    assert profile.model_classes == frozenset(ModelClass) - {ModelClass.AUDIO_GEN}
    assert (profile.commercial, profile.term_months, profile.floor) == (True, 24, None)
    assert (profile.territory, profile.storage) == (Territory(), Territory())
    assert profile.retention is Retention.KEEP_NO_NEW_TRAINING
    assert (profile.sublicense, profile.people) == (Sublicense.CONTRACTORS, People.RELEASED)
    assert profile.exclusivity is Exclusivity.NONE
    assert {"NO_REPLICA:face", "REPUTATION:porn", "STYLE_IMITATION:no_named_prompt", "RETENTION"} <= profile.obligations
    assert {"end_use:military", "content:hate"} <= profile.blocked


def test_research_only_and_evaluation_only_narrow_the_profile() -> None:
    research = profile_of(compose(CATALOGUE, PRESETS[Preset.RESEARCH_ONLY]))
    assert (research.commercial, research.term_months, research.retention) == (False, 12, Retention.RETIRE)
    only = compose(CATALOGUE, {"EVAL_ONLY": {"enabled": True}, "FIELD_OF_USE": {"purposes": ["evaluate", "benchmark"]}})
    assert profile_of(only).purposes == {Purpose.EVALUATE, Purpose.BENCHMARK}


@pytest.mark.parametrize("preset", Preset)
def test_obligations_name_only_clauses_that_matching_knows(preset: Preset) -> None:
    tokens = obligations(compose(CATALOGUE, PRESETS[preset]))
    assert {token.partition(":")[0] for token in tokens} <= OBLIGATION_CLAUSES


BROKEN: list[tuple[dict[str, dict[str, object]], set[str]]] = [
    ({"FIELD_OF_USE": {"commercial": False}}, {"FIELD_OF_USE", "MODEL_SCOPE"}),
    (
        {
            "FIELD_OF_USE": {"commercial": False},
            "MODEL_SCOPE": {"deployment": False},
            "REV_SHARE": {"percent": 5},
        },
        {"FIELD_OF_USE", "REV_SHARE"},
    ),
    (
        {"DATA_SUBJECT": {"people": "none"}, "NO_REPLICA": {"exception_consents": ["rel_1"]}},
        {"DATA_SUBJECT", "NO_REPLICA"},
    ),
    ({"WARRANTIES": {"given": ["authorship", "nobody_recognisable"]}}, {"DATA_SUBJECT", "WARRANTIES"}),
    ({"WITHDRAWAL": {"effects": ["stop_new_sales", "retrain"]}}, {"SURVIVAL", "WITHDRAWAL"}),
    ({"EVAL_ONLY": {"enabled": True}}, {"EVAL_ONLY", "FIELD_OF_USE"}),
    ({"SYNTHETIC_DISTILLATION": {"third_party_training": True}}, {"FIELD_OF_USE", "SYNTHETIC_DISTILLATION"}),
    ({"CMO_STATUS": {"societies": ["SCAM"]}}, {"CMO_STATUS", "WARRANTIES"}),
    ({"ATTRIBUTION": {"place": "none"}}, {"ATTRIBUTION", "MORAL_RIGHTS"}),
    (
        {"DERIVATIVE_DATASET": {"sharing": "share_with_licensees"}, "SUBLICENSE": {"level": "none"}},
        {"DERIVATIVE_DATASET", "SUBLICENSE"},
    ),
    (
        {
            "SECURITY": {"measures": ["encryption_at_rest", "no_egress"]},
            "SUBLICENSE": {"level": "third_parties"},
        },
        {"SECURITY", "SUBLICENSE"},
    ),
    ({"DERIVATIVE_DATASET": {"sharing": "prohibited"}}, {"DERIVATIVE_DATASET", "FIELD_OF_USE"}),
    (
        {"EXCLUSIVITY": {"kind": "buyer", "ends": "2028-01-01"}, "MFN": {"enabled": True}},
        {"EXCLUSIVITY", "MFN"},
    ),
]


@pytest.mark.parametrize(("changes", "codes"), BROKEN, ids=lambda part: "-".join(sorted(part)))
def test_each_contradiction_is_refused_and_names_both_clauses(
    changes: dict[str, dict[str, object]], codes: set[str]
) -> None:
    with pytest.raises(DomainError) as caught:
        compose(CATALOGUE, changes)
    assert caught.value.code == "contradiction"
    assert caught.value.extra["clauses"] == sorted(codes)


def test_every_rule_has_an_example() -> None:
    assert {frozenset(rule[:2]) for rule in RULES} == {frozenset(codes) for _, codes in BROKEN}
    assert contradictions(CAREFUL) == []


@pytest.mark.parametrize(
    ("code", "changes", "pointer"),
    [
        ("TERM", {"training_access_months": 18}, "/TERM/training_access_months"),
        ("TERM", {"training_access_months": True}, "/TERM/training_access_months"),
        ("TERM", {"years": 2}, "/TERM/years"),
        ("OUTPUT_VERBATIM", {"max_similarity": 0.9}, "/OUTPUT_VERBATIM/max_similarity"),
        ("OUTPUT_VERBATIM", {"max_similarity": "0.905"}, "/OUTPUT_VERBATIM/max_similarity"),
        ("MODEL_SCOPE", {"scope": "successors_until"}, "/MODEL_SCOPE/until"),
        ("EXCLUSIVITY", {"kind": "none", "ends": "soon"}, "/EXCLUSIVITY/ends"),
        ("TERRITORY", {"processing": "allow"}, "/TERRITORY/processing_countries"),
        ("TERRITORY", {"processing": "allow", "processing_countries": ["XX"]}, "/TERRITORY/processing_countries"),
        ("CMO_STATUS", {"societies": ["none", "SCAM"]}, "/CMO_STATUS/societies"),
        ("CMO_STATUS", {"authorisation": ["a; b"]}, "/CMO_STATUS/authorisation"),
        ("FIELD_OF_USE", {"purposes": []}, "/FIELD_OF_USE/purposes"),
        ("FUTURE_FORMS", {"express": True}, "/FUTURE_FORMS/profit_share_percent"),
        ("REDISTRIBUTION", {"raw_footage": "permitted"}, "/REDISTRIBUTION/raw_footage"),
    ],
)
def test_values_a_clause_does_not_offer_are_refused_where_they_stand(
    code: str, changes: dict[str, object], pointer: str
) -> None:
    with pytest.raises(DomainError) as caught:
        CATALOGUE[code].parse(changes)
    assert (caught.value.code, caught.value.extra["pointer"]) == ("invalid_parameter", pointer)


@pytest.mark.parametrize(
    ("code", "changes", "kind"),
    [
        ("TERM", {}, AmendmentClass.STANDARD),
        ("TERM", {"training_access_months": 36}, AmendmentClass.IN_RANGE),
        ("OUTPUT_VERBATIM", {"max_consecutive_seconds": 5}, AmendmentClass.IN_RANGE),
        ("OUTPUT_VERBATIM", {"max_consecutive_seconds": 6}, AmendmentClass.CUSTOM),
        ("OUTPUT_VERBATIM", {"applies_even_if_unprompted": False}, AmendmentClass.CUSTOM),
        ("PROHIBITED_END_USES", {"uses": ["military"]}, AmendmentClass.CUSTOM),
        ("SUBLICENSE", {"level": "third_parties"}, AmendmentClass.FALLBACK),
        ("RETENTION", {"max_days": 90}, AmendmentClass.FALLBACK),
        ("RETENTION", {"max_days": 91}, AmendmentClass.CRITICAL),
        ("INDEMNITY", {"direction": "by_licensor"}, AmendmentClass.CRITICAL),
        ("NO_REPLICA", {"exception_consents": ["rel_1"]}, AmendmentClass.CRITICAL),
        ("DATA_SUBJECT", {"minors": "guardian_consent"}, AmendmentClass.CRITICAL),
        ("DATA_SUBJECT", {"response_days": 10}, AmendmentClass.IN_RANGE),
        ("DISPUTE", {"law": "US-NY"}, AmendmentClass.CRITICAL),
        ("DISPUTE", {"mediation": False}, AmendmentClass.IN_RANGE),
        ("DISPUTE", {"law": "IE", "forum": "dublin"}, AmendmentClass.FALLBACK),
    ],
)
def test_how_a_change_is_classed(code: str, changes: dict[str, object], kind: AmendmentClass) -> None:
    clause = CATALOGUE[code]
    assert classify(clause, clause.defaults, clause.parse(changes)).kind is kind


def test_a_rung_carries_no_other_critical_change_past_the_reviewers() -> None:
    clause = CATALOGUE["DATA_SUBJECT"]
    rung = dict(clause.fallbacks[0].values)
    assert classify(clause, clause.defaults, clause.parse(rung)).kind is AmendmentClass.FALLBACK
    with_minors = clause.parse({**rung, "minors": "guardian_consent"})
    assert classify(clause, clause.defaults, with_minors).kind is AmendmentClass.CRITICAL
    assert classify(clause, {**clause.defaults, **rung}, with_minors).kind is AmendmentClass.CRITICAL
    agreed = {**clause.defaults, "minors": "guardian_consent"}
    assert classify(clause, agreed, with_minors).kind is AmendmentClass.FALLBACK, "that was agreed before"


def test_own_wording_is_custom_and_critical_where_the_clause_is() -> None:
    for code, kind in (("TERM", AmendmentClass.CUSTOM), ("RETENTION", AmendmentClass.CRITICAL)):
        clause = CATALOGUE[code]
        text = clause.render(clause.defaults, Language.FR)
        assert classify(clause, clause.defaults, clause.defaults, f"  {text} ", Language.FR).kind is (
            AmendmentClass.STANDARD
        )
        assert classify(clause, clause.defaults, clause.defaults, f"{text} Voilà.", Language.FR).kind is kind


def test_the_nearest_fallback_is_the_one_that_reads_most_alike() -> None:
    clause = CATALOGUE["RETENTION"]
    assert nearest_fallback(clause, clause.parse({"max_days": 90}), "", Language.EN) == (3, 100)
    assert nearest_fallback(CATALOGUE["TERM"], CATALOGUE["TERM"].defaults, "", Language.EN) is None


def test_a_fallback_with_its_own_text_is_what_the_contract_says() -> None:
    clause = CATALOGUE["SUBLICENSE"]
    text = clause.render(clause.parse({"level": "third_parties"}), Language.EN)
    assert "thirty days in advance" in text
    assert clause.read(text, Language.EN) == {"level": "third_parties"}


def agreement() -> AgreementFacts:
    return AgreementFacts(
        agreement_id="agr_1",
        licensor="Studio « Nord »",
        licensor_id="org_1",
        platform="Offcut",
        revision=1,
        clauses=list(CATALOGUE.values()),
        values=CAREFUL,
        own_wording={},
    )


@pytest.mark.parametrize("language", list(Language))
def test_an_agreement_holds_every_clause_word_for_word_under_its_number(language: Language) -> None:
    rest = render_both(agreement()).text.of(language)
    for number, clause in enumerate(CATALOGUE.values(), start=1):
        paragraphs = clause.render(CAREFUL[clause.code], language).split("\n\n")
        for place, words in enumerate(paragraphs, start=1):
            before, found, rest = rest.partition(f"\n\n{number}.{place} {words}\n")
            assert found, f"{clause.code} {number}.{place}"
            assert place > 1 or before.endswith(f"{number}. {clause.title.of(language)}")
            rest = f"\n{rest}"


def test_the_french_contract_states_each_right_separately() -> None:
    text = render_both(agreement()).text.fr
    for words in (
        "L131-3",
        "L121-2",
        "L131-6",
        "Étendue",
        "Destination",
        "Lieu",
        "Durée",
        "Représentation. Non cédée.",
    ):
        assert words in text
    assert "avis juridique" in text
    assert "{" not in text
    assert f"{NARROW};" in text
    assert " ;" not in text


def test_typography_of_each_language() -> None:
    assert french('L\'avis : "oui" ; 5 % !') == (f"L’avis{NARROW}: «{NARROW}oui{NARROW}»{NARROW}; 5{NARROW}%{NARROW}!")
    assert english('It\'s "so".') == "It’s “so”."
    assert canonical(french('L\'avis : "oui" ;')) == 'L\'avis : "oui" ;'
    assert counted(1, "day|days", Language.EN) == "1 day"
    assert counted(0, "jour|jours", Language.FR) == "0 jour"
    assert counted(10_000, "dollar|dollars", Language.FR) == f"10{NARROW}000 dollars"


def test_a_diff_shows_the_words_that_changed_and_no_format_noise() -> None:
    runs = word_diff("Keep it  for “24 months”.", 'Keep it for "36 months".')
    assert [(run.op, run.text) for run in runs] == [
        (Op.KEEP, "Keep it for"),
        (Op.REMOVE, '"24'),
        (Op.ADD, '"36'),
        (Op.KEEP, 'months".'),
    ]


def test_cases_are_due_in_working_days() -> None:
    friday = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    assert due_at(friday, 1) == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert due_at(friday + timedelta(days=1), 1) == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    assert due_at(friday - timedelta(days=2), 2) == datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    assert due_words(friday, friday - timedelta(hours=3, minutes=12), Language.EN) == f"due in 3{NARROW}h 12"
    assert due_words(friday, friday + timedelta(days=2), Language.FR) == f"en retard de 2{NARROW}j 0{NARROW}h"
    assert span_words(timedelta(minutes=40)) == f"40{NARROW}min"


def test_reasons_say_what_to_do() -> None:
    assert list(SHIPPED_REASONS) == list(ReasonCode)
    assert all(reason.fix.fr and reason.fix.en for (reason,) in SHIPPED_REASONS.values())


def test_machines_draw_themselves() -> None:
    for machine in (CLAUSE_MACHINE, AGREEMENT_MACHINE, CASE_MACHINE):
        assert machine.mermaid().startswith("stateDiagram-v2\n")
