"""Paths of the licensing floor, below `/api/v1/`; `site_patterns` belong to the root of the site."""

from __future__ import annotations

from django.urls import include, path

from licensing.api import agreements, clauses, desk, desk_queues, desk_templates, documents, terms

urlpatterns = [
    path("clauses", clauses.ClauseCollection.as_view()),
    path("clauses/<str:code>", clauses.ClauseDetail.as_view()),
    path("terms_profiles", terms.TermsCollection.as_view()),
    path("terms_profiles/<str:terms_profile_id>", terms.TermsDetail.as_view()),
    path("terms_profiles/<str:terms_profile_id>/versions", terms.TermsVersions.as_view()),
    path("agreements", agreements.AgreementCollection.as_view()),
    path("agreements/<str:agreement_id>", agreements.AgreementDetail.as_view()),
    path("agreements/<str:agreement_id>/document.pdf", documents.AgreementPdf.as_view()),
    path("agreements/<str:agreement_id>/amendments", agreements.AgreementAmendments.as_view()),
    path("agreements/<str:agreement_id>/submit", agreements.AgreementSubmit.as_view()),
    path("agreements/<str:agreement_id>/recall", agreements.AgreementRecall.as_view()),
    path("agreements/<str:agreement_id>/sign", agreements.AgreementSign.as_view()),
    path("agreements/<str:agreement_id>/end", agreements.AgreementEnd.as_view()),
    path("agreements/<str:agreement_id>/counter/accept", agreements.AgreementCounterAccept.as_view()),
    path("desk/queues", desk_queues.QueueCollection.as_view()),
    path("desk/queues/<str:queue>", desk_queues.QueueDetail.as_view()),
    path("desk/queues/<str:queue>/next", desk_queues.QueueNext.as_view()),
    path("desk/decisions/<str:decision_id>/undo", desk.DecisionUndo.as_view()),
    path("desk/cases", desk.CaseCollection.as_view()),
    path("desk/cases/<str:case_id>", desk.CaseDetail.as_view()),
    path("desk/cases/<str:case_id>/claim", desk.CaseClaim.as_view()),
    path("desk/cases/<str:case_id>/heartbeat", desk.CaseHeartbeat.as_view()),
    path("desk/cases/<str:case_id>/release", desk.CaseRelease.as_view()),
    path("desk/cases/<str:case_id>/snooze", desk_queues.CaseSnooze.as_view()),
    path("desk/cases/<str:case_id>/notes", desk.CaseNotes.as_view()),
    path("desk/cases/<str:case_id>/decide", desk.CaseDecide.as_view()),
    path("desk/templates", desk_templates.DeskTemplates.as_view()),
    path("desk/templates/<int:template_version>", desk_templates.DeskTemplateDetail.as_view()),
    path("verify/documents/<str:sha256>", documents.DocumentCheck.as_view()),
    path("", include("licensing.api.urls_consent")),
    path("", include("licensing.api.urls_pricing")),
]

site_patterns = [path(".well-known/document-certificates.pem", documents.SealCertificates.as_view())]
