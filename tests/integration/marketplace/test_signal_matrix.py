"""One policy, seven dialects: every cell of the emission matrix, read back by somebody else's rules."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import c2pa
import pytest

from licensing.domain.catalogue import CATALOGUE
from licensing.domain.composition import compose, profile_of
from licensing.domain.matching import ModelClass, Purpose, UseCase
from licensing.domain.signals.aipref import content_usage
from licensing.domain.signals.cawg import cawg_assertion
from licensing.domain.signals.iptc import DataMining, xmp_packet
from licensing.domain.signals.odrl import odrl_document
from licensing.domain.signals.odrl_model import PROFILE_PATH
from licensing.domain.signals.policy import (
    LicenceFacts,
    RightsPolicy,
    SignalState,
    delivered,
    not_for_sale,
    on_sale,
)
from licensing.domain.signals.rsl import rsl_document
from licensing.domain.signals.tdmrep import tdm_rule, tdmrep_json
from licensing.domain.signals.vocabulary import vocabulary
from marketplace.delivery.adapters.boxes import C2PA_BOX, XMP_BOX, top_boxes
from marketplace.delivery.adapters.media_keys import MediaKeys, media_keys_ensure, media_keys_rotate
from marketplace.delivery.adapters.provenance import (
    c2pa_again,
    c2pa_sign,
    digest_of,
    manifest_definition,
    seal_append,
    xmp_append,
)
from offcut.media_proof import MediaProofError, media_verify
from tests.factories.delivery import rush
from tests.factories.signals import ODRL, content_usage_read, expanded, ids, rsl_read, xmp_read

SITE: Final = "https://market.example"
CLIP: Final = f"{SITE}/market/clips/clp_1"
LICENCE: Final = f"{SITE}/licences/lic_1"
AIL: Final = f"{SITE}{PROFILE_PATH}#"
TERMS: Final = profile_of(compose(CATALOGUE, {}))


def licensed_for(purpose: Purpose, window_days: int | None = None) -> RightsPolicy:
    return delivered(
        site=SITE,
        target=CLIP,
        licensor=f"{SITE}/orgs/org_l",
        profile=TERMS,
        licence=LicenceFacts(
            id="lic_1",
            url=LICENCE,
            licensee=f"{SITE}/orgs/org_b",
            starts=date(2026, 9, 1),
            ends=date(2028, 8, 31),
            use_case=UseCase(frozenset({purpose}), frozenset({ModelClass.VIDEO_GEN})),
            window_days=window_days,
        ),
    )


POLICIES: Final = {
    SignalState.ON_SALE: on_sale(site=SITE, target=CLIP, offer_url=CLIP, licensor=f"{SITE}/orgs/org_l", profile=TERMS),
    SignalState.NOT_FOR_SALE: not_for_sale(site=SITE, target=CLIP),
    SignalState.EVALUATION: licensed_for(Purpose.EVALUATE, 60),
    SignalState.LICENSED: licensed_for(Purpose.PRETRAIN),
}


@dataclass(frozen=True)
class Row:
    """What the matrix asks of one state, in the words of each standard."""

    rsl: dict[str, str]
    tdmrep: dict[str, str | int]
    aipref: dict[str, str]
    iptc: tuple[str, str]
    cawg: tuple[str, str]
    odrl: tuple[str, str, tuple[str, ...]]


RESERVED: Final[dict[str, str | int]] = {"tdm-reservation": 1}
MATRIX: Final = {
    SignalState.ON_SALE: Row(
        rsl={"permits": "ai-train", "payment": "training", "custom": CLIP},
        tdmrep=RESERVED | {"tdm-policy": CLIP},
        aipref={"train-ai": "n", "search": "y"},
        iptc=("DMI-PROHIBITED-SEELINKEDRIGHTSEXPR", CLIP),
        cawg=("constrained", CLIP),
        odrl=("Offer", "", (f"{AIL}measure", f"{AIL}trainGenerative", f"{AIL}trainRecognition")),
    ),
    SignalState.NOT_FOR_SALE: Row(
        rsl={"prohibits": "ai-all"},
        tdmrep=RESERVED,
        aipref={"train-ai": "n"},
        iptc=("DMI-PROHIBITED", ""),
        cawg=("notAllowed", ""),
        odrl=("Set", "", ()),
    ),
    SignalState.EVALUATION: Row(
        rsl={"prohibits": "ai-train"},
        tdmrep=RESERVED,
        aipref={"train-ai": "n"},
        iptc=("DMI-PROHIBITED-AIMLTRAINING", LICENCE),
        cawg=("notAllowed", ""),
        odrl=("Agreement", f"{SITE}/orgs/org_b", (f"{AIL}measure",)),
    ),
    SignalState.LICENSED: Row(
        rsl={"prohibits": "ai-all", "terms": LICENCE},
        tdmrep=RESERVED | {"tdm-policy": LICENCE},
        aipref={"train-ai": "n"},
        iptc=("DMI-PROHIBITED-SEELINKEDRIGHTSEXPR", LICENCE),
        cawg=("constrained", LICENCE),
        odrl=("Agreement", f"{SITE}/orgs/org_b", (f"{AIL}trainGenerative",)),
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


def read_iptc(_policy: RightsPolicy, made: Made) -> object:
    """The packet as it lies in the finished file, found by its box."""
    with made.path.open("rb") as file:
        (box,) = [box for box in top_boxes(file) if box.user == XMP_BOX]
        file.seek(box.start + 24)
        said = xmp_read(file.read(box.size - 24))
    mining = said["{http://ns.useplus.org/ldf/xmp/1.0/}DataMining"]
    assert mining.startswith("http://ns.useplus.org/ldf/vocab/DMI-")
    linked = said.get("{https://rslstandard.org/rsl}license", "")
    assert linked == said.get("{http://ns.adobe.com/xap/1.0/rights/}WebStatement", "")
    return mining.rpartition("/")[2], linked


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


@dataclass(frozen=True)
class Made:
    """A finished file of one state, and the certificates behind it."""

    path: Path
    source: Path
    box: bytes
    keys: MediaKeys


READERS: Final[dict[str, Callable[[RightsPolicy, Made], object]]] = {
    "rsl": read_rsl,
    "tdmrep": read_tdmrep,
    "aipref": read_aipref,
    "iptc": read_iptc,
    "cawg": read_cawg,
    "odrl": read_odrl,
}


def c2pa_read(data: bytes, root: str) -> tuple[str, dict[str, Any]]:
    """What the C2PA library says of a file when it trusts the root alone."""
    settings = {"trust": {"trust_anchors": root}, "verify": {"verify_trust": True, "remote_manifest_fetch": False}}
    store = json.loads(c2pa.Reader("video/mp4", io.BytesIO(data), context=c2pa.Context.from_dict(settings)).json())
    manifest: dict[str, Any] = store["manifests"][store["active_manifest"]]
    return store["validation_state"], manifest


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[SignalState, Made]:
    """A signed file for every state."""
    folder = tmp_path_factory.mktemp("signals")
    keys = media_keys_ensure(folder / "media.json", site=SITE, now=datetime(2026, 9, 1, tzinfo=UTC))
    return {state: made_as(policy, folder / state, keys) for state, policy in POLICIES.items()}


def made_as(policy: RightsPolicy, folder: Path, keys: MediaKeys) -> Made:
    folder.mkdir()
    source, target = folder / "cut.mp4", folder / "delivered.mp4"
    source.write_bytes(rush(0))
    xmp_append(source, xmp_packet(policy))
    definition = manifest_definition(name="clp_1.mp4", identity="lic_1", assertion=cawg_assertion(policy))
    box = c2pa_sign(source, target, definition=definition, keys=keys)
    seal_append(target, keys)
    return Made(target, source, box, keys)


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
        said = (rsl_document([policy]), json.dumps(cawg_assertion(policy)).encode(), xmp_packet(policy))
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


def test_a_flipped_bit_anywhere_in_a_signed_video_is_found_offline(
    made: dict[SignalState, Made], tmp_path: Path
) -> None:
    one = made[SignalState.LICENSED]
    whole, root = one.path.read_bytes(), one.keys.root.encode()
    proof = media_verify(one.path, root)
    assert proof.uses["cawg.ai_training"] == {"use": "constrained", "constraint_info": LICENCE}
    with one.path.open("rb") as file:
        *_, seal = boxes = top_boxes(file)
        (manifest,) = [box for box in boxes if box.user == C2PA_BOX]
    drawn = random.Random(4)
    places = [
        *range(manifest.start, manifest.end),
        *range(seal.start, seal.end),
        *(box.start + step for box in boxes for step in range(8)),
        *drawn.sample(range(len(whole)), 500),
    ]
    copy = tmp_path / "changed.mp4"
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1 << drawn.randrange(8)
        copy.write_bytes(changed)
        with pytest.raises(MediaProofError):
            media_verify(copy, root)


def test_a_byte_of_the_picture_that_is_changed_is_found_by_c2pa_alone(made: dict[SignalState, Made]) -> None:
    one = made[SignalState.LICENSED]
    whole = bytearray(one.path.read_bytes())
    with one.path.open("rb") as file:
        (media,) = [box for box in top_boxes(file) if box.kind == b"mdat"]
    whole[media.start + media.size // 2] ^= 1
    assert c2pa_read(bytes(whole), one.keys.root)[0] == "Invalid"


def test_bytes_put_behind_or_taken_from_the_end_are_found(made: dict[SignalState, Made], tmp_path: Path) -> None:
    one, copy = made[SignalState.LICENSED], tmp_path / "changed.mp4"
    whole, root = one.path.read_bytes(), one.keys.root.encode()
    for changed in (whole + b"\x00", whole + (8).to_bytes(4, "big") + b"free", whole[:-1], whole[:-600], b""):
        copy.write_bytes(changed)
        with pytest.raises(MediaProofError):
            media_verify(copy, root)


def test_another_installation_s_root_does_not_vouch_for_the_video(
    made: dict[SignalState, Made], tmp_path: Path
) -> None:
    other = media_keys_ensure(tmp_path / "media.json", site=SITE, now=datetime(2026, 9, 1, tzinfo=UTC))
    with pytest.raises(MediaProofError, match="not made under this root"):
        media_verify(made[SignalState.LICENSED].path, other.root.encode())


def test_a_video_signed_before_the_leaf_was_changed_still_verifies(tmp_path: Path) -> None:
    file, moment = tmp_path / "media.json", datetime(2026, 9, 1, tzinfo=UTC)
    first = media_keys_ensure(file, site=SITE, now=moment)
    old = made_as(POLICIES[SignalState.LICENSED], tmp_path / "old", first)
    second = media_keys_rotate(file, site=SITE, now=moment)
    new = made_as(POLICIES[SignalState.LICENSED], tmp_path / "new", second)
    assert first.leaf != second.leaf
    assert file.stat().st_mode & 0o777 == 0o600
    for one in (old, new):
        assert media_verify(one.path, second.root.encode()).signer.startswith("CN=Delivery of")


def test_a_kept_signature_put_in_again_gives_the_very_same_bytes(made: dict[SignalState, Made], tmp_path: Path) -> None:
    one = made[SignalState.ON_SALE]
    again = tmp_path / "again.mp4"
    c2pa_again(one.source, again, one.box)
    seal_append(again, one.keys)
    assert digest_of(again) == digest_of(one.path)
