"""Paths of withdrawals, takedown notices, claims and compliance papers, below ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from marketplace.api import changes, claims, compliance, withdrawals

urlpatterns = [
    path("clips/<str:clip_id>/withdraw", withdrawals.ClipWithdraw.as_view()),
    path("clips/<str:clip_id>/withdraw/effect", withdrawals.ClipWithdrawalEffect.as_view()),
    path("withdrawals", withdrawals.WithdrawalCollection.as_view()),
    path("withdrawals/<str:withdrawal_id>", withdrawals.WithdrawalDetail.as_view()),
    path("takedown_notices", withdrawals.NoticeCollection.as_view()),
    path("takedown_notices/<str:notice_id>", withdrawals.NoticeDetail.as_view()),
    path("takedown_notices/<str:notice_id>/attest", withdrawals.NoticeAttest.as_view()),
    path("datasets/<str:dataset_id>/changes", changes.DatasetChanges.as_view()),
    path("orders/<str:order_id>/compliance", compliance.OrderCompliance.as_view()),
    path("compliance/eu_summary", compliance.EuSummary.as_view()),
    path("takedowns", claims.ClaimFile.as_view()),
    path("takedowns/<str:ref>", claims.ClaimFollow.as_view()),
    path("desk/takedowns", claims.DeskClaimCollection.as_view()),
    path("desk/takedowns/<str:claim_id>", claims.DeskClaimDetail.as_view()),
    path("desk/takedowns/<str:claim_id>/decide", claims.DeskClaimDecide.as_view()),
    path("desk/takedown_notices", withdrawals.OverdueNotices.as_view()),
]
