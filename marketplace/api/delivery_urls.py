"""Paths of datasets, certificates and the log; `site_patterns` belong to the root of the site, not under `/api/v1`."""

from __future__ import annotations

from django.urls import path

from marketplace.api import datasets, files, transparency, verify

urlpatterns = [
    path("datasets", datasets.DatasetList.as_view(), name="datasets"),
    path("datasets/<str:dataset_id>", datasets.DatasetDetail.as_view(), name="dataset"),
    path("datasets/<str:dataset_id>/progress", datasets.DatasetProgress.as_view(), name="dataset-progress"),
    path("datasets/<str:dataset_id>/files", datasets.DatasetFiles.as_view(), name="dataset-files"),
    path("datasets/<str:dataset_id>/files/links", datasets.DatasetLinks.as_view(), name="dataset-links"),
    path("datasets/<str:dataset_id>/verify_report", datasets.DatasetReport.as_view(), name="dataset-report"),
    path("files/<str:token>/<path:name>", files.FileDownload.as_view(), name="file"),
    path("verify", verify.CertificateText.as_view(), name="verify-text"),
    path("verify/<str:code>", verify.CertificateCheck.as_view(), name="verify"),
    path("verify/<str:code>/proof", verify.CertificateProof.as_view(), name="verify-proof"),
    path("log/head", transparency.Head.as_view(), name="log-head"),
    path("log/entries", transparency.Entries.as_view(), name="log-entries"),
    path("log/proof/inclusion", transparency.InclusionProof.as_view(), name="log-inclusion"),
    path("log/proof/consistency", transparency.ConsistencyProof.as_view(), name="log-consistency"),
    path("log/absence/<str:clip_id>", transparency.AbsenceProof.as_view(), name="log-absence"),
]

site_patterns = [path(".well-known/jwks.json", verify.KeySet.as_view(), name="jwks")]
