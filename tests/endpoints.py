"""Who may do what, as a table: each operation of the API with whose it is, what to send, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.accounts.actions import OrganisationKind, Role
from licensing.domain.ratecard import shipped_card

STUDIO, BUYER, DESK = OrganisationKind.STUDIO, OrganisationKind.BUYER, OrganisationKind.PLATFORM


@dataclass(frozen=True)
class Row:
    """One operation: whose it is, which colleague may not, what to send, and the right one's status."""

    kind: OrganisationKind | None
    status: int = 200
    wrong: Role | None = None
    body: dict[str, Any] | None = None
    headers: dict[str, str] | None = None
    raw: bytes | None = None
    role: Role | None = None
    """The right role, where the owner's will not do."""


TUS = {"Tus-Resumable": "1.0.0"}
ATTESTATION = {
    "name": "A. Officer",
    "role": "officer",
    "method": "erase",
    "done": ["stop_new_sales", "stop_new_training"],
    "hashes": [],
}
DECLARATION = {"genre": "drone", "cmo_status": "none"}
CARD = {**shipped_card("2026-11"), "version": "2099-12"}

TABLE: dict[tuple[str, str], Row] = {
    # The account itself
    ("POST", "/auth/token"): Row(None, 401, body={"email": "nobody@example.org", "password": "not this one"}),
    ("GET", "/me"): Row(STUDIO),
    ("GET", "/tokens"): Row(STUDIO),
    ("POST", "/tokens"): Row(STUDIO, 201, body={"label": "more", "scopes": ["library:read"]}),
    ("DELETE", "/tokens/{token_id}"): Row(STUDIO),
    # The library
    ("GET", "/uploads"): Row(STUDIO),
    ("POST", "/uploads"): Row(STUDIO, 201, Role.ACCOUNTANT, {"name": "A.mov", "size_bytes": 10}),
    ("GET", "/uploads/{upload_id}"): Row(STUDIO),
    ("DELETE", "/uploads/{upload_id}"): Row(STUDIO, 200, Role.ACCOUNTANT),
    ("POST", "/uploads/match"): Row(STUDIO, 200, Role.ACCOUNTANT, {"files": [{"name": "A.mov", "size_bytes": 10}]}),
    ("POST", "/uploads/{upload_id}/pause"): Row(STUDIO, 200, Role.ACCOUNTANT, {}),
    ("POST", "/uploads/{upload_id}/resume"): Row(STUDIO, 200, Role.ACCOUNTANT, {}),
    ("POST", "/uploads/{upload_id}/parts"): Row(STUDIO, 409, Role.ACCOUNTANT, {"numbers": [1]}),
    ("POST", "/uploads/{upload_id}/complete"): Row(STUDIO, 409, Role.ACCOUNTANT, {}),
    ("GET", "/batches"): Row(STUDIO),
    ("POST", "/batches"): Row(STUDIO, 201, Role.ACCOUNTANT, {"name": "Card 7"}),
    ("GET", "/batches/{batch_id}"): Row(STUDIO),
    ("GET", "/batches/{batch_id}/receipt"): Row(STUDIO, 409),
    ("POST", "/tus"): Row(
        STUDIO, 201, Role.ACCOUNTANT, headers={**TUS, "Upload-Length": "10", "Upload-Metadata": "filename QS5tb3Y="}
    ),
    ("PATCH", "/tus/{upload_id}"): Row(
        STUDIO,
        204,
        Role.ACCOUNTANT,
        headers={**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
        raw=b"abc",
    ),
    ("DELETE", "/tus/{upload_id}"): Row(STUDIO, 204, Role.ACCOUNTANT, headers=TUS),
    ("GET", "/storage"): Row(STUDIO),
    ("GET", "/assets"): Row(STUDIO),
    ("GET", "/assets/{asset_id}"): Row(STUDIO),
    ("GET", "/assets/{asset_id}/duplicates"): Row(STUDIO),
    ("POST", "/assets/{asset_id}/duplicates/keep"): Row(STUDIO, 200, Role.ACCOUNTANT, {}),
    ("GET", "/assets/{asset_id}/progress"): Row(STUDIO),
    ("GET", "/assets/{asset_id}/watching"): Row(STUDIO),
    ("GET", "/assets/{asset_id}/sprite.vtt"): Row(STUDIO),
    ("POST", "/clips/{clip_id}/preview"): Row(STUDIO, 200, body={}),
    ("POST", "/clips/{clip_id}/labels/{label}/dispute"): Row(STUDIO, 404, Role.ACCOUNTANT, {}),
    ("GET", "/clips"): Row(STUDIO),
    ("GET", "/clips/{clip_id}"): Row(STUDIO),
    ("PATCH", "/clips/{clip_id}"): Row(STUDIO, 200, Role.ACCOUNTANT, {"title": "Harbour at dawn"}),
    ("GET", "/clips/{clip_id}/declaration"): Row(STUDIO),
    ("GET", "/collecting_societies"): Row(STUDIO),
    ("PUT", "/collecting_societies"): Row(STUDIO, 200, Role.UPLOADER, {"societies": ["none"]}),
    ("PUT", "/clips/{clip_id}/declaration"): Row(STUDIO, 200, Role.ACCOUNTANT, DECLARATION),
    ("GET", "/clips/{clip_id}/listing"): Row(STUDIO),
    ("POST", "/clips/{clip_id}/pause"): Row(STUDIO, 200, Role.UPLOADER, {}),
    ("POST", "/clips/{clip_id}/resume"): Row(STUDIO, 409, Role.UPLOADER, {}),
    ("POST", "/clips/{clip_id}/withdraw"): Row(STUDIO, 200, Role.UPLOADER, {}),
    ("GET", "/listings"): Row(STUDIO),
    ("GET", "/clips/{clip_id}/consent"): Row(STUDIO, 200, Role.ACCOUNTANT),
    ("GET", "/consent_nodes"): Row(STUDIO, 200, Role.ACCOUNTANT),
    ("POST", "/consent_nodes"): Row(
        STUDIO, 201, Role.ACCOUNTANT, {"kind": "mark", "label": "logo", "spans": [{"clip_id": "{clip_id}"}]}
    ),
    ("PATCH", "/consent_nodes/{node_id}"): Row(STUDIO, 200, Role.ACCOUNTANT, {"reason": "blurred"}),
    ("DELETE", "/consent_nodes/{node_id}"): Row(STUDIO, 204, Role.ACCOUNTANT),
    ("GET", "/releases"): Row(STUDIO, 200, Role.ACCOUNTANT),
    ("POST", "/releases"): Row(STUDIO, 201, Role.ACCOUNTANT, {"kind": "person", "subject": "Ada Nord"}),
    ("GET", "/releases/{release_id}"): Row(STUDIO, 200, Role.ACCOUNTANT),
    ("PATCH", "/releases/{release_id}"): Row(STUDIO, 200, Role.ACCOUNTANT, {"subject": "Ada Sud"}),
    ("POST", "/releases/{release_id}/send"): Row(STUDIO, 200, Role.ACCOUNTANT, {}),
    ("POST", "/releases/{release_id}/attach"): Row(STUDIO, 200, Role.ACCOUNTANT, {"node_ids": ["{node_id}"]}),
    ("POST", "/releases/{release_id}/revoke"): Row(STUDIO, 409, Role.UPLOADER, {}),
    ("POST", "/releases/{release_id}/cancel"): Row(STUDIO, 200, Role.ACCOUNTANT, {}),
    ("GET", "/media/{token}"): Row(None, 403),
    # Terms
    ("GET", "/clauses"): Row(None),
    ("GET", "/clauses/{code}"): Row(None),
    ("GET", "/clauses/{slug}/versions/{version}"): Row(None),
    ("GET", "/clauses/{slug}/diff"): Row(None, 422),
    ("GET", "/desk/clauses"): Row(DESK, 200, Role.FINANCE),
    ("POST", "/desk/clauses"): Row(
        DESK, 201, Role.AUDITOR, {"code": "TERM", "summary": {"en": "Time.", "fr": "Temps."}}
    ),
    ("GET", "/desk/clauses/{code}/versions/{version}"): Row(DESK, 200, Role.FINANCE),
    ("POST", "/desk/clauses/{code}/versions/{version}/submit"): Row(DESK, 409, Role.AUDITOR, {}),
    ("POST", "/desk/clauses/{code}/versions/{version}/approve"): Row(DESK, 409, Role.AUDITOR, {}),
    ("POST", "/desk/clauses/{code}/versions/{version}/return"): Row(DESK, 409, Role.AUDITOR, {"note": "Shorter."}),
    ("POST", "/desk/clauses/{code}/versions/{version}/retire"): Row(DESK, 409, Role.AUDITOR, {}),
    ("GET", "/terms_profiles"): Row(STUDIO),
    ("POST", "/terms_profiles"): Row(STUDIO, 201, Role.UPLOADER, {"name": "Another", "preset": "open"}),
    ("POST", "/terms_profiles/preview"): Row(STUDIO, 200, Role.UPLOADER, {"preset": "open"}),
    ("GET", "/terms_profiles/{terms_profile_id}"): Row(STUDIO),
    ("POST", "/terms_profiles/{terms_profile_id}/versions"): Row(
        STUDIO, 201, Role.UPLOADER, {"changes": {"TERM": {"training_access_months": 36}}}
    ),
    ("GET", "/agreements"): Row(STUDIO),
    ("POST", "/agreements"): Row(STUDIO, 201, Role.UPLOADER, {"terms_profile_id": "{terms_profile_id}"}),
    ("GET", "/agreements/{agreement_id}"): Row(STUDIO),
    ("GET", "/agreements/{agreement_id}/document.pdf"): Row(STUDIO),
    ("GET", "/verify/documents/{sha256}"): Row(None, 404),
    ("GET", "/orders/{order_id}/licence.pdf"): Row(BUYER, 409),
    ("GET", "/licences/{licence_id}/certificate.pdf"): Row(BUYER),
    ("POST", "/agreements/{agreement_id}/amendments"): Row(
        STUDIO, 409, Role.UPLOADER, {"clause": "AUDIT", "parameters": {"per_year": 2}}
    ),
    ("POST", "/agreements/{agreement_id}/submit"): Row(STUDIO, 409, Role.UPLOADER, {}),
    ("POST", "/agreements/{agreement_id}/recall"): Row(STUDIO, 200, Role.UPLOADER, {}),
    ("POST", "/agreements/{agreement_id}/sign"): Row(STUDIO, 409, Role.MANAGER, {"name": "A. Creator"}),
    ("POST", "/agreements/{agreement_id}/end"): Row(STUDIO, 409, Role.UPLOADER, {}),
    ("POST", "/agreements/{agreement_id}/counter/accept"): Row(STUDIO, 409, Role.UPLOADER, {}),
    ("GET", "/reason_codes"): Row(None),
    ("GET", "/desk/reason_codes"): Row(DESK, 200, Role.FINANCE),
    ("POST", "/desk/reason_codes"): Row(
        DESK, 201, Role.AUDITOR, {"code": "F01", "fix": {"en": "Trim it.", "fr": "Coupez."}}
    ),
    ("POST", "/desk/reason_codes/{code}/versions/{version}/publish"): Row(DESK, 404, Role.AUDITOR, {}),
    ("POST", "/desk/reason_codes/{code}/versions/{version}/withdraw"): Row(DESK, 404, Role.AUDITOR, {}),
    ("GET", "/desk/templates"): Row(DESK, 200, Role.FINANCE),
    ("GET", "/desk/templates/{template_version}"): Row(DESK, 200, Role.FINANCE),
    ("GET", "/desk/audit"): Row(DESK, 200, Role.CONTRACT),
    ("GET", "/desk/audit/verify"): Row(DESK, 200, Role.CONTRACT),
    ("GET", "/desk/audit/export"): Row(DESK, 200, Role.CONTRACT),
    ("GET", "/desk/policies"): Row(DESK, 200, Role.FINANCE),
    ("POST", "/desk/policies"): Row(DESK, 201, Role.CONTRACT, {"fallback_people": 1}),
    ("POST", "/desk/policies/{version}/publish"): Row(DESK, 404, Role.CONTRACT, {}),
    ("POST", "/desk/policies/{version}/withdraw"): Row(DESK, 404, Role.CONTRACT, {}),
    ("POST", "/desk/policies/dry_run"): Row(DESK, 200, Role.FINANCE, {"custom_people": 2}),
    ("GET", "/desk/quality"): Row(DESK, 200, Role.FINANCE),
    ("POST", "/desk/quality/{quality_review_id}/answer"): Row(DESK, 404, Role.AUDITOR, {"outcome": "agree"}),
    ("GET", "/desk/queues"): Row(DESK, 200, Role.FINANCE),
    ("GET", "/desk/queues/{queue}"): Row(DESK, 200, Role.FINANCE),
    ("POST", "/desk/queues/{queue}/next"): Row(DESK, 200, Role.AUDITOR, {}),
    ("POST", "/desk/decisions/{decision_id}/undo"): Row(DESK, 200, Role.AUDITOR, {}),
    ("POST", "/desk/cases/{case_id}/heartbeat"): Row(DESK, 409, Role.AUDITOR, {}),
    ("POST", "/desk/cases/{case_id}/release"): Row(DESK, 409, Role.AUDITOR, {}),
    ("POST", "/desk/cases/{case_id}/snooze"): Row(DESK, 422, Role.AUDITOR, {"until": "2026-01-01T00:00:00Z"}),
    ("DELETE", "/desk/cases/{case_id}/snooze"): Row(DESK, 200, Role.AUDITOR),
    ("POST", "/desk/cases/{case_id}/notes"): Row(DESK, 201, Role.AUDITOR, {"text": "Ask finance."}),
    ("GET", "/desk/cases/{case_id}/effect"): Row(DESK, 200, Role.FINANCE),
    ("GET", "/desk/cases"): Row(DESK, 200, Role.FINANCE),
    ("GET", "/desk/cases/{case_id}"): Row(DESK, 200, Role.FINANCE),
    ("POST", "/desk/cases/{case_id}/claim"): Row(DESK, 200, Role.AUDITOR, {}),
    ("POST", "/desk/cases/{case_id}/decide"): Row(DESK, 409, Role.AUDITOR, {"decision": "approve", "version": 1}),
    ("GET", "/desk/ownership_cases"): Row(DESK, 200, Role.FINANCE),
    ("GET", "/desk/ownership_cases/{ownership_case_id}"): Row(DESK, 200, Role.FINANCE),
    ("POST", "/desk/ownership_cases/{ownership_case_id}/settle"): Row(
        DESK, 200, Role.AUDITOR, {"outcome": "keep_both", "note": "They filmed it together."}
    ),
    # Prices and needs
    ("POST", "/estimates"): Row(
        None, 200, body={"duration_ms": 60_000, "width": 1920, "height": 1080, "frame_rate": "25/1"}
    ),
    ("GET", "/rate_cards/current"): Row(None),
    ("GET", "/desk/rate_cards"): Row(DESK, 200, Role.FOOTAGE),
    ("POST", "/desk/rate_cards"): Row(DESK, 201, Role.AUDITOR, {"card": CARD, "valid_from": "2100-01-01T00:00:00Z"}),
    ("GET", "/desk/rate_cards/{card_version}"): Row(DESK, 200, Role.FOOTAGE),
    ("POST", "/desk/rate_cards/{card_version}/simulate"): Row(DESK, 200, Role.FOOTAGE, {}),
    ("POST", "/desk/rate_cards/{card_version}/submit"): Row(DESK, 404, Role.AUDITOR, {}),
    ("POST", "/desk/rate_cards/{card_version}/publish"): Row(DESK, 404, Role.AUDITOR, {}),
    ("POST", "/desk/rate_cards/{card_version}/return"): Row(DESK, 404, Role.AUDITOR, {"note": "Too low."}),
    ("GET", "/use_cases"): Row(BUYER),
    ("POST", "/use_cases"): Row(BUYER, 201, Role.VIEWER, {"name": "More", "preset": "research"}),
    ("GET", "/use_cases/{use_case_id}"): Row(BUYER),
    ("POST", "/use_cases/{use_case_id}/versions"): Row(BUYER, 201, Role.VIEWER, {"preset": "research"}),
    ("POST", "/use_cases/{use_case_id}/request_approval"): Row(BUYER, 200, Role.VIEWER, {}),
    ("POST", "/use_cases/{use_case_id}/decide"): Row(BUYER, 409, Role.ENGINEER, {"decision": "approve", "version": 1}),
    ("GET", "/use_cases/{use_case_id}/coverage"): Row(BUYER),
    # Buying
    ("GET", "/search"): Row(BUYER),
    ("POST", "/search"): Row(BUYER, 200, body={"query": ""}),
    ("POST", "/search/explain"): Row(BUYER, 200, body={"query": "", "use_case_id": "{use_case_id}"}),
    ("GET", "/catalog/clips/{clip_id}"): Row(BUYER),
    ("GET", "/catalog/clips/{clip_id}/terms_check"): Row(BUYER, 422),
    ("GET", "/quotes"): Row(BUYER),
    ("POST", "/quotes"): Row(BUYER, 201, Role.VIEWER, {"use_case_id": "{use_case_id}", "clip_ids": ["{clip_id}"]}),
    ("GET", "/quotes/{quote_id}"): Row(BUYER),
    ("GET", "/quotes/{quote_id}/summary"): Row(BUYER),
    ("GET", "/quotes/{quote_id}/items"): Row(BUYER),
    ("POST", "/quotes/{quote_id}/accept"): Row(BUYER, 201, Role.ENGINEER, {"conditions": []}),
    ("GET", "/orders"): Row(BUYER),
    ("GET", "/orders/{order_id}"): Row(BUYER),
    ("POST", "/orders/{order_id}/pay"): Row(BUYER, 200, Role.ENGINEER, {}),
    ("GET", "/licences"): Row(BUYER),
    ("GET", "/licences/{licence_id}"): Row(BUYER),
    # Taking back
    ("GET", "/clips/{clip_id}/withdraw/effect"): Row(STUDIO, 200, Role.UPLOADER),
    ("GET", "/withdrawals"): Row(STUDIO, 200, Role.ACCOUNTANT),
    ("GET", "/withdrawals/{withdrawal_id}"): Row(STUDIO, 200, Role.ACCOUNTANT),
    ("GET", "/takedown_notices"): Row(BUYER),
    ("GET", "/takedown_notices/{notice_id}"): Row(BUYER),
    ("POST", "/takedown_notices/{notice_id}/attest"): Row(BUYER, 200, Role.PROCUREMENT, ATTESTATION),
    ("GET", "/datasets/{dataset_id}/changes"): Row(BUYER),
    ("GET", "/orders/{order_id}/compliance"): Row(BUYER, 409),
    ("GET", "/compliance/eu_summary"): Row(BUYER),
    ("POST", "/takedowns"): Row(None, 422, body={"kind": "rights", "about": "It", "name": "V", "email": "nobody"}),
    ("GET", "/takedowns/{ref}"): Row(None),
    ("GET", "/desk/takedowns"): Row(DESK, 200, Role.FINANCE),
    ("GET", "/desk/takedowns/{claim_id}"): Row(DESK, 200, Role.FINANCE),
    ("POST", "/desk/takedowns/{claim_id}/decide"): Row(DESK, 200, Role.AUDITOR, {"uphold": False, "note": "No."}),
    ("GET", "/desk/takedown_notices"): Row(DESK, 200, Role.FINANCE),
    # Delivery
    ("GET", "/datasets"): Row(BUYER),
    ("GET", "/datasets/{dataset_id}"): Row(BUYER),
    ("GET", "/datasets/{dataset_id}/files"): Row(BUYER),
    ("GET", "/datasets/{dataset_id}/progress"): Row(BUYER),
    ("POST", "/datasets/{dataset_id}/files/links"): Row(BUYER, 200, body={"names": ["README.md"]}),
    ("POST", "/datasets/{dataset_id}/verify_report"): Row(
        BUYER, 409, body={"ok": True, "files": 1, "bytes": 1, "bad_files": []}
    ),
    ("GET", "/verify/{code}"): Row(None),
    ("POST", "/verify"): Row(None, 422, body={"certificate": "not one"}),
    ("GET", "/verify/{code}/proof"): Row(None),
    ("GET", "/log/head"): Row(None),
    ("GET", "/log/entries"): Row(None),
    ("GET", "/log/proof/inclusion"): Row(None, 422),
    ("GET", "/log/proof/consistency"): Row(None, 422),
    ("GET", "/log/absence/{clip_id}"): Row(None),
    # Money
    ("GET", "/earnings"): Row(STUDIO, 200, Role.UPLOADER),
    ("GET", "/ledger"): Row(STUDIO, 200, Role.UPLOADER),
}
