"""Every path of the installation."""

from __future__ import annotations

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path("api/v1/docs", SpectacularSwaggerView.as_view(url_name="openapi"), name="api-docs"),
    path("api/v1/", include("core.api.urls")),
    path("admin/", admin.site.urls),
]
for module in ("media_ingest.api.urls", "licensing.api.urls", "marketplace.api.urls"):
    if find_spec(module) and "coresettings" not in __import__("os").environ["DJANGO_SETTINGS_MODULE"]:
        urlpatterns.append(path("api/v1/", include(module)))
