"""An offer in ODRL names the least price, every duty and every limit of its terms, each where its reader looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from licensing.domain.catalogue import CATALOGUE
from licensing.domain.composition import compose, profile_of
from licensing.domain.presets import PRESETS, Preset
from licensing.domain.signals.odrl import offer_of

CAREFUL = compose(CATALOGUE, PRESETS[Preset.CAREFUL])


def offer(**changes: Mapping[str, object]) -> Any:
    profile = profile_of(compose(CATALOGUE, changes, CAREFUL))
    return offer_of(profile, site="https://offcut.example", target="urn:clip", licensor="urn:studio").as_json()


def acts(rows: Iterable[Any]) -> list[tuple[str, str]]:
    """Each action with its kind, as a reader of the document sees them."""
    found = []
    for row in rows:
        action = row["action"]
        one: Any = action[0] if isinstance(action, list) else {"rdf:value": {"@id": action}}
        kinds = [item["rightOperand"] for item in one.get("refinement", ()) if item["leftOperand"] == "ail:kind"]
        found.append((one["rdf:value"]["@id"], *(kinds or [""])))
    return found


def test_the_least_price_a_creator_takes_stands_in_the_duty_to_pay() -> None:
    (paid, *_) = offer(PRICE={"floor": "1.20"})["permission"][0]["duty"]
    (least,) = paid["action"][0]["refinement"]
    assert (least["leftOperand"], least["operator"]) == ("ail:ratePerMinute", "gteq")
    assert least["rightOperand"]["@value"] == "1.20"
    (paid, *_) = offer()["permission"][0]["duty"]
    assert paid["action"] == "compensate", "the rate card alone decides"


def test_every_duty_and_every_limit_of_the_terms_is_written_down() -> None:
    document = offer()
    duties = set(acts(document["permission"][0]["duty"]))
    assert duties == {
        ("compensate", ""),
        ("odrl:attribute", "dataset_card"),
        ("ail:admitAudit", ""),
        ("ail:discloseDataset", ""),
        ("ail:certifyDeletion", ""),
        ("inform", ""),
        ("delete", ""),
        ("ail:secure", "encryption_at_rest"),
        ("ail:honourWithdrawal", ""),
    }
    limits = set(acts(document["prohibition"]))
    replicas = {("ail:generateReplica", kind) for kind in ("body", "face", "gait", "name", "voice")}
    assert limits > {("distribute", ""), ("ail:mimicScene", ""), ("ail:reproduceVerbatim", "")} | replicas
    eased = offer(NO_REPLICA={"subjects": ["voice"]}, SECURITY={"measures": ["soc2"]})
    assert replicas & set(acts(eased["prohibition"])) == {("ail:generateReplica", "voice")}
    assert ("ail:secure", "soc2") in acts(eased["permission"][0]["duty"])
