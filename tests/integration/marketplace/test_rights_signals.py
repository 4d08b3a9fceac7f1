"""Rights signals through the web server: documents at their addresses, headers and tags on every page."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from django.conf import settings
from django.test import Client
from lxml import html

from core.accounts.models import User
from core.accounts.policy import Actor
from core.ids import Prefix, parse_public_id
from licensing.domain.matching import ModelClass, Purpose, UseCase
from licensing.domain.signals.odrl import odrl_permits
from licensing.selectors.pricing import need_of
from marketplace.catalog.domain.states import ListingState
from marketplace.catalog.models import Listing
from marketplace.delivery.adapters.boxes import XMP_BOX, top_boxes
from marketplace.delivery.models import Dataset, SignedCopy
from marketplace.delivery.services.marking import media_key_rotate, media_keys
from marketplace.orders.models import Licence
from media_ingest.adapters.storage import store
from media_ingest.models import Clip, DerivativeKind
from media_ingest.services.links import PATH, clip_link, media_link_open
from offcut.media_proof import media_verify
from tests.factories.signals import ODRL, content_usage_read, expanded, ids, rsl_read, xmp_read
from tests.factories.world import World, world_made

SITE = settings.OFFCUT.public_url
RSL_LINK = f'<{SITE}/rsl.xml>; rel="license"; type="application/rsl+xml"'
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def world(made_once: Callable[[Callable[[], World]], World]) -> World:
    return made_once(world_made)


def told(answer: Mapping[str, str]) -> tuple[dict[str, str], str, str, str]:
    """What an answer's headers say: AIPREF, TDMRep with its policy, and where the RSL document lies."""
    usage = content_usage_read(answer["Content-Usage"])
    return usage, answer["tdm-reservation"], answer.get("tdm-policy", ""), answer["Link"]


def clip_of(world: World) -> Clip:
    return Clip.objects.get(pk=parse_public_id(Prefix.CLIP, world.ids["clip_id"]))


def somebody(actor: Actor) -> User:
    assert actor.user_id is not None
    return User.objects.get(pk=actor.user_id)


def withdrawn(clip: Clip) -> None:
    Listing.objects.filter(clip=clip).update(state=ListingState.PAUSED)


def test_a_clip_on_sale_says_so_on_its_page_in_its_documents_and_on_its_preview(world: World) -> None:
    clip, client = clip_of(world), Client()
    client.force_login(somebody(world.buyer))
    page, rights = f"{SITE}/market/clips/{clip.public_id}", f"{SITE}/rights/clips/{clip.public_id}"
    offered = ({"train-ai": "n", "search": "y"}, "1", rights)
    link = f'<{rights}/rsl.xml>; rel="license"; type="application/rsl+xml"'

    shown = client.get(f"/market/clips/{clip.public_id}")
    assert told(shown.headers) == (*offered, link)
    head = html.fromstring(shown.content).find("head")
    assert head.xpath('string(meta[@name="tdm-reservation"]/@content)') == "1"
    assert head.xpath('string(meta[@name="tdm-policy"]/@content)') == rights
    assert head.xpath('string(link[@rel="license"]/@href)') == rights.removeprefix(SITE) + "/rsl.xml"

    address = clip_link(clip, DerivativeKind.PREVIEW)
    assert address is not None
    preview = Client().head(address)
    assert preview.status_code == 200
    assert told(preview.headers) == (*offered, link)

    rsl = Client().get(rights.removeprefix(SITE) + "/rsl.xml")
    assert rsl_read(rsl.content) == {page: {"permits": "ai-train", "payment": "training", "custom": page}}
    document = Client().get(rights.removeprefix(SITE)).json()
    assert expanded(document)["@type"] == [f"{ODRL}Offer"]


def test_a_clip_that_is_not_for_sale_offers_nothing_anywhere(world: World) -> None:
    clip = clip_of(world)
    withdrawn(clip)
    address = clip_link(clip, DerivativeKind.PREVIEW)
    assert address is not None
    assert told(Client().head(address).headers) == ({"train-ai": "n"}, "1", "", RSL_LINK)
    rsl = Client().get(f"/rights/clips/{clip.public_id}/rsl.xml")
    assert list(rsl_read(rsl.content).values()) == [{"prohibits": "ai-all"}]
    document = Client().get(f"/rights/clips/{clip.public_id}").json()
    node = expanded(document)
    assert node["@type"] == [f"{ODRL}Set"]
    assert f"{ODRL}permission" not in node
    everything = UseCase(frozenset(Purpose), frozenset(ModelClass))
    assert not odrl_permits(document, everything)


def served(address: str, **headers: str) -> tuple[bytes, str]:
    answer: Any = Client().get(address, headers=headers)
    return b"".join(answer.streaming_content), answer["ETag"]


def mark_of(preview: bytes) -> dict[str, str]:
    """What the last box of a preview says, by the last part of each property's name."""
    *_, last = top_boxes(io.BytesIO(preview))
    assert last.user == XMP_BOX
    said = xmp_read(preview[last.start + 24 : last.end])
    return {name.rpartition("}")[2]: value for name, value in said.items()}


def test_a_preview_says_inside_itself_what_it_is_offered_for_at_this_moment(world: World) -> None:
    clip = clip_of(world)
    address = clip_link(clip, DerivativeKind.PREVIEW)
    assert address is not None
    made = media_link_open(token=address.removeprefix(PATH))
    with store().open(made.storage_key) as source:
        stored = source.read()
    page, mining = f"{SITE}/market/clips/{clip.public_id}", "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"

    on_sale, version = served(address)
    assert on_sale.startswith(stored)
    assert mark_of(on_sale) == {
        "DataMining": f"{mining}-SEELINKEDRIGHTSEXPR", "Marked": "True", "WebStatement": page, "license": page,
    }  # fmt: skip
    over_the_edge = f"bytes={len(stored) - 5}-{len(stored) + 20}"
    assert served(address, Range=over_the_edge)[0] == on_sale[len(stored) - 5 : len(stored) + 21]
    assert served(address, Range=f"bytes={len(stored) + 3}-")[0] == on_sale[len(stored) + 3 :]
    assert served(address, Range="bytes=0-9")[0] == stored[:10]
    assert Client().head(address)["Content-Length"] == str(len(on_sale))
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", "-", "-f", "null", "-"]
    assert subprocess.run(command, input=on_sale, check=True, capture_output=True, timeout=60).stderr == b""

    withdrawn(clip)
    kept_back, later = served(address)
    assert mark_of(kept_back) == {"DataMining": mining, "Marked": "True"}
    assert later != version
    whole = served(address, Range="bytes=0-9", **{"If-Range": version})[0]
    assert whole == kept_back
    assert Client().get(address, headers={"If-None-Match": later}).status_code == HTTPStatus.NOT_MODIFIED


def test_a_clip_that_was_never_offered_is_not_told_of(world: World) -> None:
    clip = clip_of(world)
    Listing.objects.filter(clip=clip).update(state=ListingState.IN_REVIEW, went_live_at=None)
    assert Client().get(f"/rights/clips/{clip.public_id}").status_code == 404
    assert Client().get("/rights/clips/clp_nonsense").status_code == 404
    assert Client().get("/licences/lic_nonsense").status_code == 404


def content_of(dataset: Dataset, path: str) -> bytes:
    with store().open(dataset.files.get(path=path).storage_key) as source:
        return source.read()


def test_a_delivered_video_carries_its_licence_and_verifies_with_what_came_along(world: World, tmp_path: Path) -> None:
    dataset = Dataset.objects.get(pk=parse_public_id(Prefix.DATASET, world.ids["dataset_id"]))
    licence = Licence.objects.get(order=dataset.order)
    with tarfile.open(fileobj=io.BytesIO(content_of(dataset, "shards/shard-000000.tar"))) as shard:
        name = next(name for name in shard.getnames() if name.endswith(".mp4"))
        member = shard.extractfile(name)
        assert member is not None
        (tmp_path / name).write_bytes(member.read())
    address = f"{SITE}/licences/{licence.public_id}"
    media_key_rotate()
    for root in (content_of(dataset, "media-root.pem"), media_keys().root.encode()):
        proof = media_verify(tmp_path / name, root)
        assert proof.uses["cawg.ai_generative_training"] == {"use": "constrained", "constraint_info": address}
    assert SignedCopy.objects.get(licence=licence).size_bytes == (tmp_path / name).stat().st_size

    certificate = Client().get(f"/licences/{licence.public_id}")
    assert (certificate.status_code, certificate["Location"]) == (302, f"/verify/{dataset.certificate.code}")
    (agreement,) = json.loads(content_of(dataset, "odrl.json"))
    node = expanded(agreement)
    assert node["@type"] == [f"{ODRL}Agreement"]
    assert ids(node[f"{ODRL}assignee"]) == [f"{SITE}/orgs/{licence.licensee.public_id}"]
    need = need_of(dataset.order.quote.use_case_version)
    assert odrl_permits(agreement, need, on=licence.starts_at.date())
    assert not odrl_permits(agreement, UseCase(frozenset(Purpose), frozenset(ModelClass)))


def test_the_files_of_a_dataset_say_where_their_licence_is_checked(world: World) -> None:
    dataset = Dataset.objects.get(pk=parse_public_id(Prefix.DATASET, world.ids["dataset_id"]))
    client = Client()
    client.force_login(somebody(world.buyer))
    asked = client.post(
        f"/api/v1/datasets/{dataset.public_id}/files/links",
        {"names": ["manifest.jsonl"]},
        content_type="application/json",
    )
    answer = Client().head(asked.json()["data"][0]["url"])
    policy = f"{SITE}/verify/{dataset.certificate.code}"
    assert told(answer.headers) == ({"train-ai": "n"}, "1", policy, RSL_LINK)
