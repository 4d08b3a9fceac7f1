"""What anybody may ask about certificates and the log, over HTTP and on the page, and what the answers prove."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from rest_framework.throttling import SimpleRateThrottle

from core.accounts.policy import Actor
from core.clock import now
from core.jobs.runner import run_due
from core.jobs.services import publish
from core.transitions import advance
from marketplace.delivery.domain.topics import BUILD
from marketplace.delivery.models import Dataset
from marketplace.orders.domain.states import LICENCE, LicenceEvent
from marketplace.orders.models import Licence
from marketplace.orders.selectors.orders import licences_of
from marketplace.orders.services.recording import (
    licences_catch_up,
    licences_expire,
    licences_record,
    licences_unlogged,
)
from marketplace.transparency.domain.entry import LogEvent
from marketplace.transparency.models import LogEntry
from marketplace.transparency.services.keys import signing_key_ensure, signing_key_revoke, signing_key_rotate
from marketplace.transparency.services.sealing import log_seal
from offcut.certificate import read_certificate, read_jwks
from offcut.log import included, position_of, read_head, thing
from offcut.merkle import grew
from offcut.proof import check_proof
from tests.factories.delivery import Sale, sale

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(180)]

SYSTEM = Actor.system()
ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def keys_given_back() -> Iterator[Path]:
    """Give the key file back as it was: other tests of this process share it."""
    path = settings.OFFCUT.key_file
    before = path.read_bytes() if path.exists() else None
    yield path
    path.unlink(missing_ok=True)
    if before is not None:
        path.write_bytes(before)
        path.chmod(0o600)


@pytest.fixture(scope="module")
def sold(made_once: Callable[[Callable[[], Sale]], Sale]) -> Iterator[Sale]:
    """Return a delivered order of two clips, whose certificate is signed by the only key."""

    def built() -> Sale:
        made = sale(clips=2)
        run_due([BUILD])
        return made

    with keys_given_back() as path:
        path.unlink(missing_ok=True)
        yield made_once(built)


@pytest.fixture(autouse=True)
def _uncounted_and_keys_given_back(sold: Sale) -> Iterator[None]:
    """What a test does to the keys ends with it."""
    cache.clear()
    with keys_given_back():
        yield


def code_of(sold: Sale) -> str:
    return Dataset.objects.get(order=sold.order).certificate.code


def asked(path: str, status: int = 200) -> Any:
    answer = Client().get(f"/api/v1{path}")
    assert answer.status_code == status, answer.content
    return answer.json()


def keys() -> Any:
    return read_jwks(Client().get("/.well-known/jwks.json").json())


def end(licence: Licence, event: LicenceEvent, logged: LogEvent) -> None:
    with transaction.atomic():
        advance(licence, LICENCE, event)
        licences_record(event=logged, licences=[licence], at=now())


def test_a_certificate_tells_its_standing_key_and_place_in_the_log(sold: Sale) -> None:
    told = asked(f"/verify/{code_of(sold)}")
    assert (told["status"], told["standing"], told["key"]["state"]) == ("genuine", "valid", "active")
    assert told["licences"] == {"total": 2, "active": 2, "withdrawn": 0}
    head = read_head(told["log"]["head"], keys())
    assert told["log"]["index"] < told["log"]["size"] == head.size
    signing_key_rotate(actor=SYSTEM)
    assert asked(f"/verify/{code_of(sold)}")["key"]["state"] == "closing"


def test_the_standing_follows_what_happens_to_the_licences(sold: Sale) -> None:
    first, second = licences_of(sold.order)
    for change, standing in (
        (lambda: publish(topic="marketplace.licence.withdrawn", subject=first.public_id, payload={"notice": "x"}),
         "withdrawn"),
        (lambda: end(first, LicenceEvent.CLAIMED, LogEvent.CLAIMED), "under_claim"),
        (lambda: end(first, LicenceEvent.TERMINATED, LogEvent.TERMINATED), "partly_ended"),
        (lambda: end(second, LicenceEvent.TERMINATED, LogEvent.TERMINATED), "ended"),
    ):  # fmt: skip
        change()
        run_due()
        assert asked(f"/verify/{code_of(sold)}")["standing"] == standing
    events = [entry.event for entry in LogEntry.objects.filter(subject=first.public_id).order_by("position")]
    assert events == ["issued", "withdrawn", "claimed", "terminated"]


def test_licences_expire_once_and_the_log_says_so(sold: Sale) -> None:
    late = max(licence.ends_at for licence in Licence.objects.all())
    assert licences_expire(actor=SYSTEM) == 0
    assert [licences_expire(actor=SYSTEM, at=late), licences_expire(actor=SYSTEM, at=late)] == [2, 0]
    log_seal()
    assert LogEntry.objects.filter(event="expired").count() == 2
    assert asked(f"/verify/{code_of(sold)}")["standing"] == "expired"


def test_what_happened_before_there_was_a_log_is_caught_up_and_a_forgotten_event_is_found(sold: Sale) -> None:
    assert (licences_catch_up(), list(licences_unlogged())) == (0, [])
    advance(Licence.objects.order_by("pk")[0], LICENCE, LicenceEvent.TERMINATED)
    (found,) = licences_unlogged()
    assert "the log does not say that it was terminated" in found
    assert (licences_catch_up(), licences_catch_up(), list(licences_unlogged())) == (1, 0, [])


def test_a_whole_certificate_is_checked_by_its_text_and_a_changed_one_is_refused(sold: Sale) -> None:
    text = Dataset.objects.get(order=sold.order).certificate.jws

    def posted(certificate: str) -> Any:
        return Client().post("/api/v1/verify", {"certificate": certificate}, content_type="application/json")

    assert posted(f" {text}\n").json()["code"] == code_of(sold)
    for changed in (text[:-1], text.replace(".", ".A", 1), "nothing", text + "A"):
        answer = posted(changed)
        assert (answer.status_code, answer.json()["code"]) == (422, "certificate_broken")


def test_the_page_takes_a_code_a_text_or_a_file_and_answers_in_both_languages(sold: Sale) -> None:
    text = Dataset.objects.get(order=sold.order).certificate.jws
    file = SimpleUploadedFile("certificate.jws", text.encode())
    for answer in (
        Client().get(f"/verify/{code_of(sold)}"),
        Client().post("/verify", {"certificate": text}),
        Client().post("/verify", {"certificate": "", "file": file}),
    ):
        said = answer.content.decode()
        assert answer.status_code == 200
        assert code_of(sold) in said
        assert "All its licences stand today." in said
    refused = Client().post("/verify", {"certificate": text[:-2]})
    assert refused.status_code == 422
    assert Client().post("/verify", {"file": SimpleUploadedFile("x", b"\xff\x00")}).status_code == 422
    there = Client().get("/verify", {"clip": sold.clips[0].public_id})
    assert "In the log" in there.content.decode()
    never = Client().get("/verify", {"clip": "clp_01kaq000000000000000000009"})
    assert "Never" in never.content.decode()
    assert Client().get("/verify", {"clip": "nonsense"}).status_code == 404


def test_the_log_proves_itself_to_somebody_who_trusts_only_the_keys(sold: Sale) -> None:
    old = asked("/log/head")
    sale(clips=1)
    run_due([BUILD])
    head = read_head(asked("/log/head")["text"], keys())
    before = read_head(old["text"], keys())
    entries = asked("/log/entries?limit=1000")["data"]
    assert [entry["index"] for entry in entries] == list(range(head.size))
    for entry in entries:
        proof = asked(f"/log/proof/inclusion?index={entry['index']}")
        assert proof["entry"] == entry["entry"]
        included(proof, head)
    grown = asked(f"/log/proof/consistency?first={before.size}&second={head.size}")
    assert grew(before.size, head.size, (before.root, head.root), [bytes.fromhex(one) for one in grown["path"]])


def test_a_clip_never_licensed_is_proven_so_and_a_licensed_one_shown(sold: Sale, monkeypatch: Any) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    other = importlib.import_module("verify_log")
    for name, held in (("clp_01kaq000000000000000000009", False), (sold.clips[0].public_id, True)):
        told = asked(f"/log/absence/{name}")
        head = read_head(told["head"]["text"], keys())
        leaf = told["proof"]["leaf"]
        found = None if leaf is None else (bytes.fromhex(leaf["key"]), leaf["position"])
        siblings = [bytes.fromhex(one) for one in told["proof"]["siblings"]]
        at = position_of(thing(name), siblings, found, head.map_root)
        assert (at is not None, told["present"]) == (held, held)
        assert other.position(name, told["proof"], head.map_root) == at
        if held:
            assert included(told["latest"], head).event == "issued"
    assert asked("/log/absence/lic_01kaq000000000000000000009")["present"] is False
    assert asked("/log/absence/org_01kaq000000000000000000009", 404)["code"] == "not_found"


def test_what_lies_beyond_the_log_is_refused_and_no_answer_names_anybody(sold: Sale) -> None:
    size = asked("/log/head")["size"]
    for path in (
        f"/log/proof/inclusion?index={size}",
        f"/log/proof/inclusion?index=0&size={size + 1}",
        f"/log/proof/inclusion?index={size - 1}&size={size - 1}",
        f"/log/proof/consistency?first=1&second={size + 1}",
        "/log/proof/consistency?first=3&second=2",
    ):
        assert asked(path, 422)["code"] == "log_range"
    everything = json.dumps([asked("/log/entries"), asked(f"/verify/{code_of(sold)}/proof"), asked("/log/head")])
    order = sold.order
    salts = LogEntry.objects.exclude(salt="").values_list("salt", flat=True)
    names = [order.organisation.name, order.organisation.public_id, order.public_id, sold.clips[0].public_id]
    assert not [name for name in (*names, *salts) if name in everything]


def test_public_checks_are_rate_limited(sold: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    rates: Any = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
    assert rates["proof"]
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"proof": "3/min"})
    for path in ("/api/v1/log/head", f"/api/v1/verify/{code_of(sold)}", "/verify"):
        cache.clear()
        answers = [Client().get(path) for _ in range(4)]
        assert [answer.status_code for answer in answers[:3]] == [200, 200, 200], path
        assert answers[3].status_code in {429, 503}, path
        assert answers[3]["Retry-After"]


def folder_of(sold: Sale, target: Path) -> Path:
    """Return a dataset as a buyer has it on disk."""
    from media_ingest.adapters.storage import store  # noqa: PLC0415 - only this needs it

    for file in Dataset.objects.get(order=sold.order).files.all():
        path = target / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with store().open(file.storage_key) as source:
            path.write_bytes(source.read())
    return target


def test_the_verifier_in_docs_accepts_a_delivered_folder_and_no_changed_one(
    sold: Sale, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    verifier = importlib.import_module("verify_offcut")
    folder = folder_of(sold, tmp_path)
    published = Client().get("/.well-known/jwks.json").json()["keys"]
    assert verifier.folder(folder, published)["order"] == sold.order.public_id
    for name in ("certificate.jws", "proof.json", "SHA256SUMS", "manifest.jsonl", "shards/shard-000000.tar"):
        path, whole = folder / name, (folder / name).read_bytes()
        for at in (0, len(whole) // 3, len(whole) // 2):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            with pytest.raises((SystemExit, Exception)):
                verifier.folder(folder, published)
        path.write_bytes(whole)
    assert verifier.folder(folder, published)


def test_every_byte_of_a_delivered_certificate_and_proof_counts(sold: Sale, tmp_path: Path) -> None:
    folder, known = folder_of(sold, tmp_path), keys()
    token, proof = (folder / "certificate.jws").read_bytes(), (folder / "proof.json").read_bytes()
    certificate = read_certificate(token, known)
    check_proof(proof, token, certificate, known)
    accepted = []
    for name, data, check in (
        ("certificate", token, lambda changed: read_certificate(changed, known)),
        ("proof", proof, lambda changed: check_proof(changed, token, certificate, known)),
    ):
        for at in range(len(data)):
            try:
                check(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            except ValueError:
                continue
            accepted.append((name, at))
    assert accepted == []


def test_a_new_proof_saves_what_a_key_signed_before_it_was_stolen(sold: Sale, tmp_path: Path) -> None:
    from offcut.verify import verify_folder  # noqa: PLC0415 - only this needs it

    folder = folder_of(sold, tmp_path / "dataset")
    (stolen,) = signing_key_ensure()
    later = now().replace(microsecond=0)
    signing_key_revoke(actor=SYSTEM, kid=stolen.public.kid, at=later.replace(year=later.year + 1))
    refused = verify_folder(folder, keys())
    assert [(problem.file, problem.code) for problem in refused.problems] == [("certificate.jws", "key_revoked")]
    with transaction.atomic():
        licences_record(event=LogEvent.CLAIMED, licences=Licence.objects.all(), at=now(), again="one")
    log_seal()
    fresh = tmp_path / "fresh.json"
    fresh.write_bytes(Client().get(f"/api/v1/verify/{code_of(sold)}/proof").content)
    assert verify_folder(folder, keys(), fresh_proof=fresh).problems == []
    assert asked(f"/verify/{code_of(sold)}")["key"]["state"] == "revoked"


def test_operators_list_rotate_and_revoke_keys(capsys: pytest.CaptureFixture[str]) -> None:
    signing_key_ensure()
    call_command("keys", "rotate", "--overlap-hours", "1")
    call_command("keys", "--json", "list")
    lines = capsys.readouterr().out.splitlines()
    states = [json.loads(line)["state"] for line in lines if line.startswith("{")]
    assert states[-2:] == ["closing", "active"]
    kid = json.loads(lines[-1])["kid"]
    call_command("keys", "revoke", kid, "--at", "2026-11-01T00:00:00Z")
    assert f"{kid}  revoked" in capsys.readouterr().out
    assert {key.public.kid: key.secret is None for key in signing_key_ensure()}[kid]
    for wrong in (
        ["revoke", "nobody"],
        ["revoke", kid, "--at", "yesterday"],
        ["revoke", kid, "--at", "2999-01-01T00:00:00Z"],
        ["rotate", "--overlap-hours", "-1"],
        ["rotate", "--overlap-hours", "999999999999"],
    ):
        with pytest.raises(CommandError, match="Nothing was changed"):
            call_command("keys", *wrong)
