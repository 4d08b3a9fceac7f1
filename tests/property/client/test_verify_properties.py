"""No byte of a delivered dataset can change without `offcut verify` ending with 5 and naming the file."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offcut.cli import main
from tests.factories.client import Issuer, canonical, dataset_files, write_files

ISSUER = Issuer()
FILES = dataset_files(ISSUER, samples=4)
GUARDED = sorted(set(FILES) - {"jwks.json"})


def run_verify(folder: Path, keys: Path) -> int:
    return main(["--json", "verify", str(folder), "--jwks", str(keys)])


@given(data=st.data(), name=st.sampled_from(GUARDED), mask=st.integers(min_value=1, max_value=255))
def test_any_flipped_byte_is_found_and_its_file_named(data: st.DataObject, name: str, mask: int) -> None:
    at = data.draw(st.integers(min_value=0, max_value=len(FILES[name]) - 1))
    changed = bytearray(FILES[name])
    changed[at] ^= mask
    with tempfile.TemporaryDirectory() as place:
        folder = write_files(Path(place) / "d", {**FILES, name: bytes(changed)})
        keys = Path(place) / "keys.json"
        keys.write_bytes(canonical(ISSUER.jwks))
        output = pytest.MonkeyPatch()
        with output.context() as patch:
            lines: list[str] = []
            patch.setattr("offcut.output.emit", lines.append)
            assert run_verify(folder, keys) == 5
        assert f'"file": "{name}"' in "".join(lines)


def test_the_untouched_dataset_verifies(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_bytes(canonical(ISSUER.jwks))
    assert run_verify(write_files(tmp_path / "d", FILES), keys) == 0
