"""Paths of datasets and certificates; `site_patterns` belong to the root of the site, not under `/api/v1`."""

from __future__ import annotations

from django.urls import path

from marketplace.api import datasets, files, verify

urlpatterns = [
    path("datasets", datasets.DatasetList.as_view(), name="datasets"),
    path("datasets/<str:dataset_id>", datasets.DatasetDetail.as_view(), name="dataset"),
    path("datasets/<str:dataset_id>/progress", datasets.DatasetProgress.as_view(), name="dataset-progress"),
    path("datasets/<str:dataset_id>/files", datasets.DatasetFiles.as_view(), name="dataset-files"),
    path("datasets/<str:dataset_id>/files/links", datasets.DatasetLinks.as_view(), name="dataset-links"),
    path("datasets/<str:dataset_id>/verify_report", datasets.DatasetReport.as_view(), name="dataset-report"),
    path("files/<str:token>/<path:name>", files.FileDownload.as_view(), name="file"),
    path("verify/<str:code>", verify.CertificateCheck.as_view(), name="verify"),
]

site_patterns = [path(".well-known/jwks.json", verify.KeySet.as_view(), name="jwks")]
