"""A card's own list of checksums, in both formats, and what is made of a list that lies."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from offcut.errors import ExitCode, OffcutError
from offcut.local_files import LocalFile, scan
from offcut.mhl import read_card, read_list
from offcut.mhl_hashes import C4
from tests.factories.client import write_files
from tests.factories.mhl import asc_list, classic_list

FILES = {"Clips/A001.mov": b"first" * 1000, "Clips/A002.mov": b"second" * 1000, "Clips/été.mov": b""}


def card(folder: Path) -> Path:
    return write_files(folder / "card", FILES)


def checked(folder: Path, name: str) -> str:
    return read_card(folder).check(LocalFile.at(folder / name))


@pytest.mark.parametrize("kind", ["md5", "sha1"])
def test_a_classic_list_is_compared_by_its_hash(tmp_path: Path, kind: str) -> None:
    folder = card(tmp_path)
    classic_list(folder, FILES, kind=kind)
    assert {checked(folder, name) for name in FILES} == {kind}


def test_an_asc_list_lies_in_its_own_folder_and_names_files_from_above(tmp_path: Path) -> None:
    folder = card(tmp_path)
    asc_list(folder, FILES)
    assert {checked(folder, name) for name in FILES} == {"sha1"}
    assert len(read_card(folder).files) == 3


@pytest.mark.parametrize("write", [classic_list, asc_list])
def test_one_changed_byte_is_told_with_the_name_of_the_file(tmp_path: Path, write: object) -> None:
    folder = card(tmp_path)
    (classic_list if write is classic_list else asc_list)(folder, FILES)
    damaged = folder / "Clips" / "A001.mov"
    damaged.write_bytes(b"!" + damaged.read_bytes()[1:])
    with pytest.raises(OffcutError, match=r"A001\.mov is not what the card's own list says") as caught:
        checked(folder, "Clips/A001.mov")
    assert caught.value.exit_code is ExitCode.MISMATCH
    assert checked(folder, "Clips/A002.mov")


def test_a_truncated_file_is_told_without_reading_it(tmp_path: Path) -> None:
    folder = card(tmp_path)
    classic_list(folder, FILES)
    (folder / "Clips" / "A001.mov").write_bytes(b"fir")
    with pytest.raises(OffcutError, match="5000 bytes are listed, 3 are here"):
        checked(folder, "Clips/A001.mov")


def test_the_first_generation_counts_and_a_later_failure_is_remembered(tmp_path: Path) -> None:
    folder = card(tmp_path)
    asc_list(folder, FILES)
    asc_list(folder, {name: data[::-1] for name, data in FILES.items()}, generation=2)
    assert checked(folder, "Clips/A001.mov") == "sha1"
    asc_list(folder, {"Clips/A001.mov": b"x" * 5000}, generation=3, action="failed")
    with pytest.raises(OffcutError, match="calls it damaged"):
        checked(folder, "Clips/A001.mov")


def test_a_file_nobody_listed_is_not_compared_and_a_listed_one_is_missed(tmp_path: Path) -> None:
    folder = card(tmp_path)
    classic_list(folder, {"Clips/A001.mov": FILES["Clips/A001.mov"], "Clips/gone.mov": b"x"})
    assert checked(folder, "Clips/A002.mov") == ""
    assert [path.name for path in read_card(folder).missing()] == ["gone.mov"]


def test_a_list_cannot_name_files_outside_the_card(tmp_path: Path) -> None:
    folder = card(tmp_path)
    write_files(tmp_path, {"secret.mov": b"x"})
    classic_list(folder, {"../secret.mov": b"x", "/etc/passwd": b"x", r"C:\x.mov": b"x", r"Clips\A001.mov": b"x"})
    assert list(read_card(folder).files) == [(folder / "Clips" / "A001.mov").resolve()]


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<hashlist><hash><file>&b;</file></hash></hashlist>"
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (BOMB, "document type"),
        ("<html></html>", "not a media hash list"),
        ("<hashlist><hash>", "no element found"),
        ("", "no element found"),
    ],
)
def test_a_list_that_is_none_is_refused_by_name(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "A.mhl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OffcutError, match=r"A\.mhl cannot be used") as caught:
        read_list(path)
    assert why in caught.value.detail


def test_c4_is_sha512_in_base_58() -> None:
    # The value of the empty input in the C4 framework's own documentation.
    assert C4().hexdigest() == (
        "c459dsjfscH38cYeXXYogktxf4Cd9ibshE3BHUo6a58hBXmRQdZrAkZzsWcbWtDg5oQstpDuni4Hirj75GEmTc1sFT"
    )
    digest = C4()
    digest.update(b"abc")
    number = 0
    for sign in digest.hexdigest()[2:]:
        number = number * 58 + "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".index(sign)
    assert number.to_bytes(64, "big") == hashlib.sha512(b"abc").digest()


def test_videos_are_sent_and_what_lies_beside_them_is_not(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "card", {"a.MOV": b"1", "a.srt": b"2", "ascmhl/0001.mhl": b"3", "x.bin": b"4"})
    found = scan([folder, folder / "a.srt"])
    assert [file.path.name for file in found.files] == ["a.MOV", "a.srt"]
    assert sorted(file.path.name for file in found.aside) == ["0001.mhl", "x.bin"]
    assert [found.batch(file) for file in found.files] == [("card", ""), (None, "")]
    assert len(scan([folder], everything=True).files) == 4
