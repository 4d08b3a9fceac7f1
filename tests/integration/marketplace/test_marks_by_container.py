"""Marks go into whatever is delivered: tags into WebM and Matroska, whose packets stay as they were."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

import imageio_ffmpeg
import pytest
from django.conf import settings

from core.accounts.actions import OrganisationKind
from core.jobs.runner import run_due
from licensing.domain.signals.matroska import matroska_tags
from licensing.domain.signals.policy import SignalState
from marketplace.delivery.domain.topics import BUILD
from marketplace.delivery.models import Dataset, SignedCopy
from marketplace.orders.models import Order
from media_ingest.adapters.renditions import remux, tagged
from media_ingest.adapters.storage import store
from tests.factories.core import actor_as
from tests.factories.delivery import clip_from, paid_order
from tests.factories.marked import POLICIES
from tests.factories.signals import matroska_read
from tests.media import clip as drawn

pytestmark = pytest.mark.timeout(180)

matroska = pytest.mark.parametrize(("recipe", "container"), [("vp9.webm", "webm"), ("mjpeg.avi", "mkv")])


def packets(path: Path) -> str:
    """Time, length and hash of every packet, as ffmpeg reads them."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-map", "0", "-c", "copy"]
    done = subprocess.run([*command, "-f", "framehash", "-"], check=True, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    return done.stdout


def delivered_in(order: Order, folder: Path) -> Path:
    """The one video of an order's dataset, on disk."""
    with store().open(Dataset.objects.get(order=order).files.get(path="shards/shard-000000.tar").storage_key) as source:
        content = source.read()
    with tarfile.open(fileobj=io.BytesIO(content)) as shard:
        (name,) = [name for name in shard.getnames() if not name.endswith(".json")]
        member = shard.extractfile(name)
        assert member is not None
        (folder / name).write_bytes(member.read())
    return folder / name


@matroska
@pytest.mark.django_db
def test_a_delivered_matroska_says_whose_licence_it_is_under(recipe: str, container: str, tmp_path: Path) -> None:
    studio, buyer = actor_as(OrganisationKind.STUDIO), actor_as(OrganisationKind.BUYER)
    clip = clip_from(studio, drawn(recipe).read_bytes(), recipe)
    order = paid_order(buyer, [clip], studio=studio)
    run_due([BUILD])
    path = delivered_in(order, tmp_path)
    assert path.suffix == f".{container}"
    address = f"{settings.OFFCUT.public_url}/licences/{order.licences.get().public_id}"
    assert matroska_read(path) == {
        "PLUS_DATA_MINING": "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-SEELINKEDRIGHTSEXPR",
        "TDM_RESERVATION": "1",
        "TDM_POLICY": address,
        "LICENSE": address,
        "RSL_LICENSE": address,
    }
    assert not SignedCopy.objects.exists()


@matroska
def test_tags_leave_every_packet_as_it_was_and_are_written_alike_each_time(
    recipe: str, container: str, tmp_path: Path
) -> None:
    clean = tmp_path / f"clean.{container}"
    remux(drawn(recipe), clean, container)
    for state, policy in POLICIES.items():
        marked = [tmp_path / f"{state}-{number}.{container}" for number in range(2)]
        for path in marked:
            tagged(clean, path, container, matroska_tags(policy))
        assert packets(marked[0]) == packets(clean)
        assert marked[0].read_bytes() == marked[1].read_bytes()
        assert matroska_read(marked[0]) == matroska_tags(policy)


@pytest.mark.parametrize("state", list(SignalState))
def test_no_tag_allows_anything(state: SignalState) -> None:
    tags = matroska_tags(POLICIES[state])
    assert tags["TDM_RESERVATION"] == "1"
    assert "PROHIBITED" in tags["PLUS_DATA_MINING"]
    assert not any("allowed" in value.lower() for value in tags.values())
