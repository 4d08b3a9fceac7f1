"""Every fault of the reliability page has a test, and the page of faults names them."""

from __future__ import annotations

import pytest

from tests.t_table import LONG, NORMAL, faults_of, proofs, table


@pytest.mark.parametrize("number", sorted(NORMAL))
def test_every_fault_has_a_test_in_each_run(number: int) -> None:
    assert [proof.name for proof in proofs() if proof.fault == f"T{number:02}" and not proof.long] != []


@pytest.mark.parametrize("number", sorted(LONG))
def test_every_slow_fault_has_a_test_in_the_long_suite(number: int) -> None:
    assert [proof.name for proof in proofs() if proof.fault == f"T{number:02}"] != []


def test_ids_are_read_from_the_first_words() -> None:
    assert list(faults_of("T19: nothing outlives its parent.")) == ["T19"]
    assert list(faults_of("T25-T27, T36: the broker.")) == ["T25", "T26", "T27", "T36"]
    assert list(faults_of("T01, T02 and T03: playlists.")) == ["T01", "T02", "T03"]
    assert list(faults_of("The T19 of another house.")) == []


def test_the_table_names_tests_once() -> None:
    rows = table().splitlines()
    assert len(rows) == len(set(rows)) == len(proofs()) + 2
