"""The consent graph, one case at a time: how far a clip may be sold, why no further, and what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.errors import DomainError
from licensing.domain.consent import (
    REASONS_FOR,
    AiAnswer,
    Consent,
    IssueCode,
    Node,
    NodeKind,
    NoReleaseReason,
    Weighed,
    settle,
    weigh,
)
from licensing.domain.consent_words import ISSUES
from licensing.domain.declaration import Declared, PeopleShown
from licensing.domain.facts import ReleaseStatus
from licensing.domain.matching import Cleared
from licensing.domain.release import Given, answer_of, check_given, end_of
from licensing.domain.release_text import ReleaseFacts, digest_of, signed_text
from licensing.domain.wording import Language

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FULL = Consent(AiAnswer.GENERATIVE)
K, R = NodeKind, NoReleaseReason


def alone(kind: NodeKind, consent: Consent | None = None, reason: NoReleaseReason | None = None) -> Weighed:
    """Weigh a graph of one node."""
    return weigh([Node(kind, "con_1", reason=reason, consent=consent)], NOW)


def code_of(weighed: Weighed) -> str | None:
    """The code of the first finding."""
    return weighed.findings[0].code if weighed.findings else None


@pytest.mark.parametrize(
    ("kind", "cleared", "code"),
    [
        (K.PERSON, Cleared.NONE, "P01"),
        (K.VOICE, Cleared.NONE, "P01"),
        (K.MINOR, Cleared.NONE, "P02"),
        (K.PREMISES, Cleared.EVALUATION, "P03"),
        (K.MARK, Cleared.EVALUATION, "P05"),
        (K.PERMIT, Cleared.NONE, "P06"),
    ],
)
def test_a_node_without_release_or_reason_keeps_the_clip_from_generative_use(
    kind: NodeKind, cleared: Cleared, code: str
) -> None:
    weighed = alone(kind)
    assert (weighed.cleared, code_of(weighed)) == (cleared, code)
    assert not weighed.allows(Cleared.GENERATIVE)
    assert not weighed.allows(Cleared.NON_GENERATIVE)


@pytest.mark.parametrize(
    ("consent", "cleared", "code"),
    [
        (FULL, Cleared.GENERATIVE, None),
        (Consent(AiAnswer.NON_GENERATIVE), Cleared.NON_GENERATIVE, "P08"),
        (Consent(AiAnswer.EVALUATION), Cleared.EVALUATION, "P08"),
        (Consent(AiAnswer.NO), Cleared.NONE, "P07"),
        (Consent(AiAnswer.SILENT), Cleared.NONE, "P04"),
        (Consent(AiAnswer.GENERATIVE, signed=False), Cleared.NONE, "P11"),
        (Consent(AiAnswer.GENERATIVE, revoked=True), Cleared.NONE, "P10"),
        (Consent(AiAnswer.GENERATIVE, expires_at=NOW), Cleared.NONE, "P09"),
        (Consent(AiAnswer.GENERATIVE, expires_at=NOW + timedelta(seconds=1)), Cleared.GENERATIVE, None),
    ],
)
def test_a_persons_release_reaches_as_far_as_its_answer_on_ai_while_it_holds(
    consent: Consent, cleared: Cleared, code: str | None
) -> None:
    weighed = alone(K.PERSON, consent)
    assert (weighed.cleared, code_of(weighed)) == (cleared, code)


@pytest.mark.parametrize("kind", [K.PREMISES, K.MARK])
@pytest.mark.parametrize("change", [{"revoked": True}, {"expires_at": NOW}, {}])
def test_an_owner_who_said_no_is_not_asked_less_once_the_release_is_over(
    kind: NodeKind, change: dict[str, Any]
) -> None:
    assert alone(kind, replace(Consent(AiAnswer.NO), **change)).cleared is Cleared.NONE
    silent = alone(kind, replace(Consent(AiAnswer.SILENT), **change))
    assert silent.cleared is Cleared.EVALUATION, "as if nothing had been signed"


def test_a_minor_needs_a_guardian_and_a_permit_needs_no_answer_on_ai() -> None:
    assert code_of(alone(K.MINOR, FULL)) == "P02"
    assert alone(K.MINOR, Consent(AiAnswer.GENERATIVE, guardian=True)).cleared is Cleared.GENERATIVE
    assert alone(K.PERMIT, Consent(AiAnswer.SILENT)).cleared is Cleared.GENERATIVE


def test_a_reason_counts_only_for_its_kind() -> None:
    for kind in NodeKind:
        for reason in NoReleaseReason:
            counts = alone(kind, reason=reason).cleared is Cleared.GENERATIVE
            assert counts == (reason in REASONS_FOR[kind]), (kind, reason)
    assert R.CROWD_INCIDENTAL not in REASONS_FOR[K.MINOR]


def test_the_weakest_node_decides_and_everything_in_the_way_is_named_weakest_first() -> None:
    weighed = weigh(
        [
            Node(K.PERSON, "con_a", consent=FULL),
            Node(K.PREMISES, "con_b"),
            Node(K.PERSON, "con_c", consent=Consent(AiAnswer.NO)),
        ],
        NOW,
    )
    assert weighed.cleared is Cleared.NONE
    assert [(one.node.key, one.code) for one in weighed.findings] == [
        ("con_c", IssueCode.AI_REFUSED),
        ("con_b", IssueCode.PLACE_UNRELEASED),
    ]


@pytest.mark.parametrize(
    ("nodes", "people", "release"),
    [
        ([], None, None),
        ([Node(K.PERSON, consent=FULL)], PeopleShown.RELEASED, ReleaseStatus.FULL),
        ([Node(K.PERSON)], PeopleShown.UNRELEASED, ReleaseStatus.NONE_NEEDED),
        ([Node(K.PERSON, reason=R.BLURRED)], PeopleShown.BLURRED, ReleaseStatus.BLURRED),
        (
            [Node(K.PERSON, consent=FULL), Node(K.PERSON, reason=R.CROWD_INCIDENTAL)],
            PeopleShown.INCIDENTAL,
            ReleaseStatus.FULL,
        ),
        ([Node(K.PERSON, consent=FULL), Node(K.PREMISES)], PeopleShown.RELEASED, ReleaseStatus.NONE_NEEDED),
        ([Node(K.PREMISES, reason=R.PUBLIC_PLACE)], None, ReleaseStatus.NONE_NEEDED),
        ([Node(K.PERMIT, consent=FULL)], None, None),
    ],
)
def test_what_is_shown_and_what_the_rate_card_asks_follow_from_the_nodes(
    nodes: list[Node], people: PeopleShown | None, release: ReleaseStatus | None
) -> None:
    weighed = weigh(nodes, NOW)
    assert (weighed.people, weighed.release) == (people, release)


def test_the_answer_runs_out_when_the_first_release_that_counts_ends() -> None:
    soon, later = NOW + timedelta(days=1), NOW + timedelta(days=9)
    nodes = [
        Node(K.PERSON, consent=Consent(AiAnswer.GENERATIVE, expires_at=later)),
        Node(K.PREMISES, consent=Consent(AiAnswer.GENERATIVE, expires_at=soon)),
        Node(K.MARK, consent=Consent(AiAnswer.GENERATIVE, expires_at=NOW, revoked=True)),
    ]
    assert weigh(nodes, NOW).until == soon
    assert weigh([], NOW).until is None


def test_a_declaration_that_everybody_agreed_is_no_release() -> None:
    claimed = Declared(people=PeopleShown.RELEASED, release=ReleaseStatus.FULL)
    answer = settle(claimed, weigh([], NOW))
    assert (answer.cleared, code_of(answer), answer.release) == (Cleared.NONE, "P12", ReleaseStatus.NONE_NEEDED)
    backed = settle(claimed, weigh([Node(K.PERSON, consent=FULL)], NOW))
    assert (backed.cleared, backed.findings, backed.release) == (Cleared.GENERATIVE, (), ReleaseStatus.FULL)


def test_the_simple_declaration_holds_where_nobody_is_listed() -> None:
    nobody = settle(Declared(), weigh([], NOW))
    assert (nobody.cleared, nobody.people) == (Cleared.GENERATIVE, PeopleShown.NONE)
    place = settle(Declared(people=PeopleShown.BLURRED, release=ReleaseStatus.BLURRED), weigh([Node(K.MARK)], NOW))
    assert (place.cleared, place.people) == (Cleared.EVALUATION, PeopleShown.BLURRED)
    assert settle(Declared(people=PeopleShown.UNRELEASED), weigh([], NOW)).cleared is Cleared.NONE


def test_every_issue_has_words_and_a_fix_in_both_languages() -> None:
    assert set(ISSUES) == set(IssueCode)
    for issue in ISSUES.values():
        assert all((issue.words.en, issue.words.fr, issue.fix.en, issue.fix.fr))
        assert issue.words.en != issue.words.fr
    assert len({issue.name for issue in ISSUES.values()}) == len(ISSUES)


def test_both_questions_on_ai_have_to_be_answered_when_they_count() -> None:
    assert answer_of("no", "") is AiAnswer.NO
    assert answer_of("no", "yes") is AiAnswer.NO
    assert answer_of("yes", "no") is AiAnswer.NON_GENERATIVE
    assert answer_of("yes", "yes") is AiAnswer.GENERATIVE
    for training, generative in (("", ""), ("yes", ""), ("", "yes"), ("on", "on"), ("yes", "maybe")):
        with pytest.raises(DomainError, match="Choose yes or no") as refused:
            answer_of(training, generative)
        assert refused.value.code == "ai_clause_missing"


def test_a_signature_needs_a_name_and_a_minors_a_guardian() -> None:
    with pytest.raises(DomainError, match="Type your name"):
        check_given(K.PERSON, Given("  ", AiAnswer.NO))
    with pytest.raises(DomainError) as refused:
        check_given(K.MINOR, Given("Ada Nord", AiAnswer.NO))
    assert refused.value.code == "guardian_needed"
    assert check_given(K.MINOR, Given("Ada Nord", AiAnswer.NO, "Kim Nord", "mother"))


def test_the_signed_text_is_the_same_bytes_each_time_and_any_change_changes_its_hash() -> None:
    facts = ReleaseFacts("Studio Nord", K.PERSON, "Ada Nord", "street interview, Lyon, May 2026", date(2030, 1, 31))
    given = Given("Ada Nord", AiAnswer.NON_GENERATIVE)
    digests = {
        digest_of(signed_text(facts, given, Language.EN)),
        digest_of(signed_text(facts, given, Language.FR)),
        digest_of(signed_text(facts, Given("Ada Nord", AiAnswer.NO), Language.EN)),
        digest_of(signed_text(facts, Given("Ada Sud", AiAnswer.NON_GENERATIVE), Language.EN)),
    }
    assert len(digests) == 4
    assert signed_text(facts, given, Language.FR) == signed_text(facts, given, Language.FR)
    assert "31 janvier 2030" in signed_text(facts, given, Language.FR)


def test_a_release_ends_at_the_end_of_its_last_day() -> None:
    assert end_of(date(2026, 12, 31)) == datetime(2027, 1, 1, tzinfo=UTC)
    assert end_of(None) is None
