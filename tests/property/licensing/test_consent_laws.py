"""The laws of the consent graph: more nodes never sell further, a stronger release never sells less far."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from licensing.domain.consent import (
    AiAnswer,
    Consent,
    Node,
    NodeKind,
    NoReleaseReason,
    Weighed,
    settle,
    weigh,
)
from licensing.domain.declaration import Declared, PeopleShown
from licensing.domain.facts import ReleaseStatus
from licensing.domain.matching import Cleared

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LADDER = list(Cleared)
instants = st.none() | st.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours))
consents = st.builds(
    Consent,
    ai=st.sampled_from(AiAnswer),
    signed=st.booleans(),
    guardian=st.booleans(),
    expires_at=instants,
    revoked=st.booleans(),
)
nodes = st.builds(
    Node,
    kind=st.sampled_from(NodeKind),
    key=st.sampled_from(["con_a", "con_b", "con_c"]),
    reason=st.none() | st.sampled_from(NoReleaseReason),
    consent=st.none() | consents,
)
graphs = st.lists(nodes, max_size=6)
declarations = st.builds(Declared, people=st.sampled_from(PeopleShown), release=st.sampled_from(ReleaseStatus))


def rank(weighed: Weighed) -> int:
    """How far it may be sold, as a number."""
    return LADDER.index(weighed.cleared)


@st.composite
def strengthened(draw: st.DrawFn, consent: Consent) -> Consent:
    """A consent that is at least as strong in every part."""
    answers = list(AiAnswer)
    ends = consent.expires_at
    later = None if ends is None or draw(st.booleans()) else ends + timedelta(hours=draw(st.integers(0, 5)))
    return Consent(
        ai=draw(st.sampled_from(answers[answers.index(consent.ai) :])),
        signed=consent.signed or draw(st.booleans()),
        guardian=consent.guardian or draw(st.booleans()),
        expires_at=later,
        revoked=consent.revoked and draw(st.booleans()),
    )


@given(graphs, nodes)
def test_adding_a_node_never_lets_a_clip_be_sold_further(graph: list[Node], node: Node) -> None:
    assert rank(weigh([*graph, node], NOW)) <= rank(weigh(graph, NOW))


@given(st.data(), graphs, st.sampled_from(NodeKind), consents)
def test_strengthening_a_release_never_lets_a_clip_be_sold_less_far(
    data: st.DataObject, graph: list[Node], kind: NodeKind, consent: Consent
) -> None:
    weaker = Node(kind, "con_x", consent=consent)
    stronger = replace(weaker, consent=data.draw(strengthened(consent)))
    assert rank(weigh([*graph, weaker], NOW)) <= rank(weigh([*graph, stronger], NOW))


@given(st.data(), declarations, graphs, st.sampled_from(NodeKind), consents)
def test_neither_law_depends_on_what_is_declared(
    data: st.DataObject, declared: Declared, graph: list[Node], kind: NodeKind, consent: Consent
) -> None:
    weaker = [*graph, Node(kind, "con_x", consent=consent)]
    stronger = [*graph, Node(kind, "con_x", consent=data.draw(strengthened(consent)))]
    assert rank(settle(declared, weigh(weaker, NOW))) <= rank(settle(declared, weigh(stronger, NOW)))
    assert rank(settle(declared, weigh(weaker, NOW))) <= rank(weigh(weaker, NOW))


@given(graphs)
def test_the_answer_is_that_of_the_weakest_node_and_has_a_reason_unless_everything_goes(graph: list[Node]) -> None:
    weighed = weigh(graph, NOW)
    assert rank(weighed) == min((rank(weigh([node], NOW)) for node in graph), default=len(LADDER) - 1)
    assert bool(weighed.findings) == (weighed.cleared is not Cleared.GENERATIVE)
    assert [LADDER.index(one.cleared) for one in weighed.findings] == sorted(
        LADDER.index(one.cleared) for one in weighed.findings
    )


@given(graphs)
def test_the_answer_holds_until_the_instant_it_names(graph: list[Node]) -> None:
    weighed = weigh(graph, NOW)
    last = (weighed.until or NOW + timedelta(days=9)) - timedelta(microseconds=1)
    assert weighed.until is None or weighed.until > NOW
    assert weigh(graph, last).cleared == weighed.cleared


@given(graphs, st.permutations(range(6)))
def test_the_order_of_nodes_says_nothing(graph: list[Node], order: list[int]) -> None:
    shuffled = [graph[place] for place in order if place < len(graph)]
    assert (weigh(graph, NOW).cleared, weigh(graph, NOW).people) == (
        weigh(shuffled, NOW).cleared,
        weigh(shuffled, NOW).people,
    )


@given(graphs)
def test_an_identifiable_person_without_release_is_never_sold_for_generation(graph: list[Node]) -> None:
    assert not weigh([*graph, Node(NodeKind.PERSON)], NOW).allows(Cleared.GENERATIVE)
