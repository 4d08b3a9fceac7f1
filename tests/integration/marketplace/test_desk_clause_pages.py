"""Clauses at the desk as pages: drafted in both languages by one person, read beside what is in force, approved by
another, retired when replaced.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.accounts.actions import Role
from core.accounts.models import User
from core.accounts.policy import Actor
from licensing.models import ClauseVersion
from licensing.services.catalogue import catalogue_load
from tests.factories.licensing import reviewer

pytestmark = pytest.mark.django_db


def browser(actor: Actor, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    assert actor.user_id is not None
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def newest(code: str) -> ClauseVersion:
    return ClauseVersion.objects.filter(code=code).latest("version")


def typed(row: ClauseVersion, **changes: str) -> dict[str, str]:
    names = [f"{name}_{item}" for name in ("title", "summary", "text") for item in ("en", "fr")]
    return {**{name: getattr(row, name).replace("\n", "\r\n") for name in names}, **changes}


def test_a_version_is_drafted_read_beside_the_one_in_force_and_approved_by_another() -> None:
    catalogue_load()
    before = newest("TERM")
    address, following = f"/desk/clauses/TERM/{before.version}", f"/desk/clauses/TERM/{before.version + 1}"
    first, second = browser(reviewer(Role.LEAD)), browser(reviewer(Role.LEAD))
    assert before.title_en in text(first.get("/desk/clauses"))
    lost = first.post(f"{address}/draft", typed(before, summary_fr=" ", summary_en="For how long, in months."))
    assert lost.status_code == 422
    assert "For how long, in months." in text(lost), "what was typed stays"
    same = first.post(f"{address}/draft", typed(before))
    assert (same.status_code, newest("TERM").version) == (422, before.version), "line ends of a browser change nothing"
    changed = typed(before, summary_en="For how long, in months.", text_en=f"{before.text_en}\n\nAnd not a day more.")
    made = first.post(f"{address}/draft", changed)
    assert (made.status_code, made["Location"]) == (303, following)
    page = text(first.get(following))
    assert "</span>And not a day more.</ins>" in page
    first.post(f"{following}/move", {"step": "submit"})
    assert "You drafted this: somebody else has to approve it." in text(first.get(following))
    first.post(f"{following}/move", {"step": "approve"})
    assert newest("TERM").state == "in_review"
    assert "Approve it" in text(second.get(following))
    second.post(f"{following}/move", {"step": "return", "note": "Shorter."})
    assert newest("TERM").state == "draft"
    first.post(f"{following}/move", {"step": "submit"})
    second.post(f"{following}/move", {"step": "approve"})
    assert newest("TERM").state == "approved"
    assert "Retire it" in text(second.get(address))
    second.post(f"{following}/move", {"step": "retire"})
    assert newest("TERM").state == "approved", "what is in force is not retired"
    second.post(f"{address}/move", {"step": "retire"})
    assert ClauseVersion.objects.get(pk=before.pk).state == "retired"


def test_a_draft_made_over_the_api_keeps_its_limits_when_its_words_are_changed_on_the_page() -> None:
    catalogue_load()
    before = newest("WITHDRAWAL")
    lead = browser(reviewer(Role.LEAD))
    facts = before.facts["parameters"]
    tighter = [{**one, "default": 45} if one["name"] == "notice_days" else one for one in facts]
    answer = lead.post(
        "/api/v1/desk/clauses", {"code": "WITHDRAWAL", "parameters": tighter}, content_type="application/json"
    )
    assert answer.status_code == 201, answer.content
    draft = newest("WITHDRAWAL")
    lead.post(
        f"/desk/clauses/WITHDRAWAL/{draft.version}/draft", typed(draft, summary_en="How soon every copy is gone.")
    )
    after = newest("WITHDRAWAL")
    assert (after.version, after.summary_en) == (draft.version, "How soon every copy is gone.")
    assert after.facts["parameters"] == draft.facts["parameters"] != before.facts["parameters"]


def test_an_auditor_reads_and_changes_nothing_and_the_page_speaks_french() -> None:
    catalogue_load()
    row = newest("TERM")
    auditor = browser(reviewer(Role.AUDITOR), "fr")
    page = text(auditor.get(f"/desk/clauses/TERM/{row.version}"))
    assert row.title_fr in page
    assert "Les mots de cette version" in page
    assert "Approuvée" in page
    assert '<form method="post" action="/desk/clauses' not in page
    auditor.post(f"/desk/clauses/TERM/{row.version}/draft", typed(row, title_en="Time"))
    assert newest("TERM").pk == row.pk
    assert auditor.get("/desk/clauses/TERM/999").status_code == 404
    assert auditor.get("/desk/clauses/NOTHING/1").status_code == 404
