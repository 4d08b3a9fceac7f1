"""Paths of clause versions, rate cards, reason codes and the desk's policy and sample, below `/api/v1/`."""

from __future__ import annotations

from django.urls import path

from licensing.api import clauses, desk_clauses, desk_policies, desk_quality, desk_rate_cards, desk_reasons

urlpatterns = [
    path("clauses/<str:slug>/versions/<int:version>", clauses.ClauseVersionDetail.as_view()),
    path("clauses/<str:slug>/diff", clauses.ClauseDiff.as_view()),
    path("desk/clauses", desk_clauses.DeskClauses.as_view()),
    path("desk/clauses/<str:code>/versions/<int:version>", desk_clauses.DeskClauseDetail.as_view()),
    path("desk/clauses/<str:code>/versions/<int:version>/submit", desk_clauses.DeskClauseSubmit.as_view()),
    path("desk/clauses/<str:code>/versions/<int:version>/approve", desk_clauses.DeskClauseApprove.as_view()),
    path("desk/clauses/<str:code>/versions/<int:version>/return", desk_clauses.DeskClauseReturn.as_view()),
    path("desk/clauses/<str:code>/versions/<int:version>/retire", desk_clauses.DeskClauseRetire.as_view()),
    path("reason_codes", desk_reasons.ReasonCodes.as_view()),
    path("desk/reason_codes", desk_reasons.DeskReasonCodes.as_view()),
    path("desk/reason_codes/<str:code>/versions/<int:version>/publish", desk_reasons.DeskReasonPublish.as_view()),
    path("desk/reason_codes/<str:code>/versions/<int:version>/withdraw", desk_reasons.DeskReasonWithdraw.as_view()),
    path("desk/policies", desk_policies.DeskPolicies.as_view()),
    path("desk/policies/dry_run", desk_policies.DeskPolicyDryRun.as_view()),
    path("desk/policies/<int:version>/publish", desk_policies.DeskPolicyPublish.as_view()),
    path("desk/policies/<int:version>/withdraw", desk_policies.DeskPolicyWithdraw.as_view()),
    path("desk/quality", desk_quality.QualityCollection.as_view()),
    path("desk/quality/<str:quality_review_id>/answer", desk_quality.QualityAnswer.as_view()),
    path("desk/rate_cards", desk_rate_cards.DeskRateCards.as_view()),
    path("desk/rate_cards/<str:card_version>", desk_rate_cards.DeskRateCardDetail.as_view()),
    path("desk/rate_cards/<str:card_version>/simulate", desk_rate_cards.DeskRateCardSimulate.as_view()),
    path("desk/rate_cards/<str:card_version>/submit", desk_rate_cards.DeskRateCardSubmit.as_view()),
    path("desk/rate_cards/<str:card_version>/publish", desk_rate_cards.DeskRateCardPublish.as_view()),
    path("desk/rate_cards/<str:card_version>/return", desk_rate_cards.DeskRateCardReturn.as_view()),
]
