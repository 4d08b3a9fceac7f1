"""Releases and who clips show, over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from core.accounts.policy import Actor
from licensing.models import Release
from tests.factories.core import key_of
from tests.factories.licensing import creator
from tests.factories.marketplace import clip_of

pytestmark = pytest.mark.django_db

PAPER = {
    "kind": "person",
    "subject": "Ada Nord",
    "paper": {
        "ai_training": "generative",
        "signed_on": "2026-05-02",
        "name": "Ada Nord",
        "file_name": "ada.pdf",
        "sha256": "ab" * 32,
    },
}


def ask(actor: Actor, method: str, path: str, body: object = None) -> tuple[int, Any]:
    """Send one request as somebody; the status and what came back."""
    answer = Client().generic(
        method,
        f"/api/v1{path}",
        "" if body is None else json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key_of(actor)}"},
    )
    return answer.status_code, json.loads(answer.content) if answer.content else None


def test_a_release_is_drafted_sent_attached_and_taken_back_over_the_api() -> None:
    studio = creator()
    clip = clip_of(studio)
    status, draft = ask(studio, "POST", "/releases", {"kind": "person", "subject": "Ada Nord", "occasion": "Lyon"})
    assert (status, draft["state"], draft["ai_training"], draft["signed_by"]) == (201, "draft", "silent", "")
    path = f"/releases/{draft['id']}"
    assert ask(studio, "PATCH", path, {"subject": "Ada Sud"})[1]["subject"] == "Ada Sud"
    spans = [{"clip_id": clip.public_id, "start_ms": 0, "end_ms": 400}]
    assert ask(studio, "POST", f"{path}/attach", {"spans": spans})[1]["clips"] == 1
    status, sent = ask(studio, "POST", f"{path}/send", {})
    assert (status, sent["release_id"]) == (200, draft["id"])
    token = sent["sign_url"].rsplit("/", 1)[1]
    shown = json.dumps([ask(studio, "GET", path)[1], ask(studio, "GET", "/releases?state=sent")[1]])
    assert token not in shown
    assert Release.objects.get().link_digest not in shown
    status, consent = ask(studio, "GET", f"/clips/{clip.public_id}/consent")
    assert (consent["cleared"], consent["uses"]["generative"]) == ("none", False)
    (issue,) = consent["issues"]
    assert (issue["code"], issue["name"], issue["label"]) == ("P11", "release_not_signed", "Ada Sud")
    assert set(issue["what_to_do"]) == {"en", "fr"}
    assert ask(studio, "POST", f"{path}/cancel", {})[1]["state"] == "cancelled"
    assert ask(studio, "POST", f"{path}/revoke", {})[1]["code"] == "illegal_transition"


def test_paper_without_an_answer_on_ai_is_ai_clause_missing() -> None:
    studio = creator()
    silent: dict[str, Any] = json.loads(json.dumps(PAPER))
    del silent["paper"]["ai_training"]
    status, problem = ask(studio, "POST", "/releases", silent)
    assert (status, problem["code"]) == (422, "ai_clause_missing")
    assert problem["errors"][0]["pointer"] == "/paper/ai_training"
    assert Release.objects.count() == 0
    status, recorded = ask(studio, "POST", "/releases", PAPER)
    assert (status, recorded["state"], recorded["ai_training"]) == (201, "signed", "generative")
    assert ask(studio, "POST", f"/releases/{recorded['id']}/revoke", {})[1]["state"] == "revoked"


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "zz"},
        {"sha256": "AB" * 32},
        {"signed_on": "yesterday"},
        {"ai_training": "maybe"},
        {"unknown": 1},
    ],
)
def test_malformed_paper_is_refused(change: dict[str, object]) -> None:
    body: dict[str, Any] = json.loads(json.dumps(PAPER))
    body["paper"] |= change
    assert ask(creator(), "POST", "/releases", body)[0] == 422
    assert Release.objects.count() == 0


def test_people_are_listed_with_reasons_over_the_api() -> None:
    studio = creator()
    clips = [clip_of(studio) for _ in range(2)]
    spans = [{"clip_id": clip.public_id} for clip in clips]
    status, node = ask(studio, "POST", "/consent_nodes", {"kind": "minor", "label": "boy", "spans": spans})
    assert (status, len(node["places"]), node["reason"]) == (201, 2, None)
    path = f"/consent_nodes/{node['id']}"
    status, problem = ask(studio, "PATCH", path, {"reason": "crowd_incidental"})
    assert (status, problem["code"]) == (422, "consent_invalid")
    assert ask(studio, "PATCH", path, {"reason": "blurred", "label": "the boy"})[1]["label"] == "the boy"
    assert ask(studio, "GET", f"/clips/{clips[1].public_id}/consent")[1]["people"] == "blurred"
    assert ask(studio, "PATCH", path, {"reason": None})[1]["reason"] is None
    assert len(ask(studio, "GET", f"/consent_nodes?clip_id={clips[0].public_id}&kind=minor")[1]["data"]) == 1
    assert ask(studio, "GET", "/consent_nodes?kind=mark")[1]["data"] == []
    assert ask(studio, "DELETE", path)[0] == 204
    assert ask(studio, "GET", "/consent_nodes")[1]["data"] == []


def test_another_studio_attaches_nothing_of_ours() -> None:
    studio, other = creator(), creator()
    clip = clip_of(studio)
    recorded = ask(studio, "POST", "/releases", PAPER)[1]
    theirs = ask(other, "POST", "/releases", PAPER)[1]
    for release, actor in ((recorded, other), (theirs, other)):
        body = {"spans": [{"clip_id": clip.public_id}]}
        assert ask(actor, "POST", f"/releases/{release['id']}/attach", body)[0] == 404
    assert ask(other, "GET", f"/clips/{clip.public_id}/consent")[0] == 404
    assert ask(other, "GET", f"/releases/{recorded['id']}")[0] == 404
