"""What a buyer gives its regulator: every field equal to its rows, unknown said to be unknown, the same bytes twice."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # has no stubs here
import pypdf
import pytest
import yaml
from django.db import connection

from core.errors import DomainError
from core.jobs.runner import run_due
from licensing.domain.consent import NodeKind, NoReleaseReason
from licensing.domain.declaration import CmoStatus, Declared, PeopleShown
from licensing.domain.facts import Genre, ReleaseStatus
from licensing.domain.wording import Language
from licensing.models import ConsentNode
from licensing.services.consent import node_change
from licensing.services.declarations import clip_declare
from marketplace.catalog.services.listing import listings_create
from marketplace.delivery.domain.compliance import described, provenance, responsible
from marketplace.delivery.domain.compliance.fields import NOTICE, NOWHERE, UNKNOWN
from marketplace.delivery.domain.compliance.pack import PAPERS, pack_files
from marketplace.delivery.domain.folder import Folder, Grant
from marketplace.delivery.models import Dataset
from marketplace.delivery.services.accounting import facts_of_order
from marketplace.delivery.services.compliance import eu_summary, pack_get
from marketplace.delivery.services.gathering import delivery_of
from marketplace.models import Licence
from marketplace.withdrawals.services.withdrawing import clip_withdraw
from media_ingest.adapters.storage import store
from media_ingest.models import Asset, Clip
from tests.factories.consent import ADA, release_signed
from tests.factories.delivery import clip_from, rush
from tests.factories.marketplace import NOBODYS, SYSTEM, buyer_as, need, order_paid, studio_signed

pytestmark = pytest.mark.django_db
SCHEMA = Path(__file__).parents[2] / "schemas" / "data-provenance-1.0.0.json"
FILES = {
    "art53.json", "art53.md", "art53.fr.md", "ab2013.json", "ab2013.md", "ab2013.fr.md", "dts-provenance.json",
}  # fmt: skip
BIRTHDAY = Declared(
    genre=Genre.DRONE,
    people=PeopleShown.RELEASED,
    release=ReleaseStatus.FULL,
    cmo_status=CmoStatus.NONE,
)


class Sold:
    """Two clips of two studios, built and delivered."""

    def __init__(self) -> None:
        self.buyer = buyer_as()
        self.studios = [studio_signed(), studio_signed()]
        self.clips = [clip_from(studio, rush(n), f"{n}.mp4") for n, studio in enumerate(self.studios)]
        for studio, clip, said in zip(self.studios, self.clips, (NOBODYS, NOBODYS), strict=True):
            clip_declare(actor=studio, clip_id=clip.pk, declared=said)
            listings_create(actor=SYSTEM, asset_id=clip.asset_id)
        Asset.objects.filter(pk=self.clips[0].asset_id).update(recorded_at=datetime(2023, 7, 1, 12, tzinfo=UTC))
        Clip.objects.filter(pk=self.clips[0].pk).update(language="fr")
        self.order = order_paid(self.buyer, self.clips, need(self.buyer, name="Films from words"))
        run_due()
        self.dataset = Dataset.objects.get(order=self.order)
        assert self.dataset.state == "ready", self.dataset.reason


@pytest.fixture(scope="module")
def sold(made_once: Callable[[Callable[[], Sold]], Sold]) -> Sold:
    return made_once(Sold)


def fields_of(document: dict[str, Any]) -> dict[str, Any]:
    return {field["key"]: field for section in document["sections"] for field in section["fields"]}


def values_of(document: dict[str, Any]) -> dict[str, Any]:
    return {key: field["value"] for key, field in fields_of(document).items()}


def test_the_pack_is_delivered_summed_and_answered_by_the_api(sold: Sold) -> None:
    pack = pack_get(actor=sold.buyer, order_id=sold.order.pk)
    assert {*pack.documents, *pack.readable} == FILES
    assert pack.printed == [f"compliance/{name}.pdf" for name in ("ab2013.fr", "ab2013", "art53.fr", "art53")]
    stored = {file.path: file for file in sold.dataset.files.all()}
    with store().open(stored["SHA256SUMS"].storage_key) as sums:
        listed = sums.read().decode()
    assert all(f"  compliance/{name}\n" in listed for name in FILES)
    assert all(f"  {path}\n" in listed for path in pack.printed)
    with pytest.raises(DomainError) as stranger:
        pack_get(actor=buyer_as(), order_id=sold.order.pk)
    assert stranger.value.code == "not_found"


def test_every_field_of_the_eu_summary_is_what_the_rows_say(sold: Sold) -> None:
    document = pack_get(actor=sold.buyer, order_id=sold.order.pk).documents["art53.json"]
    licences = list(Licence.objects.filter(order=sold.order))
    assert values_of(document) == {
        "provider": None,
        "model": None,
        "licensee": sold.order.organisation.name,
        "modalities": ["video", "audio"],
        "size": "less than 10 000 hours",
        "duration_ms": sold.order.quote.duration_ms,
        "clips": 2,
        "languages": {"fr": 1},
        "collected_from": "2023-07-01",
        "collected_until": "2023-07-01",
        "collected_unknown": 1,
        "characteristics": {"generic": 2},
        "public": False,
        "commercially_licensed": True,
        "licensors": 2,
        "platform": "Offcut",
        "datasets": [f"{sold.dataset.public_id}@v1"],
        "licensed_from": licences[0].starts_at.date().isoformat(),
        "licensed_until": licences[0].ends_at.date().isoformat(),
        "crawled": False,
        "user_data": False,
        "not_generated": 2,
        "reservations": 2,
        "withdrawn": 0,
        "people": {"none": 2},
        "minors": 0,
        "illegal_content": None,
        "other": None,
    }
    assert [section["key"] for section in document["sections"]] == ["general", "sources", "processing"]


def test_california_gets_its_twelve_items_equal_to_the_rows(sold: Sold) -> None:
    document = pack_get(actor=sold.buyer, order_id=sold.order.pk).documents["ab2013.json"]
    parties = sorted((clip.asset.organisation.public_id, clip.asset.organisation.name) for clip in sold.clips)
    values = values_of(document)
    assert [int(key.partition("_")[0]) for key in values] == list(range(1, 13))
    assert list(values.values()) == [
        [f"{name} ({key})" for key, name in parties],
        ["finetune", "pretrain", "video_gen"],
        2,
        ["video", "audio", "generic"],
        2,
        True,
        False,
        None,
        None,
        "2023-07-01 – 2023-07-01",
        None,
        2,
    ]


def test_provenance_passes_the_schema_of_its_standard(sold: Sold) -> None:
    document = pack_get(actor=sold.buyer, order_id=sold.order.pk).documents["dts-provenance.json"]
    checker = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    assert list(checker.iter_errors(document)) == []
    assert list(checker.iter_errors({**document, "use": {}}))
    assert list(checker.iter_errors({"source": document["source"]}))
    assert document["source"]["id"] == sold.dataset.public_id
    assert document["provenance"]["generation-period"] == {"start": "2023-07-01", "end": "2023-07-01"}
    assert document["provenance"]["origin-geography"] == [{"country": "unknown"}]
    assert len(document["provenance"]["origin"]) == 2
    assert {purpose["code"] for purpose in document["use"]["intended-purpose"]} == {"pretrain", "finetune"}
    elements = {f"{block}.{name}" for block, members in document.items() for name in members}
    assert elements - set(provenance.SOURCES) == {"source.version", "use.privacy-enhancing"}


@pytest.mark.once
def test_croissant_with_its_responsible_fields_passes_the_official_validator(sold: Sold, tmp_path: Path) -> None:
    stored = sold.dataset.files.get(path="croissant.json")
    path = tmp_path / "croissant.json"
    with store().open(stored.storage_key) as source:
        path.write_bytes(source.read())
    document = json.loads(path.read_bytes())
    fields = {name: value for name, value in document.items() if name.startswith("rai:")}
    assert set(fields) == set(responsible.SOURCES)
    assert set(document) - set(fields) - {"@context"} == set(described.CROISSANT_SOURCES)
    assert fields["rai:dataCollectionTimeFrame"] == ["2023-07-01", "2023-07-01"]
    assert "1 of 2 clips" in fields["rai:dataCollectionMissingData"]
    assert fields["rai:dataSocialImpact"] == UNKNOWN.en
    assert "Nobody can be recognised" in fields["rai:personalSensitiveInformation"][0]
    tool = Path(sys.executable).with_name("mlcroissant")
    argv = [str(tool), "validate", "--jsonld", str(path)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "rai" not in (done.stdout + done.stderr).lower()


def test_the_card_is_gated_and_names_the_pack(sold: Sold) -> None:
    with store().open(sold.dataset.files.get(path="README.md").storage_key) as source:
        text = source.read().decode()
    front = yaml.safe_load(text.split("---")[1])
    assert front["extra_gated_fields"] == {"Organisation": "text", "Licence number": "text"}
    assert front["extra_gated_prompt"]
    assert "compliance/" in text
    assert set(front) == set(described.CARD_SOURCES)


def test_what_no_row_says_is_told_as_unknown_in_both_languages(sold: Sold) -> None:
    pack = pack_get(actor=sold.buyer, order_id=sold.order.pk)
    for paper in PAPERS:
        fields = fields_of(pack.documents[f"{paper.code}.json"])
        unknown = {key for key, field in fields.items() if not field["known"]}
        nowhere = {key for key, field in fields.items() if field["source"] == NOWHERE}
        assert unknown == nowhere
        assert all(field["value"] is None for key, field in fields.items() if key in unknown)
        for language, ending in ((Language.EN, "md"), (Language.FR, "fr.md")):
            page = pack.readable[f"{paper.code}.{ending}"]
            assert page.count(UNKNOWN.of(language)) == len(unknown)
            assert NOTICE.of(language) in page
            assert all(field.label.of(language) in page for section in paper.sections for field in section.fields)


def test_the_printed_papers_say_the_same_and_carry_it_for_machines(sold: Sold) -> None:
    pack = pack_get(actor=sold.buyer, order_id=sold.order.pk)
    for paper in PAPERS:
        for language, ending in ((Language.EN, ""), (Language.FR, ".fr")):
            stored = sold.dataset.files.get(path=f"compliance/{paper.code}{ending}.pdf")
            with store().open(stored.storage_key) as source:
                reader = pypdf.PdfReader(io.BytesIO(source.read()))
            text = " ".join(" ".join(one.extract_text() for one in reader.pages).split())
            assert text.count(" ".join(UNKNOWN.of(language).split()[:4])) == len(
                [one for one in fields_of(pack.documents[f"{paper.code}.json"]).values() if not one["known"]]
            )
            assert sold.order.public_id in text.replace(" ", "")
            (attached,) = reader.attachments[f"{paper.code}.json"]
            assert json.loads(attached) == pack.documents[f"{paper.code}.json"]


def test_people_and_minors_and_missing_declarations_change_the_answer(sold: Sold) -> None:
    facts = facts_of_order(sold.order, sold.dataset)
    item = next(field for field in PAPERS[1].sections[0].fields if field.key == "7_personal_information")
    assert item.read(replace(facts, people={"released": 1, "undeclared": 1})) is True
    assert item.read(replace(facts, people={"none": 1, "undeclared": 1})) is None
    assert item.read(replace(facts, people={"none": 2})) is False


def test_whoever_is_listed_on_a_clip_is_in_the_papers_and_in_the_manifest(sold: Sold) -> None:
    studio, clip = sold.studios[0], sold.clips[0]
    release_signed(studio, clip, asked=replace(ADA, kind=NodeKind.MINOR, subject="Kim"))
    facts = facts_of_order(sold.order, sold.dataset)
    assert (facts.people, facts.minors) == ({"none": 1, "released": 1}, 1)
    item = next(field for field in PAPERS[1].sections[0].fields if field.key == "7_personal_information")
    assert item.read(facts) is True
    told = {one.licensed.clip: one.words.people for one in delivery_of(sold.order).clips}
    assert told[clip.public_id] == "released"
    node_change(actor=studio, node_id=ConsentNode.objects.get().pk, reason=NoReleaseReason.BLURRED)
    facts = facts_of_order(sold.order, sold.dataset)
    assert (facts.people, facts.minors) == ({"blurred": 1, "none": 1}, 0)


def test_equal_rows_give_equal_bytes(sold: Sold) -> None:
    grant = Grant((), (), "worldwide", 24, "2026-11-22", "2028-11-22", "none", "none")
    folder = Folder("https://x", "dst_1", "ord_1", "OC-1", 1, "org_1", (), "2026-11-22", grant, 2, 4000, 1, 1, {})
    once, twice = (pack_files(facts_of_order(sold.order, sold.dataset), folder) for _ in range(2))
    assert once == twice
    assert set(once) == {f"compliance/{name}" for name in FILES}


def test_the_summary_over_everything_counts_orders_withdrawals_and_only_ones_own(sold: Sold) -> None:
    second = order_paid(sold.buyer, sold.clips[:1], need(sold.buyer, name="Second"))
    clip_withdraw(actor=sold.studios[1], clip_id=sold.clips[1].pk)
    Licence.objects.filter(clip=sold.clips[1]).update(state="terminated")
    values = values_of(eu_summary(actor=sold.buyer, model="Harbour 2"))
    assert (values["clips"], values["model"], values["withdrawn"], values["licensors"]) == (3, "Harbour 2", 1, 2)
    one = second.quote.use_case_version.use_case_id
    assert values_of(eu_summary(actor=sold.buyer, use_case_id=one))["clips"] == 1
    with pytest.raises(DomainError) as nothing:
        eu_summary(actor=buyer_as())
    assert nothing.value.code == "not_found"


def test_every_source_that_names_a_column_names_one_that_exists() -> None:
    tables = set(connection.introspection.table_names())
    named = [field.source for paper in PAPERS for section in paper.sections for field in section.fields]
    for text in {
        *named,
        *provenance.SOURCES.values(),
        *responsible.SOURCES.values(),
        *described.CARD_SOURCES.values(),
    } | set(described.CROISSANT_SOURCES.values()):
        for source in text.split(", "):
            table, _, column = source.partition(".")
            if " " in source or table == "settings":
                continue
            assert table in tables, source
            with connection.cursor() as cursor:
                columns = {one.name for one in connection.introspection.get_table_description(cursor, table)}
            assert not column or column.split(".")[0] in columns, source
