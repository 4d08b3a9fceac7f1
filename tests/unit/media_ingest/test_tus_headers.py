"""The headers of the upload protocol, read strictly."""

from __future__ import annotations

import hashlib
from base64 import b64encode

import pytest

from core.errors import DomainError
from media_ingest.domain.checksum import Checksum
from media_ingest.domain.tus import metadata, metadata_text, number


@pytest.mark.parametrize("text", [None, "", "-1", "1.5", "１", "0x10", " 1", "9" * 19, "abc"])
def test_only_plain_whole_numbers_are_offsets(text: str | None) -> None:
    with pytest.raises(DomainError) as refused:
        number(text, "Upload-Offset")
    assert refused.value.code == "upload_header_invalid"


def test_metadata_is_written_and_read_back() -> None:
    pairs = {"filename": "Été 🏖.mov", "batch": "card 1"}
    assert metadata(metadata_text(pairs)) == pairs


def test_metadata_without_a_value_is_an_empty_text() -> None:
    assert metadata("is_confidential, filename YS5tb3Y=") == {"is_confidential": "", "filename": "a.mov"}


def test_bytes_that_are_no_utf8_become_replacement_characters() -> None:
    assert metadata("filename " + b64encode(b"a\xff.mov").decode()) == {"filename": "a\ufffd.mov"}


@pytest.mark.parametrize("text", ["filename ***", "filename YQ", "x" * 9000])
def test_broken_metadata_is_refused(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        metadata(text)
    assert refused.value.code == "upload_header_invalid"


def test_a_checksum_knows_its_bytes() -> None:
    good = Checksum.parse("sha256 " + b64encode(hashlib.sha256(b"abc").digest()).decode())
    hasher = good.hasher()
    hasher.update(b"ab")
    assert not good.met_by(hasher)
    hasher.update(b"c")
    assert good.met_by(hasher)


@pytest.mark.parametrize(
    "text", ["", "md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha256", "sha256 ***", "sha256 YWJj", "sha1 YWJj"]
)
def test_an_unknown_or_broken_checksum_is_refused(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        Checksum.parse(text)
    assert refused.value.code == "upload_header_invalid"
