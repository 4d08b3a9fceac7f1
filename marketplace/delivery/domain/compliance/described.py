"""Where the fields of the dataset's own descriptions come from: Croissant and the Hugging Face card."""

from __future__ import annotations

from typing import Final

from marketplace.delivery.domain.compliance.fields import BY_NATURE

CROISSANT_SOURCES: Final = {
    "@type": BY_NATURE,
    "conformsTo": BY_NATURE,
    "name": "marketplace_dataset.id",
    "description": "marketplace_quoteline.duration_ms, marketplace_licence, marketplace_order.id",
    "url": "marketplace_dataset.id",
    "license": "marketplace_certificate.code",
    "usageInfo": "licensing_usecaseversion.values, marketplace_licence.ends_at",
    "creator": "marketplace_licence.licensor_id",
    "publisher": "settings.public_url",
    "datePublished": "marketplace_dataset.issued_at",
    "version": "marketplace_dataset.version",
    "citeAs": "marketplace_dataset.id",
    "distribution": "marketplace_datasetfile.sha256",
    "recordSet": BY_NATURE,
}
"""Every field of croissant.json but its context and the responsible-AI fields."""

CARD_SOURCES: Final = {
    "pretty_name": "marketplace_dataset.id",
    "license": BY_NATURE,
    "license_name": BY_NATURE,
    "license_link": "marketplace_certificate.code",
    "task_categories": BY_NATURE,
    "tags": BY_NATURE,
    "size_categories": "marketplace_licence",
    "configs": "marketplace_datasetfile.path",
    "extra_gated_prompt": BY_NATURE,
    "extra_gated_fields": BY_NATURE,
}
"""Every field at the head of README.md."""
