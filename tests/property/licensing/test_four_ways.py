"""One answer, four ways to it: search, quote, the words of the licence, and the ODRL export, on 100,000 pairs."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from uuid import UUID

import pytest

from licensing.domain.catalogue import CATALOGUE
from licensing.domain.composition import Stored, profile_of
from licensing.domain.declaration import PeopleShown
from licensing.domain.explain import Verdict
from licensing.domain.matching import Cleared, Dimension, Territory, UseCase, fail_mask
from licensing.domain.parameters import Value
from licensing.domain.signals.odrl import odrl_document
from licensing.domain.signals.odrl_asking import permits
from licensing.domain.signals.odrl_model import OdrlPolicy, read_odrl
from licensing.domain.signals.policy import on_sale
from licensing.domain.wording import Language
from marketplace.catalog.domain.judging import Judgements
from marketplace.catalog.domain.shown import Group, judge
from tests.property.licensing.random_terms import needs_at_random, terms_at_random

SITE = "https://market.example"
PAIRS = 100_000
TERMS = 400
NEEDS = 500

Said = Mapping[str, Mapping[str, Value]]


def as_read(values: Stored, language: Language) -> Said:
    """What the words of the licence say: every clause rendered, and every value read back from the text."""
    return {
        code: clause.read(clause.render(values[code], language), language)
        for code, clause in CATALOGUE.items()
    }  # fmt: skip


def listed(value: Value) -> frozenset[str]:
    return frozenset(value) if isinstance(value, tuple) else frozenset()


def permitted_by_words(said: Said, need: UseCase) -> bool:
    """Whether a lawyer who reads nothing but the licence lets the use through. Shares no code with matching."""
    return (
        _use_permitted(said, need)
        and _places_permitted(said, "processing", need.territory)
        and _places_permitted(said, "storage", need.storage)
        and _afterwards_permitted(said, need)
        and _sharing_permitted(said, need)
        and _nobody_refused(said, need)
        and _limits_accepted(said, need.accepts)
    )


def _use_permitted(said: Said, need: UseCase) -> bool:
    field = said["FIELD_OF_USE"]
    purposes = listed(field["purposes"])
    if said["EVAL_ONLY"]["enabled"]:
        purposes &= {"evaluate", "benchmark"}
    if need.commercial and not (field["commercial"] and said["MODEL_SCOPE"]["deployment"]):
        return False
    floor, most = said["PRICE"]["floor"], need.max_rate
    if isinstance(floor, str) and most is not None and Fraction(floor) > most:
        return False
    return (
        set(need.purposes) <= purposes
        and set(need.model_classes) <= listed(said["MODEL_CLASS"]["classes"])
        and set(need.modalities) <= listed(field["modalities"])
    )


def _places_permitted(said: Said, side: str, wanted: Territory) -> bool:
    kind, countries = said["TERRITORY"][side], listed(said["TERRITORY"][f"{side}_countries"])
    allow, deny = wanted.allow, wanted.deny
    if allow is None:
        return kind == "worldwide" or (kind == "deny" and countries <= deny)
    places = allow - deny
    return {"worldwide": True, "allow": places <= countries, "deny": not places & countries}[str(kind)]


def _afterwards_permitted(said: Said, need: UseCase) -> bool:
    months = said["TERM"]["training_access_months"]
    if not isinstance(months, int) or need.term_months > months:
        return False
    if said["SURVIVAL"]["model"] != "model_perpetual":
        return need.retention == "retire"
    return need.retention != "perpetual" or not said["SURVIVAL"]["no_new_training"]


def _sharing_permitted(said: Said, need: UseCase) -> bool:
    levels = {"none": 0, "affiliates": 1, "named_subprocessors": 2, "third_parties": 3}
    wanted = {"none": 0, "affiliates": 1, "contractors": 2, "third_parties": 3}
    people = ("none", "blurred", "incidental", "released")
    alone = ("none", "category", "ai_training", "buyer")
    return (
        wanted[need.sublicense] <= levels[str(said["SUBLICENSE"]["level"])]
        and people.index(need.people) <= people.index(str(said["DATA_SUBJECT"]["people"]))
        and alone.index(need.exclusivity) <= alone.index(str(said["EXCLUSIVITY"]["kind"]))
    )


def _nobody_refused(said: Said, need: UseCase) -> bool:
    barred = said["PROHIBITED_END_USES"]
    refused = listed(barred["barred_recipients"])
    named = {need.organisation, f"sector:{need.sector}" if need.sector else ""} - {""}
    return not (
        named & refused
        or {f"end_use:{use}" for use in need.end_uses} & refused
        or {f"content:{content}" for content in need.contents} & refused
        or need.end_uses & listed(barred["uses"])
        or need.contents & listed(said["REPUTATION"]["topics"])
    )


def _limits_accepted(said: Said, accepts: frozenset[str]) -> bool:
    asked = {"OUTPUT_VERBATIM", "RETENTION", "DELETION_CERT", "REPORTING", "WITHDRAWAL"}
    sets = {
        "NO_REPLICA": "subjects",
        "NO_DERIVATIVE_WORKS": "barred",
        "REPUTATION": "topics",
        "PROHIBITED_END_USES": "uses",
        "SECURITY": "measures",
    }
    asked |= {f"{code}:{value}" for code, name in sets.items() for value in listed(said[code][name])}
    asked |= {"NO_SCENE_MIMICRY"} if said["NO_SCENE_MIMICRY"]["scope"] != "off" else set()
    asked |= {"SYNTHETIC_DISTILLATION"} if not said["SYNTHETIC_DISTILLATION"]["third_party_training"] else set()
    asked |= {"AUDIT"} if said["AUDIT"]["per_year"] else set()
    asked |= {"PIRACY_SHIELD"} if said["PIRACY_SHIELD"]["enabled"] else set()
    asked |= {"COMPLIANCE_OUTPUT"} if said["COMPLIANCE_OUTPUT"]["listed"] else set()
    for code, name, free in (
        ("STYLE_IMITATION", "rule", "allow"),
        ("DERIVATIVE_DATASET", "sharing", "share_with_licensees"),
        ("ATTRIBUTION", "place", "none"),
    ):
        if said[code][name] != free:
            asked.add(f"{code}:{said[code][name]}")
    return all(token in accepts or token.partition(":")[0] in accepts for token in asked)


def exported(values: Stored) -> OdrlPolicy:
    """The ODRL offer of some terms, read back from its own JSON."""
    policy = on_sale(
        site=SITE,
        target=f"{SITE}/market/clips/clp_1",
        offer_url=f"{SITE}/market/clips/clp_1",
        licensor=f"{SITE}/orgs/org_l",
        profile=profile_of(values),
    )
    return read_odrl(json.loads(json.dumps(odrl_document(policy))))


@pytest.mark.timeout(180)
def test_search_quote_licence_and_odrl_agree_on_a_hundred_thousand_pairs() -> None:
    draw = random.Random(20261122)
    terms, needs = terms_at_random(draw, TERMS), needs_at_random(draw, NEEDS)
    profiles = {UUID(int=place): profile_of(values) for place, values in enumerate(terms)}
    groups = {
        key: Group(key, has_audio=True, people=PeopleShown.RELEASED, cleared=Cleared.GENERATIVE) for key in profiles
    }
    read = [as_read(values, [*Language][place % 2]) for place, values in enumerate(terms)]
    offers = [exported(values) for values in terms]
    searches = [Judgements(profiles, need, "en") for need in needs]
    answers: Counter[bool] = Counter()
    failing: Counter[Dimension] = Counter()
    for number in draw.sample(range(TERMS * NEEDS), PAIRS):
        place, asked = divmod(number, NEEDS)
        key, need = UUID(int=place), needs[asked]
        mask = fail_mask(profiles[key], need)
        fits = not mask
        found = searches[asked].verdict(groups[key]) is Verdict.FITS
        quoted = judge(profiles[key], groups[key], need).answer
        assert found == fits, (place, asked)
        assert (quoted.verdict is Verdict.FITS and not quoted.conditions) == fits, (place, asked)
        assert permitted_by_words(read[place], need) == fits, (place, asked, mask)
        assert permits(offers[place], need, None) == fits, (place, asked, mask)
        answers[fits] += 1
        failing.update(Dimension(mask))
    assert answers.total() == PAIRS
    assert min(answers.values()) > PAIRS // 20, answers
    assert set(failing) == set(Dimension), failing
