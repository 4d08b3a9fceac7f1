"""The responsible-AI fields of Croissant (RAI 1.0), from the same facts; what no row says is said to be unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from marketplace.delivery.domain.compliance.california import personal_information
from marketplace.delivery.domain.compliance.facts import Facts
from marketplace.delivery.domain.compliance.fields import BY_NATURE, NOWHERE, UNKNOWN

SOURCES: Final = {
    "rai:dataCollection": BY_NATURE,
    "rai:dataCollectionType": BY_NATURE,
    "rai:dataCollectionTimeFrame": "media_ingest_asset.recorded_at",
    "rai:dataCollectionMissingData": "media_ingest_asset.recorded_at, media_ingest_clip.language",
    "rai:dataUseCases": "licensing_usecaseversion.values.purposes",
    "rai:dataBiases": "licensing_declaration.genre, media_ingest_clip.language",
    "rai:dataLimitations": "licensing_termsprofileversion.values.WARRANTIES.given",
    "rai:dataSocialImpact": NOWHERE,
    "rai:personalSensitiveInformation": (
        "licensing_declaration.settled_people, licensing_declaration.people, licensing_declaration.minors"
    ),
    "rai:dataReleaseMaintenancePlan": BY_NATURE,
}
"""Which column each field comes from; shown in the reference of sources."""


def responsible(facts: Facts) -> dict[str, Any]:
    """The fields, ready to be part of a Croissant document."""
    recorded = facts.recorded
    frame = [] if recorded.first is None or recorded.last is None else [recorded.first, recorded.last]
    return {
        "rai:dataCollection": "Footage filmed and uploaded by its rightsholders, licensed clip by clip.",
        "rai:dataCollectionType": ["Direct measurement"],
        **({"rai:dataCollectionTimeFrame": frame} if frame else {}),
        "rai:dataCollectionMissingData": (
            f"Day of filming not recorded: {recorded.unknown} of {facts.clips} clips."
            f" Language not stated: {facts.unknown_language} of {facts.clips}."
        ),
        "rai:dataUseCases": list(facts.purposes),
        "rai:dataBiases": [
            (
                f"Genres, as declared: {_counts(facts.genres)}. Languages, as stated: {_counts(facts.languages)}."
                f" Other biases: {UNKNOWN.en}"
            )
        ],
        "rai:dataLimitations": [_limits(facts)],
        "rai:dataSocialImpact": UNKNOWN.en,
        "rai:personalSensitiveInformation": [_people(facts)],
        "rai:dataReleaseMaintenancePlan": (
            "Clips may be withdrawn. What was taken down since is listed at"
            f" {facts.site}/api/v1/datasets/{{id}}/changes; holders are given notice and attest removal."
        ),
    }


def _limits(facts: Facts) -> str:
    return (
        f"The creators of {facts.vouched_not_generated} of {facts.clips} clips warrant that nothing was generated, save"
        f" as declared; of {facts.vouched_no_third_party}, that nothing of third parties is in them."
    )


def _people(facts: Facts) -> str:
    told = {True: "People can be recognised.", False: "Nobody can be recognised.", None: "Not declared for every clip."}
    words = told[personal_information(facts)]
    return f"{words} As declared: {_counts(facts.people)}; clips that show minors: {facts.minors}."


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none stated"
