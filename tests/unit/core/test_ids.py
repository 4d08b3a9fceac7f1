"""Ids: UUIDv7 per RFC 9562 and TypeID text."""

from __future__ import annotations

import time
from uuid import UUID

import pytest

from core.errors import DomainError
from core.ids import Prefix, parse_public_id, public_id, uuid7


def test_a_new_id_is_version_7_variant_10_and_carries_the_time() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert before <= made.int >> 80 <= before + 60_000


def test_ids_made_one_after_another_sort_in_that_order() -> None:
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


@pytest.mark.parametrize(
    ("uuid", "suffix"),
    [
        ("00000000-0000-0000-0000-000000000000", "00000000000000000000000000"),
        ("00000000-0000-0000-0000-000000000001", "00000000000000000000000001"),
        ("00000000-0000-0000-0000-00000000000a", "0000000000000000000000000a"),
        ("00000000-0000-0000-0000-000000000010", "0000000000000000000000000g"),
        ("00000000-0000-0000-0000-000000000020", "00000000000000000000000010"),
        ("ffffffff-ffff-ffff-ffff-ffffffffffff", "7zzzzzzzzzzzzzzzzzzzzzzzzz"),
        ("01890a5d-ac96-774b-bcce-b302099a8057", "01h455vb4pex5vsknk084sn02q"),
    ],
)
def test_typeid_vectors_of_the_specification(uuid: str, suffix: str) -> None:
    assert public_id(Prefix.ASSET, UUID(uuid)) == f"ast_{suffix}"
    assert parse_public_id(Prefix.ASSET, f"ast_{suffix}") == UUID(uuid)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ast_",
        "ast",
        "clp_01h455vb4pex5vsknk084sn02q",
        "ast_01h455vb4pex5vsknk084sn02",
        "ast_01h455vb4pex5vsknk084sn02qq",
        "ast_81h455vb4pex5vsknk084sn02q",
        "ast_01H455VB4PEX5VSKNK084SN02Q",
        "ast_01h455vb4pex5vsknk084sn02u",
        "ast_01h455vb4pex5vsknk084sn02 ",
    ],
)
def test_anything_that_is_not_such_an_id_is_not_found(text: str) -> None:
    with pytest.raises(DomainError) as refusal:
        parse_public_id(Prefix.ASSET, text)
    assert refusal.value.code == "not_found"
