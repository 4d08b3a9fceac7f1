"""Receipts as text: what a spreadsheet must not run, what a card tool must be able to read."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from media_ingest.domain.receipts import COLUMNS, ReceiptLine, VerifiedBy, csv_text, mhl_text, safe_cell

AT = datetime(2026, 11, 22, 9, 30, 5, tzinfo=UTC)
SHA1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"


def line(name: str = "A001_C001.mov", folder: str = "", **facts: object) -> ReceiptLine:
    values: dict[str, object] = {
        "folder": folder,
        "name": name,
        "size_bytes": 5,
        "state": "received",
        "received_at": AT,
        "modified_at": None,
        "sha256": "0" * 64,
        "sha1": SHA1,
        "verified_by": VerifiedBy.SENDER_SHA256,
        "already_held": False,
        "asset_id": "ast_1",
        "asset_state": "ready",
        "asset_reason": "",
        "upload_id": "upl_1",
    }
    return ReceiptLine(**(values | facts))  # type: ignore[arg-type]  # as listed above


def table(*lines: ReceiptLine) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(csv_text(lines)), newline="")))


def hashlist(*lines: ReceiptLine) -> ET.Element:
    text = "".join(mhl_text(lines, host="offcut.test", tool="Offcut", made_at=AT))
    return ET.fromstring(text)  # noqa: S314 - our own text


@pytest.mark.parametrize(
    "name", ["=1+1.mov", "+1.mov", "-i.mov", "@SUM(A1).mov", "\t=1", "\r=1", " =1.mov", "＝1", "＋1", "－1", "＠1"]
)
def test_no_cell_begins_a_formula(name: str) -> None:
    cell = table(line(name))[1][0]
    assert cell == f"'{name}"


@pytest.mark.parametrize("name", ["A001.mov", "a=b.mov", "1-2.mov", "", " ", "x@y.mov"])
def test_an_ordinary_name_stays_as_it_is(name: str) -> None:
    assert safe_cell(name) == name


def test_the_table_is_rfc_4180() -> None:
    text = "".join(csv_text([line('He said "go", left.mov')]))
    head, first, rest = text.split("\r\n")
    assert head == ",".join(COLUMNS)
    assert first.startswith('"He said ""go"", left.mov",5,received,2026-11-22T09:30:05Z,')
    assert rest == ""


def test_a_row_says_what_was_received_and_verified() -> None:
    row = dict(zip(COLUMNS, table(line(folder="CARD/CLIP", already_held=True))[1], strict=True))
    assert row == {
        "file": "CARD/CLIP/A001_C001.mov",
        "size_bytes": "5",
        "state": "received",
        "received_at": "2026-11-22T09:30:05Z",
        "sha256": "0" * 64,
        "sha1": SHA1,
        "verified_by": "sender_sha256",
        "already_held": "yes",
        "asset_id": "ast_1",
        "asset_state": "ready",
        "asset_reason": "",
        "upload_id": "upl_1",
    }


def test_a_media_hash_list_has_the_elements_of_its_format_in_their_order() -> None:
    root = hashlist(line(folder="CARD", modified_at=datetime(2026, 11, 1, 8, 0, tzinfo=UTC)))
    assert (root.tag, root.attrib) == ("hashlist", {"version": "1.1"})
    creator, entry = root
    assert [child.tag for child in creator] == ["name", "username", "hostname", "tool", "startdate", "finishdate"]
    assert [(child.tag, child.text) for child in entry] == [
        ("file", "CARD/A001_C001.mov"),
        ("size", "5"),
        ("lastmodificationdate", "2026-11-01T08:00:00Z"),
        ("sha1", SHA1),
        ("hashdate", "2026-11-22T09:30:05Z"),
    ]


def test_hostile_names_are_text_in_a_media_hash_list() -> None:
    name = "<!ENTITY x SYSTEM 'file:///etc/passwd'>&x; ]]> \ufffd.mov"
    assert hashlist(line(name))[1][0].text == name


def test_only_what_a_tool_can_check_is_in_a_media_hash_list() -> None:
    assert len(hashlist(line(received_at=None), line(sha1=""))) == 1
