"""Paths of the marketplace's API, below ``/api/v1/``."""

from __future__ import annotations

from django.urls import include, path

from marketplace.api.audit_export import AuditExport
from marketplace.api.bundles import QuoteSummary
from marketplace.api.catalog import CatalogClip
from marketplace.api.desk import CaseEffect
from marketplace.api.earnings import Earnings, LedgerLines
from marketplace.api.licence_documents import LicencePdf, OrderLicencePdf
from marketplace.api.licences import LicenceCollection, LicenceDetail
from marketplace.api.listings import (
    ListingCollection,
    ListingDetail,
    ListingPause,
    ListingResume,
)
from marketplace.api.orders import OrderCollection, OrderDetail, OrderPay
from marketplace.api.quotes import QuoteAccept, QuoteCollection, QuoteDetail, QuoteItems
from marketplace.api.search import Search, SearchExplain, UseCaseCoverage
from marketplace.api.terms_check import ClipTermsCheck

urlpatterns = [
    path("listings", ListingCollection.as_view()),
    path("clips/<str:clip_id>/listing", ListingDetail.as_view()),
    path("clips/<str:clip_id>/pause", ListingPause.as_view()),
    path("clips/<str:clip_id>/resume", ListingResume.as_view()),
    path("search", Search.as_view()),
    path("search/explain", SearchExplain.as_view()),
    path("use_cases/<str:use_case_id>/coverage", UseCaseCoverage.as_view()),
    path("catalog/clips/<str:clip_id>", CatalogClip.as_view()),
    path("catalog/clips/<str:clip_id>/terms_check", ClipTermsCheck.as_view()),
    path("desk/audit/export", AuditExport.as_view()),
    path("desk/cases/<str:case_id>/effect", CaseEffect.as_view()),
    path("quotes", QuoteCollection.as_view()),
    path("quotes/<str:quote_id>", QuoteDetail.as_view()),
    path("quotes/<str:quote_id>/summary", QuoteSummary.as_view()),
    path("quotes/<str:quote_id>/items", QuoteItems.as_view()),
    path("quotes/<str:quote_id>/accept", QuoteAccept.as_view()),
    path("orders", OrderCollection.as_view()),
    path("orders/<str:order_id>", OrderDetail.as_view()),
    path("orders/<str:order_id>/pay", OrderPay.as_view()),
    path("orders/<str:order_id>/licence.pdf", OrderLicencePdf.as_view()),
    path("licences/<str:licence_id>/certificate.pdf", LicencePdf.as_view()),
    path("licences", LicenceCollection.as_view()),
    path("licences/<str:licence_id>", LicenceDetail.as_view()),
    path("earnings", Earnings.as_view()),
    path("ledger", LedgerLines.as_view()),
    path("", include("marketplace.api.delivery_urls")),
    path("", include("marketplace.api.withdrawal_urls")),
]
