"""Data & Trust Alliance, Data Provenance Standards 1.0.0: the blocks source, provenance and use.

The standard has no word for "not known"; where it demands a value that no row has, the value says `unknown`.
"""

from __future__ import annotations

from typing import Any, Final

from marketplace.delivery.domain.compliance.california import personal_information
from marketplace.delivery.domain.compliance.eu import modalities
from marketplace.delivery.domain.compliance.facts import Facts
from marketplace.delivery.domain.compliance.fields import NOWHERE

VERSION: Final = "1.0.0"

SOURCES: Final = {
    "source.title": "marketplace_dataset.id",
    "source.id": "marketplace_dataset.id",
    "source.location": "marketplace_dataset.id",
    "source.issuer": "settings.public_url",
    "source.description": "marketplace_quoteline.duration_ms",
    "provenance.source": "marketplace_dataset.id",
    "provenance.origin": "marketplace_licence.licensor_id",
    "provenance.origin-geography": NOWHERE,
    "provenance.date": "marketplace_dataset.issued_at",
    "provenance.generation-period": "media_ingest_asset.recorded_at",
    "provenance.generation-method": "by the nature of the service",
    "provenance.format": "media_ingest_asset.has_audio",
    "use.classification": "licensing_declaration.settled_people, licensing_declaration.people",
    "use.consents": "licensing_agreement.id",
    "use.processing-included": "licensing_usecaseversion.values.territory",
    "use.storage-allowed": "licensing_usecaseversion.values.storage",
    "use.license": "marketplace_certificate.code",
    "use.intended-purpose": "licensing_usecaseversion.values.purposes",
    "use.copyright": "marketplace_licence.licensor_id",
}
"""Which column each element comes from; shown in the reference of sources."""


def provenance_json(
    facts: Facts, *, name: str, dataset: str, url: str, licence_url: str, description: str, issued: str
) -> dict[str, Any]:
    """The provenance metadata of one dataset. Days are ISO dates."""
    people = personal_information(facts)
    use: dict[str, Any] = {
        "classification": []
        if people is None
        else [{"regulation": {"code": "PI", "description": "Personal information"}, "evaluated": people}],
        "consents": [f"{url}#agreements"],
        "privacy-enhancing": [],
        "processing-included": _countries(facts.territories),
        "storage-allowed": _countries(facts.storage),
        "license": [licence_url],
        "intended-purpose": [{"code": purpose, "description": f"AI: {purpose}"} for purpose in facts.purposes],
        "copyright": [f"{party.name} ({party.id})" for party in facts.licensors],
    }
    period = {"start": facts.recorded.first, "end": facts.recorded.last}
    return {
        "source": {
            "version": VERSION,
            "title": name,
            "id": dataset,
            "location": url,
            "issuer": [{"name": facts.platform, "address": [facts.site]}],
            "description": description,
        },
        "provenance": {
            "source": f"{url}#manifest",
            "origin": [{"name": f"{party.name} ({party.id})"} for party in facts.licensors],
            "origin-geography": [{"country": "unknown"}],
            "date": issued,
            **({"generation-period": period} if facts.recorded.first is not None else {}),
            "generation-method": [
                {"code": "filmed", "description": "Filmed by the rightsholder and uploaded; cut to the licensed span."}
            ],
            "format": list(modalities(facts)),
        },
        "use": use,
    }


def _countries(texts: tuple[str, ...]) -> list[dict[str, str]]:
    """Territories as countries; `worldwide` and exceptions stay as the grant words them."""
    return [{"country": text} for text in texts]
