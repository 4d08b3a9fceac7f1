"""A delivered video is as it was signed: a change is found offline, and a key rotated away still proves it."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from licensing.domain.signals.policy import SignalState
from marketplace.delivery.adapters.boxes import top_boxes
from marketplace.delivery.adapters.media_keys import media_keys_ensure, media_keys_rotate
from marketplace.delivery.adapters.provenance import c2pa_again, digest_of, seal_append
from offcut.media_proof import MediaProofError, media_verify
from tests.factories.marked import LICENCE, POLICIES, SITE, Made, c2pa_read, made_as
from tests.media import draw, picture


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[SignalState, Made]:
    """A signed file for every state."""
    folder = tmp_path_factory.mktemp("signals")
    keys = media_keys_ensure(folder / "media.json", site=SITE, now=datetime(2026, 9, 1, tzinfo=UTC))
    return {state: made_as(policy, folder / state, keys) for state, policy in POLICIES.items()}


def refuses(path: Path, root: bytes) -> bool:
    try:
        media_verify(path, root)
    except MediaProofError:
        return True
    return False


def missed(path: Path, root: bytes, places: Iterable[int]) -> list[int]:
    """Change one bit of each of these bytes, one at a time and another bit each time; where that went unseen."""
    found = []
    with path.open("r+b", buffering=0) as file:
        for place in places:
            file.seek(place)
            (byte,) = file.read(1)
            file.seek(place)
            file.write(bytes([byte ^ 1 << place % 8]))
            if not refuses(path, root):
                found.append(place)
            file.seek(place)
            file.write(bytes([byte]))
    return found


def test_every_byte_of_a_signed_video_counts(tmp_path: Path) -> None:
    """All of them, of a film of a few frames: boxes, picture, XMP, C2PA manifest and seal."""
    film = draw([*picture("64x48", "5", 1), "-c:v", "libx264", "-crf", "40"], tmp_path / "film.mp4").read_bytes()
    keys = media_keys_ensure(tmp_path / "media.json", site=SITE, now=datetime(2026, 9, 1, tzinfo=UTC))
    one = made_as(POLICIES[SignalState.LICENSED], tmp_path / "one", keys, film)
    root = keys.root.encode()
    assert media_verify(one.path, root).uses["cawg.ai_training"] == {"use": "constrained", "constraint_info": LICENCE}
    size = one.path.stat().st_size
    with one.path.open("rb") as file:
        kinds = [box.kind for box in top_boxes(file)]
    assert {b"ftyp", b"moov", b"mdat", b"uuid", b"free"} <= set(kinds)
    assert kinds.count(b"uuid") == 2
    assert missed(one.path, root, range(size)) == []
    assert not refuses(one.path, root)


def test_a_flipped_bit_anywhere_in_a_longer_video_is_found(made: dict[SignalState, Made], tmp_path: Path) -> None:
    """The head of every box, and 500 bytes drawn from all."""
    one, copy = made[SignalState.LICENSED], tmp_path / "changed.mp4"
    copy.write_bytes(one.path.read_bytes())
    with copy.open("rb") as file:
        heads = [box.start + step for box in top_boxes(file) for step in range(8)]
    drawn = random.Random(4).sample(range(copy.stat().st_size), 500)
    assert missed(copy, one.keys.root.encode(), [*heads, *drawn]) == []


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
