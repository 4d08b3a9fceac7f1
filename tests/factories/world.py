"""One small, complete marketplace: a studio, a buyer and a desk with one of everything between them."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.accounts.actions import OrganisationKind, Role
from core.accounts.models import ApiToken, Organisation
from core.accounts.policy import Actor
from core.ids import Prefix, public_id
from core.jobs.runner import run_due
from licensing.services.claims import case_claim
from licensing.services.declarations import clip_declare
from licensing.services.releases import release_create
from licensing.services.review import case_decide
from marketplace.catalog.services.listing import listings_create
from marketplace.delivery.models import Certificate, Dataset
from marketplace.orders.models import Licence, Order
from marketplace.withdrawals.domain.states import ClaimKind
from marketplace.withdrawals.models import Claim, Notice
from marketplace.withdrawals.services.claims import Filing, claim_file
from marketplace.withdrawals.services.withdrawing import clip_withdraw
from media_ingest.domain.ownership import CaseKind
from media_ingest.services.cases import ownership_case_open
from tests.factories.consent import ADA, shown_on
from tests.factories.core import actor_as, key_of
from tests.factories.delivery import clip_from, home, rush
from tests.factories.licensing import in_review, terms
from tests.factories.marketplace import NOBODYS, SYSTEM, clip_live, need, order_of, order_paid, quote_of, studio_signed
from tests.factories.media_ingest import AssetFactory
from tests.factories.uploads import declared


@dataclass(frozen=True)
class World:
    """The three who own something, and the public ids of what they own."""

    studio: Actor
    buyer: Actor
    desk: Actor
    ids: dict[str, str] = field(default_factory=dict)

    def owner(self, kind: OrganisationKind) -> Actor:
        """The one whose things these are."""
        return {
            OrganisationKind.STUDIO: self.studio,
            OrganisationKind.BUYER: self.buyer,
            OrganisationKind.PLATFORM: self.desk,
        }[kind]

    def colleague(self, kind: OrganisationKind, role: Role) -> Actor:
        """Somebody else of the same organisation, in another role."""
        return actor_as(organisation=Organisation.objects.get(pk=home(self.owner(kind))), role=role)


def world_made() -> World:
    """Bring in, declare, license, sell, build: through the services, on real footage."""
    studio, desk = studio_signed(), actor_as(OrganisationKind.PLATFORM, Role.LEAD)
    buyer = actor_as(OrganisationKind.BUYER)
    clips = [clip_from(studio, rush(number), f"rush{number}.mp4") for number in (0, 2)]
    for clip in clips:
        clip_declare(actor=studio, clip_id=clip.pk, declared=NOBODYS)
        listings_create(actor=SYSTEM, asset_id=clip.asset_id)
    use_case = need(buyer)
    sold = order_paid(buyer, clips[:1], use_case)
    run_due()
    dataset = Dataset.objects.get(order=sold)
    shared = AssetFactory.create(sha256=clips[1].asset.sha256)
    asked = ownership_case_open(kind=CaseKind.SAME_BYTES, asset=shared, others=[clips[1].asset], evidence={})
    case = in_review(studio, "AUDIT", per_year=3)
    critical = in_review(studio_signed(), "INDEMNITY", cap_multiple="4.0")
    case_decide(
        actor=desk, case_id=critical.pk, decision="approve", version=case_claim(actor=desk, case_id=critical.pk).version
    )
    taken_back, ref = _taken_back(studio, buyer)
    key_of(studio)
    upload = declared(studio, batch="card 1")
    ids = {
        "upload_id": upload.public_id,
        "batch_id": public_id(Prefix.BATCH, upload.batch_id) if upload.batch_id else "",
        "asset_id": clips[1].asset.public_id,
        "clip_id": clips[1].public_id,
        "terms_profile_id": terms(studio, name="Spare").public_id,
        "agreement_id": case.agreement.public_id,
        "case_id": case.public_id,
        "decision_id": critical.decisions.get().public_id,
        "queue": "contracts",
        "ownership_case_id": asked[0].public_id,
        "use_case_id": use_case.public_id,
        "quote_id": quote_of(buyer, clips[1:], use_case).public_id,
        "order_id": order_of(buyer, quote_of(buyer, clips[1:], use_case)).public_id,
        "dataset_id": dataset.public_id,
        "licence_id": Licence.objects.get(order=sold).public_id,
        "release_id": release_create(actor=studio, asked=ADA).public_id,
        "node_id": shown_on(studio, clip_from(studio, rush(4), "rush4.mp4")).public_id,
        "token_id": ApiToken.objects.filter(organisation=home(studio)).latest("id").public_id,
        "verify_code": Certificate.objects.get(dataset=dataset).code,
        "notice_id": taken_back.public_id,
        "withdrawal_id": taken_back.withdrawal.public_id,
        "claim_id": Claim.objects.latest("id").public_id,
        "ref": ref,
        "paid_order_id": Order.objects.get(pk=sold.pk).public_id,
    }
    return World(studio, buyer, desk, ids)


def _taken_back(studio: Actor, buyer: Actor) -> tuple[Notice, str]:
    """A clip that was sold and taken back, and a claim of somebody outside."""
    clip = clip_live(studio)
    order = order_paid(buyer, [clip], need(buyer, name="Another need"))
    clip_withdraw(actor=studio, clip_id=clip.pk)
    filing = Filing(ClaimKind.RIGHTS, "A harbour at dawn", "V. Passer-by", "v@example.org", "I filmed this.")
    return Notice.objects.get(licence__order=order), claim_file(filing=filing).ref
