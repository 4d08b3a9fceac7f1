"""Three verifiers that share no code answer every test vector alike: the server's, the client's and the one in docs."""

from __future__ import annotations

import importlib
import itertools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from marketplace.transparency.adapters import jws
from marketplace.transparency.adapters.notes import head_verify
from marketplace.transparency.domain import merkle, sparse
from marketplace.transparency.domain.checkpoint import CheckpointError
from marketplace.transparency.domain.entry import thing
from offcut import log as client_log
from offcut import merkle as client_merkle
from offcut.certificate import CertificateError, read_certificate, read_jwks
from offcut.proof import check_proof
from tests.vectors import page

Json = dict[str, Any]
VECTORS: Json = json.loads(page())
ROOT = Path(__file__).resolve().parents[3]


def named(kind: str) -> Any:
    """Give each case of a kind a test of its own."""
    return pytest.mark.parametrize("case", VECTORS[kind], ids=lambda case: case["name"])


@pytest.fixture
def verifiers(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """Both files of docs, found as by somebody who copied them into a folder."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    return importlib.import_module("verify_offcut"), importlib.import_module("verify_log")


def accepts(check: Callable[[], object], *refusals: type[BaseException]) -> bool:
    """Whether a check ends without a refusal."""
    try:
        check()
    except refusals:
        return False
    return True


def path_of(case: Mapping[str, Any]) -> list[bytes]:
    """The path of a proof as bytes."""
    return [bytes.fromhex(step) for step in case["path"]]


def test_the_file_in_docs_is_what_is_tested_here() -> None:
    assert (ROOT / "docs/vectors/certificates.json").read_text() == page()


@named("certificates")
def test_the_client_answers_as_the_vector_says(case: Json) -> None:
    keys, token = read_jwks(VECTORS["jwks"]), case["certificate"].encode()

    def check() -> None:
        certificate = read_certificate(token, keys)
        check_proof(json.dumps(case["proof"], indent=1).encode() + b"\n", token, certificate, keys)

    assert accepts(check, CertificateError) is case["accepted"]


@named("certificates")
def test_the_verifier_in_docs_answers_as_the_vector_says(case: Json, verifiers: tuple[Any, Any]) -> None:
    offcut, keys = verifiers[0], VECTORS["jwks"]["keys"]

    def check() -> None:
        facts = offcut.certificate(case["certificate"], keys)
        offcut.logged(case["proof"], case["certificate"], facts, keys)

    assert accepts(check, SystemExit, Exception) is case["accepted"]


@named("certificates")
def test_the_server_answers_as_the_vector_says(case: Json) -> None:
    keys = [jws.Jwk(key["x"], key["nbf"], key["exp"], key.get("revoked", {}).get("revoked_at"))
            for key in VECTORS["jwks"]["keys"]]  # fmt: skip

    def check() -> None:
        jws.verify(case["certificate"], keys)
        head = head_verify(case["proof"]["head"], keys)
        for shown in (case["proof"]["certificate"], *case["proof"]["licences"]):
            assert merkle.proof_holds(
                data=shown["entry"].encode(),
                index=shown["index"],
                size=head.size,
                path=path_of(shown),
                root_hash=head.root,
            )

    of_the_parties = {"another certificate's proof", "a licence left out of the proof",
                      "a salt that opens another licence"}  # fmt: skip
    answer = accepts(check, jws.CertificateError, CheckpointError, AssertionError)
    assert answer is (case["accepted"] or case["name"] in of_the_parties)


@named("deletions")
def test_a_deletion_is_told_from_a_delivery_also_where_both_were_signed_under_one_type(
    case: Json, verifiers: tuple[Any, Any]
) -> None:
    keys = [jws.Jwk(key["x"], key["nbf"], key["exp"], key.get("revoked", {}).get("revoked_at"))
            for key in VECTORS["jwks"]["keys"]]  # fmt: skip
    token, of_docs = case["certificate"], verifiers[0].certificate
    assert accepts(lambda: jws.verify_deletion(token, keys), jws.CertificateError) is case["accepted"]
    taken_as_delivery = (
        accepts(lambda: jws.verify(token, keys), jws.CertificateError),
        accepts(lambda: read_certificate(token.encode(), read_jwks(VECTORS["jwks"])), CertificateError),
        accepts(lambda: of_docs(token, VECTORS["jwks"]["keys"]), SystemExit),
    )
    assert set(taken_as_delivery) == {case["name"] == "a delivery"}


@named("consistency")
def test_all_three_see_whether_the_log_only_grew(case: Json, verifiers: tuple[Any, Any]) -> None:
    roots = bytes.fromhex(case["first_root"]), bytes.fromhex(case["second_root"])
    first, second, path = case["first"], case["second"], path_of(case)
    answers = (
        merkle.consistency_holds(first=first, second=second, first_root=roots[0], second_root=roots[1], path=path),
        client_merkle.grew(first, second, roots, path),
        accepts(lambda: verifiers[1].grew(first, second, roots, case["path"]), SystemExit),
    )
    assert set(answers) == {case["accepted"]}


@named("absence")
def test_all_three_see_whether_the_log_holds_anything_about_a_clip(case: Json, verifiers: tuple[Any, Any]) -> None:
    head = client_log.read_head(VECTORS["head"], read_jwks(VECTORS["jwks"]))
    _, _, _, map_root = verifiers[0].head(VECTORS["head"], VECTORS["jwks"]["keys"])
    assert map_root == head.map_root
    siblings, found = tuple(bytes.fromhex(one) for one in case["proof"]["siblings"]), case["proof"]["leaf"]
    leaf = None if found is None else (bytes.fromhex(found["key"]), found["position"])
    held = sparse.held_by(
        map_root, thing(case["id"]), sparse.MapProof(siblings, None if leaf is None else sparse.Leaf(*leaf))
    )
    assert held is {"absent": False, "present": True, "refused": None}[case["verdict"]]
    askers: tuple[Callable[[], int | None], ...] = (
        lambda: client_log.position_of(thing(case["id"]), siblings, leaf, map_root),
        lambda: verifiers[1].position(case["id"], case["proof"], map_root),
    )
    for ask in askers:
        if case["verdict"] == "refused":
            assert not accepts(ask, SystemExit, CertificateError)
        else:
            assert ask() == case.get("position")


def test_every_byte_of_certificate_proof_entry_and_head_counts() -> None:
    """Each bit of each byte is flipped, one at a time; the client refuses every one of them."""
    case = VECTORS["certificates"][0]
    keys, token = read_jwks(VECTORS["jwks"]), case["certificate"].encode()
    proof = json.dumps(case["proof"], indent=1).encode() + b"\n"
    certificate = read_certificate(token, keys)
    check_proof(proof, token, certificate, keys)
    accepted = []
    for at in range(len(token)):
        for bit in range(8):
            changed = token[:at] + bytes([token[at] ^ 1 << bit]) + token[at + 1 :]
            if accepts(lambda changed=changed: read_certificate(changed, keys), CertificateError):  # type: ignore[misc]  # bound on purpose
                accepted.append(("certificate", at, bit))
    for at in range(len(proof)):
        for bit in range(8):
            changed = proof[:at] + bytes([proof[at] ^ 1 << bit]) + proof[at + 1 :]
            if accepts(lambda changed=changed: check_proof(changed, token, certificate, keys), CertificateError):  # type: ignore[misc]  # bound on purpose
                accepted.append(("proof", at, bit))
    assert accepted == []


def test_a_proof_with_other_spaces_between_its_members_is_not_the_one_that_was_delivered() -> None:
    """Another character of the same meaning, which no flipped bit makes."""
    case = VECTORS["certificates"][0]
    keys, token = read_jwks(VECTORS["jwks"]), case["certificate"].encode()
    proof, certificate = json.dumps(case["proof"], indent=1).encode() + b"\n", read_certificate(token, keys)
    for at, byte in enumerate(proof):
        for other in b" \t\n\r" if byte in b" \n" else b"":
            if other != byte:
                with pytest.raises(CertificateError):
                    check_proof(proof[:at] + bytes([other]) + proof[at + 1 :], token, certificate, keys)


def test_every_byte_of_certificate_and_entries_counts_for_the_verifier_in_docs(verifiers: tuple[Any, Any]) -> None:
    """The same, as somebody else wrote it; how the JSON around the entries is spaced does not matter to it."""
    case, keys, offcut = VECTORS["certificates"][0], VECTORS["jwks"]["keys"], verifiers[0]
    token, proof = case["certificate"], case["proof"]
    facts = offcut.certificate(token, keys)
    offcut.logged(proof, token, facts, keys)
    accepted = []
    for at, bit in itertools.product(range(len(token)), range(8)):
        changed = token[:at] + chr(ord(token[at]) ^ 1 << bit) + token[at + 1 :]
        if accepts(lambda changed=changed: offcut.certificate(changed, keys), SystemExit, Exception):  # type: ignore[misc]  # bound on purpose
            accepted.append(("certificate", at, bit))
    for place, shown in enumerate((proof["certificate"], *proof["licences"])):
        entry = shown["entry"]
        for at, bit in itertools.product(range(len(entry)), range(8)):
            other = {**shown, "entry": entry[:at] + chr(ord(entry[at]) ^ 1 << bit) + entry[at + 1 :]}
            licences = [other if number + 1 == place else one for number, one in enumerate(proof["licences"])]
            told = {**proof, "certificate": proof["certificate"] if place else other, "licences": licences}
            if accepts(lambda told=told: offcut.logged(told, token, facts, keys), SystemExit, Exception):  # type: ignore[misc]  # bound on purpose
                accepted.append((f"entry {place}", at, bit))
    assert accepted == []


def test_every_byte_of_an_absence_proof_counts() -> None:
    case = VECTORS["absence"][0]
    head = client_log.read_head(VECTORS["head"], read_jwks(VECTORS["jwks"]))
    siblings = [bytes.fromhex(one) for one in case["proof"]["siblings"]]
    found = case["proof"]["leaf"]
    leaf = None if found is None else (bytes.fromhex(found["key"]), found["position"])
    key = thing(case["id"])
    assert client_log.position_of(key, siblings, leaf, head.map_root) is None
    for number, sibling in enumerate(siblings):
        for at in range(256):
            changed = bytes(byte ^ (1 << (at & 7)) if place == at >> 3 else byte for place, byte in enumerate(sibling))
            with pytest.raises(CertificateError):
                client_log.position_of(key, [*siblings[:number], changed, *siblings[number + 1 :]], leaf, head.map_root)


def test_every_byte_of_a_head_counts_for_the_server_and_for_the_verifier_in_docs(verifiers: tuple[Any, Any]) -> None:
    keys = [jws.Jwk(key["x"], key["nbf"], key["exp"], key.get("revoked", {}).get("revoked_at"))
            for key in VECTORS["jwks"]["keys"]]  # fmt: skip
    text = VECTORS["head"]
    head_verify(text, keys)
    for at, character in enumerate(text):
        for other in {"A", "B", "0", "1", "\n", " ", "+", "="} - {character}:
            changed = text[:at] + other + text[at + 1 :]
            assert not accepts(lambda changed=changed: head_verify(changed, keys), CheckpointError), at  # type: ignore[misc]  # bound on purpose
            read = verifiers[0].head
            assert not accepts(lambda changed=changed, read=read: read(changed, VECTORS["jwks"]["keys"]),  # type: ignore[misc]  # bound on purpose
                               SystemExit, Exception), at  # fmt: skip
