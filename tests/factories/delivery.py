"""A paid order over real, small footage, as the floors below and the orders feature leave it."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from core.accounts.actions import OrganisationKind
from core.accounts.models import Organisation, User
from core.accounts.policy import Actor
from core.clock import now
from core.jobs.runner import run_due
from core.jobs.services import publish
from licensing.domain.catalogue import CATALOGUE
from licensing.domain.composition import compose
from licensing.domain.use_case_values import PRESETS, write_use_case
from licensing.models import Agreement, ContractVersion, TermsProfile, TermsProfileVersion, UseCase, UseCaseVersion
from marketplace.delivery.domain.topics import ORDER_PAID
from marketplace.orders.domain.states import OrderState, QuoteState
from marketplace.orders.models import Licence, Order, Quote, QuoteLine, Reservation
from media_ingest.models import Asset, Clip
from tests.factories.core import actor_as
from tests.factories.media_ingest import upload_of
from tests.media import made

PRICE_MINOR = 112
PLACE = "+64.1466-021.9426/"


@functools.cache
def rush(seed: int) -> bytes:
    """Film two seconds of real video whose file tells who and where; odd seeds are silent, each is different."""
    sound = seed % 2 == 0
    argv = ["-f", "lavfi", "-i", f"testsrc2=size=320x180:rate=25,hue=h={seed * 30}"]
    argv += ["-f", "lavfi", "-i", f"sine=frequency={300 + 50 * seed}:sample_rate=48000"] if sound else []
    argv += ["-t", "2", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "12"]
    argv += ["-c:a", "aac", "-b:a", "64k"] if sound else []
    argv += ["-metadata", "title=Do not tell", "-metadata", f"location={PLACE}"]
    with tempfile.TemporaryDirectory() as folder:
        return made(argv, Path(folder) / "rush.mp4").read_bytes()


def home(actor: Actor) -> UUID:
    """The actor's organisation."""
    assert actor.organisation_id is not None
    return actor.organisation_id


@dataclass(frozen=True)
class Sale:
    """A paid order and the people around it."""

    order: Order
    buyer: Actor
    studio: Actor
    clips: tuple[Clip, ...]


def clip_from(studio: Actor, content: bytes, name: str) -> Clip:
    """Bring a file in as a creator does, and have it probed and watched; it is one shot."""
    upload = upload_of(studio, content, name=name)
    upload.refresh_from_db()
    run_due(["media_ingest.probe", "media_ingest.watch"])
    asset = Asset.objects.get(uploads=upload)
    return Clip.objects.get(asset=asset)


def _agreement(studio: Actor) -> tuple[TermsProfileVersion, Agreement]:
    contract, _ = ContractVersion.objects.get_or_create(name="creator", version=1, defaults={"sha256": "00" * 32})
    profile = TermsProfile.objects.create(organisation_id=home(studio), name="Careful")
    version = TermsProfileVersion.objects.create(
        profile=profile,
        number=1,
        contract_version=contract,
        origin="chosen",
        values=compose(CATALOGUE, {}),
        sha256="11" * 32,
    )
    agreement = Agreement.objects.create(
        organisation_id=home(studio),
        author=User.objects.get(memberships__organisation=home(studio)),
        contract_version=contract,
        terms_version=version,
        language="en",
    )
    return version, agreement


def _quote(buyer: Actor, clips: Sequence[Clip]) -> Quote:
    use_case = UseCase.objects.create(organisation_id=home(buyer), name="Text to video")
    version = UseCaseVersion.objects.create(
        use_case=use_case, number=1, values=write_use_case(PRESETS["text_to_video"].use_case), sha256="22" * 32
    )
    return Quote.objects.create(
        organisation_id=home(buyer),
        use_case_version=version,
        state=QuoteState.ACCEPTED,
        expires_at=now() + timedelta(days=14),
        rate_card_version="2026-11",
        rate_card_sha256="33" * 32,
        currency="USD",
        creators_minor=PRICE_MINOR * len(clips),
        service_fee_minor=20 * len(clips),
        fee_share="0.20",
        licensed_before_ms=0,
        duration_ms=sum(clip.end_ms - clip.start_ms for clip in clips),
        exclusivity="none",
        term_months=24,
    )


def paid_order(buyer: Actor, clips: Sequence[Clip], *, studio: Actor) -> Order:
    """Sell clips of one studio: quote, order, one licence each; payment is captured."""
    terms, agreement = _agreement(studio)
    quote = _quote(buyer, clips)
    paid_at = now()
    order = Order.objects.create(quote=quote, organisation_id=home(buyer), state=OrderState.BUILDING, paid_at=paid_at)
    for number, clip in enumerate(clips):
        line = QuoteLine.objects.create(
            quote=quote,
            number=number,
            clip=clip,
            licensor_id=home(studio),
            start_ms=clip.start_ms,
            end_ms=clip.end_ms,
            duration_ms=clip.end_ms - clip.start_ms,
            rate_per_minute="1.00",
            steps=[],
            amount_minor=PRICE_MINOR,
            currency="USD",
            terms_profile_version=terms,
            agreement=agreement,
            agreement_sha256="44" * 32,
            rate_card_version="2026-11",
            rate_card_sha256="33" * 32,
            asset_sha256=clip.asset.sha256,
        )
        Reservation.objects.create(
            order=order,
            clip=clip,
            cells=1,
            exclusive=False,
            starts_at=paid_at,
            ends_at=paid_at + timedelta(days=730),
        )
        Licence.objects.create(
            order=order,
            line=line,
            clip=clip,
            licensor_id=home(studio),
            licensee_id=home(buyer),
            exclusivity="none",
            starts_at=paid_at,
            ends_at=paid_at + timedelta(days=730),
        )
    publish(topic=ORDER_PAID, subject=order.public_id, payload={"order": order.public_id})
    return order


def sale(*, clips: int = 2, buyer: Organisation | None = None, pretended_ms: int | None = None) -> Sale:
    """Film, upload, probe and sell some clips; the build job waits. ``pretended_ms`` sells them as that long."""
    studio = actor_as(OrganisationKind.STUDIO)
    purchaser = actor_as(OrganisationKind.BUYER, organisation=buyer)
    sold = tuple(clip_from(studio, rush(number), f"rush{number}.mp4") for number in range(clips))
    if pretended_ms is not None:
        Asset.objects.filter(organisation=home(studio)).update(duration_ms=pretended_ms)
        Clip.objects.filter(asset__organisation=home(studio)).update(end_ms=pretended_ms)
        sold = tuple(Clip.objects.filter(asset__organisation=home(studio)))
    return Sale(paid_order(purchaser, sold, studio=studio), purchaser, studio, sold)
