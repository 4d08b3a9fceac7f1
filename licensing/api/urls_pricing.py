"""Paths of prices, use cases and declarations, below `/api/v1/`."""

from __future__ import annotations

from django.urls import include, path

from licensing.api.declarations import ClipDeclaration
from licensing.api.estimates import Estimates
from licensing.api.rate_cards import CurrentRateCard
from licensing.api.societies import CollectingSocieties
from licensing.api.use_cases import (
    UseCaseApprovalRequest,
    UseCaseCollection,
    UseCaseDecide,
    UseCaseDetail,
    UseCaseVersions,
)

urlpatterns = [
    path("estimates", Estimates.as_view()),
    path("rate_cards/current", CurrentRateCard.as_view()),
    path("use_cases", UseCaseCollection.as_view()),
    path("use_cases/<str:use_case_id>", UseCaseDetail.as_view()),
    path("use_cases/<str:use_case_id>/versions", UseCaseVersions.as_view()),
    path("use_cases/<str:use_case_id>/request_approval", UseCaseApprovalRequest.as_view()),
    path("use_cases/<str:use_case_id>/decide", UseCaseDecide.as_view()),
    path("collecting_societies", CollectingSocieties.as_view()),
    path("clips/<str:clip_id>/declaration", ClipDeclaration.as_view()),
    path("", include("licensing.api.urls_publishing")),
]
