"""Every path of the installation."""

from __future__ import annotations

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from licensing.api.urls import site_patterns as licensing_site_patterns
from marketplace.api import health
from marketplace.api.delivery_urls import site_patterns
from marketplace.api.rights_urls import site_patterns as rights_site_patterns
from marketplace.api.terms_preview import TermsPreview

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path("api/v1/docs", SpectacularSwaggerSplitView.as_view(url_name="openapi"), name="api-docs"),
    path("api/v1/", include("core.api.urls")),
    path("api/v1/", include("media_ingest.api.urls")),
    path("api/v1/terms_profiles/preview", TermsPreview.as_view()),
    path("api/v1/", include("licensing.api.urls")),
    *(path("api/v1/", include(name)) for name in ("marketplace.api.urls",) if find_spec(name)),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("admin/", admin.site.urls),
    *licensing_site_patterns,
    *site_patterns,
    *rights_site_patterns,
    *(path("", include(name)) for name in ("marketplace.web.urls",) if find_spec(name)),
]
handler403 = "marketplace.web.views.problems.forbidden"
handler404 = "marketplace.web.views.problems.not_found"
handler500 = "marketplace.web.views.problems.broken"
