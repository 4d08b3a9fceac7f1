"""One policy, eight dialects: every cell of the emission matrix, read back by somebody else's rules."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import BinaryIO, Final

import pytest

from licensing.domain.signals.aipref import content_usage
from licensing.domain.signals.cawg import cawg_assertion
from licensing.domain.signals.iptc import DataMining, xmp_packet
from licensing.domain.signals.matroska import matroska_tags
from licensing.domain.signals.odrl import odrl_document
from licensing.domain.signals.odrl_model import PROFILE_PATH
from licensing.domain.signals.policy import RightsPolicy, SignalState
from licensing.domain.signals.rsl import rsl_document
from licensing.domain.signals.tdmrep import tdm_rule, tdmrep_json
from licensing.domain.signals.vocabulary import vocabulary
from marketplace.delivery.adapters.boxes import XMP_BOX, top_boxes
from marketplace.delivery.adapters.media_keys import media_keys_ensure
from tests.factories.marked import AIL, CLIP, LICENCE, POLICIES, SITE, Made, c2pa_read, made_as
from tests.factories.signals import ODRL, content_usage_read, expanded, ids, matroska_read, rsl_read, xmp_read


@dataclass(frozen=True)
class Row:
    """What the matrix asks of one state, in the words of each standard."""

    rsl: dict[str, str]
    tdmrep: dict[str, str | int]
    aipref: dict[str, str]
    iptc: tuple[str, str]
    cawg: tuple[str, str]
    odrl: tuple[str, str, tuple[str, ...]]
    matroska: dict[str, str]
    """Tags of a WebM."""
    preview: tuple[str, str]
    """Of what is served to look at; delivered copies have none, and one would say what its copy says."""


PLUS: Final = "http://ns.useplus.org/ldf/vocab/"
RESERVED: Final[dict[str, str | int]] = {"tdm-reservation": 1}
MATRIX: Final = {
    SignalState.ON_SALE: Row(
        rsl={"permits": "ai-train", "payment": "training", "custom": CLIP},
        tdmrep=RESERVED | {"tdm-policy": CLIP},
        aipref={"train-ai": "n", "search": "y"},
        iptc=("DMI-PROHIBITED-SEELINKEDRIGHTSEXPR", CLIP),
        cawg=("constrained", CLIP),
        odrl=("Offer", "", (f"{AIL}measure", f"{AIL}trainGenerative", f"{AIL}trainRecognition")),
        matroska={
            "PLUS_DATA_MINING": f"{PLUS}DMI-PROHIBITED-SEELINKEDRIGHTSEXPR",
            "TDM_RESERVATION": "1",
            "TDM_POLICY": CLIP,
            "LICENSE": CLIP,
            "RSL_LICENSE": CLIP,
        },
        preview=("DMI-PROHIBITED-SEELINKEDRIGHTSEXPR", CLIP),
    ),
    SignalState.NOT_FOR_SALE: Row(
        rsl={"prohibits": "ai-all"},
        tdmrep=RESERVED,
        aipref={"train-ai": "n"},
        iptc=("DMI-PROHIBITED", ""),
        cawg=("notAllowed", ""),
        odrl=("Set", "", ()),
        matroska={"PLUS_DATA_MINING": f"{PLUS}DMI-PROHIBITED", "TDM_RESERVATION": "1"},
        preview=("DMI-PROHIBITED", ""),
    ),
    SignalState.EVALUATION: Row(
        rsl={"prohibits": "ai-train"},
        tdmrep=RESERVED,
        aipref={"train-ai": "n"},
        iptc=("DMI-PROHIBITED-AIMLTRAINING", LICENCE),
        cawg=("notAllowed", ""),
        odrl=("Agreement", f"{SITE}/orgs/org_b", (f"{AIL}measure",)),
        matroska={
            "PLUS_DATA_MINING": f"{PLUS}DMI-PROHIBITED-AIMLTRAINING",
            "TDM_RESERVATION": "1",
            "LICENSE": LICENCE,
            "RSL_LICENSE": LICENCE,
        },
        preview=("DMI-PROHIBITED-AIMLTRAINING", LICENCE),
    ),
    SignalState.LICENSED: Row(
        rsl={"prohibits": "ai-all", "terms": LICENCE},
        tdmrep=RESERVED | {"tdm-policy": LICENCE},
        aipref={"train-ai": "n"},
        iptc=("DMI-PROHIBITED-SEELINKEDRIGHTSEXPR", LICENCE),
        cawg=("constrained", LICENCE),
        odrl=("Agreement", f"{SITE}/orgs/org_b", (f"{AIL}trainGenerative",)),
        matroska={
            "PLUS_DATA_MINING": f"{PLUS}DMI-PROHIBITED-SEELINKEDRIGHTSEXPR",
            "TDM_RESERVATION": "1",
            "TDM_POLICY": LICENCE,
            "LICENSE": LICENCE,
            "RSL_LICENSE": LICENCE,
        },
        preview=("DMI-PROHIBITED-SEELINKEDRIGHTSEXPR", LICENCE),
    ),
}


def read_rsl(policy: RightsPolicy, _made: Made) -> object:
    document = rsl_read(rsl_document([policy]))
    assert set(document) == {policy.target}
    return document[policy.target]


def read_tdmrep(policy: RightsPolicy, _made: Made) -> object:
    rule = tdm_rule(policy, "/market/clips/clp_1")
    (entry,) = json.loads(tdmrep_json([rule]))
    assert entry.pop("location") == "/market/clips/clp_1"
    assert {name: str(value) for name, value in entry.items()} == rule.headers()
    return entry


def read_aipref(policy: RightsPolicy, _made: Made) -> object:
    return content_usage_read(content_usage(policy))


def packet_read(file: BinaryIO) -> tuple[str, str]:
    """The packet as it lies in a finished file, found by its box."""
    (box,) = [box for box in top_boxes(file) if box.user == XMP_BOX]
    file.seek(box.start + 24)
    said = xmp_read(file.read(box.size - 24))
    mining = said["{http://ns.useplus.org/ldf/xmp/1.0/}DataMining"]
    assert mining.startswith(f"{PLUS}DMI-")
    linked = said.get("{https://rslstandard.org/rsl}license", "")
    assert linked == said.get("{http://ns.adobe.com/xap/1.0/rights/}WebStatement", "")
    return mining.rpartition("/")[2], linked


def read_iptc(_policy: RightsPolicy, made: Made) -> object:
    with made.path.open("rb") as file:
        return packet_read(file)


def read_preview(_policy: RightsPolicy, made: Made) -> object:
    return packet_read(io.BytesIO(made.preview))


def read_matroska(_policy: RightsPolicy, made: Made) -> object:
    return matroska_read(made.webm)


def read_cawg(_policy: RightsPolicy, made: Made) -> object:
    state, manifest = c2pa_read(made.path.read_bytes(), made.keys.root)
    assert state == "Trusted"
    (entries,) = [one["data"]["entries"] for one in manifest["assertions"] if one["label"] == "cawg.training-mining"]
    assert set(entries) == {
        "cawg.ai_generative_training", "cawg.ai_training", "cawg.data_mining", "cawg.ai_inference",
    }  # fmt: skip
    assert entries["cawg.data_mining"] == entries["cawg.ai_inference"] == {"use": "notAllowed"}
    assert entries["cawg.ai_training"] == entries["cawg.ai_generative_training"]
    return entries["cawg.ai_training"]["use"], entries["cawg.ai_training"].get("constraint_info", "")


def read_odrl(policy: RightsPolicy, _made: Made) -> object:
    node = expanded(json.loads(json.dumps(odrl_document(policy))))
    assert ids(node[f"{ODRL}profile"]) == [f"{SITE}{PROFILE_PATH}"]
    assert ids(node[f"{ODRL}conflict"]) == [f"{ODRL}prohibit"]
    rules = [*node.get(f"{ODRL}permission", []), *node[f"{ODRL}prohibition"]]
    assert all(ids(rule[f"{ODRL}target"]) == [CLIP] for rule in rules)
    permitted = [name for rule in node.get(f"{ODRL}permission", []) for name in ids(rule[f"{ODRL}action"])]
    (kind,) = node["@type"]
    assignee = ids(node.get(f"{ODRL}assignee", []))
    return kind.removeprefix(ODRL), "".join(assignee), tuple(sorted(permitted))


READERS: Final[dict[str, Callable[[RightsPolicy, Made], object]]] = {
    "rsl": read_rsl,
    "tdmrep": read_tdmrep,
    "aipref": read_aipref,
    "iptc": read_iptc,
    "cawg": read_cawg,
    "odrl": read_odrl,
    "matroska": read_matroska,
    "preview": read_preview,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[SignalState, Made]:
    """A signed file for every state."""
    folder = tmp_path_factory.mktemp("signals")
    keys = media_keys_ensure(folder / "media.json", site=SITE, now=datetime(2026, 9, 1, tzinfo=UTC))
    return {state: made_as(policy, folder / state, keys) for state, policy in POLICIES.items()}


def test_the_matrix_has_a_row_for_every_state_and_a_cell_for_every_dialect() -> None:
    assert set(MATRIX) == set(POLICIES) == set(SignalState)
    assert {field.name for field in fields(Row)} == set(READERS)
    assert all(policy.state is state for state, policy in POLICIES.items())


@pytest.mark.parametrize("dialect", list(READERS))
@pytest.mark.parametrize("state", list(SignalState))
def test_every_cell_of_the_matrix_reads_back_as_written(
    state: SignalState, dialect: str, made: dict[SignalState, Made]
) -> None:
    assert READERS[dialect](POLICIES[state], made[state]) == getattr(MATRIX[state], dialect)


def test_nothing_is_allowed_to_everybody_in_any_dialect(made: dict[SignalState, Made]) -> None:
    assert not [value for value in DataMining if "ALLOWED" in value]
    for state, policy in POLICIES.items():
        written = (cawg_assertion(policy), matroska_tags(policy))
        said = (rsl_document([policy]), xmp_packet(policy), *(json.dumps(one).encode() for one in written))
        assert not any(b'"allowed"' in one or b"ALLOWED" in one for one in said)
        assert content_usage_read(content_usage(policy))["train-ai"] == "n"
        assert tdm_rule(policy, "/").headers()["tdm-reservation"] == "1"
        assert (b"<permits" in said[0]) == (state is SignalState.ON_SALE)
        assert (b"<permits" not in said[0]) or b'<payment type="training">' in said[0]


def test_an_evaluation_copy_says_how_long_it_may_be_used() -> None:
    node = expanded(odrl_document(POLICIES[SignalState.EVALUATION]))
    constraints = node[f"{ODRL}permission"][0][f"{ODRL}constraint"]
    windows = [
        one[f"{ODRL}rightOperand"] for one in constraints if ids(one[f"{ODRL}leftOperand"]) == [f"{ODRL}elapsedTime"]
    ]
    assert windows == [[{"@type": "http://www.w3.org/2001/XMLSchema#duration", "@value": "P60D"}]]


def names_in(value: object) -> set[str]:
    """Every name of our own vocabulary that an expanded document uses."""
    if isinstance(value, dict):
        own = {value["@id"]} if str(value.get("@id", "")).startswith(AIL) else set()
        return own.union(*map(names_in, value.values()))
    return set().union(*map(names_in, value)) if isinstance(value, list) else set()


def test_every_name_of_our_own_that_a_document_uses_is_published() -> None:
    published = {AIL + node["@id"].removeprefix("ail:") for node in vocabulary(SITE)["@included"]}
    used = set().union(*(names_in(expanded(odrl_document(policy))) for policy in POLICIES.values()))
    assert used
    assert used <= published
