"""Gathering what a paid order delivers: its licences, clips, sources and terms, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.conf import settings

from core.ids import Prefix, public_id
from core.timecode import ratio_text
from licensing.domain.matching import Exclusivity, UseCase
from licensing.domain.signals.policy import LicenceFacts, RightsPolicy, delivered
from licensing.models import Declaration
from licensing.selectors.consent import people_of
from licensing.selectors.pricing import need_of
from licensing.selectors.terms import effective_values, profile_for
from marketplace.delivery.domain.certificate import LicensedClip, PriceFacts, UseCaseFacts
from marketplace.delivery.domain.deliverable import Deliverable, Delivery, Picture, Source, Words
from marketplace.delivery.domain.errors import DATASET_SOURCE_BROKEN
from marketplace.delivery.domain.folder import Grant
from marketplace.delivery.domain.rows import Audio, Camera, Color
from marketplace.orders.models import Licence, Order
from marketplace.orders.selectors.orders import licences_of
from media_ingest.domain.footage import Scan
from media_ingest.models import Asset, Clip
from media_ingest.services.coding import content_codes_of


def delivery_of(order: Order) -> Delivery:
    """Everything an order delivers, clips in key order. ``dataset_source_broken`` when it holds no licence."""
    licences = list(licences_of(order))
    if not licences:
        raise DATASET_SOURCE_BROKEN(
            "The order holds no licence, so there is nothing to deliver. Nothing was published."
        )
    quote = order.quote
    declared = _people_by_clip(licences)
    version = quote.use_case_version
    need = need_of(version)
    codes = content_codes_of(licence.clip.asset_id for licence in licences)
    clips = [
        _deliverable(licence, declared.get(licence.clip_id), rights_of(licence, need), codes.get(licence.clip.asset_id))
        for licence in licences
    ]
    return Delivery(
        order=order.public_id,
        licensee=public_id(Prefix.ORGANISATION, order.organisation_id),
        licensee_name=order.organisation.name,
        rate_card=quote.rate_card_version,
        use_case=UseCaseFacts(
            id=public_id(Prefix.USE_CASE, version.use_case_id), version=version.number, sha256=version.sha256
        ),
        grant=_grant(version.values, quote.term_months, licences[0]),
        price=PriceFacts(
            creators=quote.creators.amount,
            service_fee=quote.service_fee.amount,
            total=quote.total.amount,
            currency=quote.currency,
        ),
        clips=tuple(sorted(clips, key=lambda clip: clip.key)),
    )


def _people_by_clip(licences: list[Licence]) -> dict[Any, str]:
    """How recognisable people are in each clip, as it was sold: by those listed, where anybody is."""
    rows = Declaration.objects.filter(clip_id__in=[licence.clip_id for licence in licences])
    return {row.clip_id: str(people_of(row)) for row in rows}


def _grant(values: Mapping[str, Any], term_months: int, licence: Licence) -> Grant:
    """What the buyer asked for and every licence of the order grants."""
    return Grant(
        field_of_use=tuple(values["purposes"]),
        model_class=tuple(values["model_classes"]),
        territory=_territory(values["territory"]),
        term_months=term_months,
        starts=licence.starts_at.date().isoformat(),
        ends=licence.ends_at.date().isoformat(),
        exclusivity=_exclusivity(values["exclusivity"], licence),
        sublicense=values["sublicense"],
    )


def _exclusivity(asked: str, licence: Licence) -> str:
    """How exclusive the grant is: within one category where that was asked, though it is priced as all AI training."""
    return asked if asked == Exclusivity.CATEGORY else licence.exclusivity


def _territory(territory: Mapping[str, list[str] | None]) -> str:
    allowed, denied = territory["allow"], territory["deny"]
    text = "worldwide" if allowed is None else " ".join(allowed)
    return f"{text} except {' '.join(denied)}" if denied else text


def rights_of(licence: Licence, need: UseCase) -> RightsPolicy:
    """What the signals of a licence's copy say: its terms, its parties, its days, and the use it is for."""
    site, terms = settings.OFFCUT.public_url, licence.line.terms_profile_version
    evaluation = effective_values(terms)["EVAL_ONLY"]
    window = evaluation["window_days"] if evaluation["enabled"] else None
    return delivered(
        site=site,
        target=f"{site}/market/clips/{licence.clip.public_id}",
        licensor=f"{site}/orgs/{public_id(Prefix.ORGANISATION, licence.licensor_id)}",
        profile=profile_for(terms),
        licence=LicenceFacts(
            id=licence.public_id,
            url=f"{site}/licences/{licence.public_id}",
            licensee=f"{site}/orgs/{public_id(Prefix.ORGANISATION, licence.licensee_id)}",
            starts=licence.starts_at.date(),
            ends=licence.ends_at.date(),
            use_case=need,
            window_days=window if isinstance(window, int) else None,
        ),
    )


def _deliverable(licence: Licence, people: str | None, rights: RightsPolicy, iscc: str | None) -> Deliverable:
    line, clip = licence.line, licence.clip
    asset, terms = clip.asset, line.terms_profile_version
    return Deliverable(
        licensed=LicensedClip(
            licence=licence.public_id,
            clip=clip.public_id,
            terms=public_id(Prefix.TERMS, terms.profile_id),
            terms_version=terms.number,
            agreement=public_id(Prefix.AGREEMENT, line.agreement_id),
            agreement_sha256=line.agreement_sha256,
            iscc=iscc,
        ),
        licensor=public_id(Prefix.ORGANISATION, licence.licensor_id),
        price=line.amount.amount,
        currency=line.currency,
        start_ms=line.start_ms,
        end_ms=line.end_ms,
        start_ticks=clip.start_ticks,
        end_ticks=clip.end_ticks,
        time_base=Fraction(asset.time_base_num or 1, asset.time_base_den or 1000),
        source=Source(
            sha256=line.asset_sha256,
            storage_key=asset.storage_key,
            size_bytes=asset.size_bytes,
            duration_ms=asset.duration_ms or 0,
        ),
        picture=_picture(asset),
        words=_words(clip, people),
        rights=rights,
    )


def _words(clip: Clip, people: str | None) -> Words:
    return Words(
        title=clip.title,
        description=clip.description,
        tags=tuple(clip.tags),
        language=clip.language or None,
        people=people,
    )


def _picture(asset: Asset) -> Picture:
    return Picture(
        width=asset.width or 0,
        height=asset.height or 0,
        frame_rate=ratio_text(Fraction(asset.frame_rate_num or 0, asset.frame_rate_den or 1)),
        video_codec=asset.video_codec,
        pixel_format=asset.pixel_format or None,
        bit_depth=asset.bit_depth,
        color=Color(
            primaries=asset.color_primaries or None,
            transfer=asset.color_transfer or None,
            matrix=asset.color_matrix or None,
            range=asset.color_range or None,
            hdr=asset.hdr or None,
        ),
        audio=_audio(asset),
        camera=_camera(asset),
        capture_date=_date(asset.recorded_at),
        interlaced=asset.scan == Scan.INTERLACED,
    )


def _audio(asset: Asset) -> Audio | None:
    if not asset.has_audio:
        return None
    return Audio(codec=asset.audio_codec or None, channels=asset.audio_channels, rate=asset.audio_rate)


def _camera(asset: Asset) -> Camera | None:
    if not (asset.camera_make or asset.camera_model):
        return None
    return Camera(make=asset.camera_make or None, model=asset.camera_model or None)


def _date(moment: datetime | None) -> str | None:
    return None if moment is None else moment.date().isoformat()
