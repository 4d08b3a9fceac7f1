"""A holder attests that a withdrawn clip is gone: checked against what was delivered, signed, kept for good."""

from __future__ import annotations

from uuid import UUID

import rfc8785
from django.conf import settings
from django.db import transaction

from core.accounts.policy import Actor, require
from core.audit.services import record
from core.clock import now
from core.ids import Prefix, public_id
from core.jobs.services import publish
from core.transitions import SOMEBODY_WAS_FASTER, advance
from marketplace.transparency.adapters.jws import DELETION_TYPE, sign
from marketplace.transparency.adapters.keys import key_valid_at
from marketplace.transparency.domain import merkle
from marketplace.transparency.services.keys import signing_key_ensure
from marketplace.withdrawals.domain.actions import NOTICE_ATTEST
from marketplace.withdrawals.domain.deletion import Declared, Deletion, Sample, faults_of
from marketplace.withdrawals.domain.errors import ATTESTATION_INCOMPLETE, NOTHING_TO_ATTEST
from marketplace.withdrawals.domain.ladder import Rung
from marketplace.withdrawals.domain.states import NOTICE, OPEN_NOTICES, NoticeEvent, NoticeState
from marketplace.withdrawals.domain.topics import DELETION_ATTESTED
from marketplace.withdrawals.models import Attestation, Notice, Withdrawal
from marketplace.withdrawals.selectors.delivered import samples_delivered
from marketplace.withdrawals.selectors.visible import notice_get
from marketplace.withdrawals.services.noticing import licence_end, withdrawal_close_when_done


def notice_attest(*, actor: Actor, notice_id: UUID, declared: Declared) -> Notice:
    """Take the holder's declaration and sign the deletion certificate; said again, the first stays.

    The hashes have to be those of the samples delivered under the licence, and everything asked has to be done:
    else `attestation_incomplete`, naming each gap. `nothing_to_attest` for a notice that only informs, and for one
    whose place another took. A licence that
    still ran under its notice ends with the attestation. Never call it inside a transaction: it reads the store.
    """
    notice = notice_get(actor, notice_id)
    require(actor, NOTICE_ATTEST, notice.holder_id)
    if notice.state == NoticeState.ATTESTED:
        return notice
    if notice.state == NoticeState.SUPERSEDED:
        raise NOTHING_TO_ATTEST(
            f"Notice {notice.superseded_by.public_id} took its place and asks for more: attest that one."
            " Nothing was stored.",
            superseded_by=notice.superseded_by.public_id,
        )
    if notice.state not in OPEN_NOTICES:
        raise NOTHING_TO_ATTEST("Your licence goes on as it was; nothing has to be deleted. Nothing was stored.")
    samples = samples_delivered(notice.licence)
    asks = [rung for rung in notice.rungs if rung != Rung.STOP_NEW_SALES]
    faults = faults_of(declared, asks=asks, signatory=notice.signatory, method=notice.method, samples=samples)
    if faults:
        raise ATTESTATION_INCOMPLETE(
            "Something is missing or does not match what was delivered. Nothing was stored; correct the listed"
            " points and attest again.",
            errors=faults,
        )
    return _settle(actor, notice.pk, declared, samples)


def _settle(actor: Actor, notice_id: UUID, declared: Declared, samples: tuple[Sample, ...]) -> Notice:
    moment = now().replace(microsecond=0)
    keys = signing_key_ensure()
    with transaction.atomic():
        key = Notice.objects.values_list("withdrawal_id", flat=True).get(pk=notice_id)
        withdrawal = Withdrawal.objects.select_for_update(of=("self",)).get(pk=key)
        notice = Notice.objects.select_for_update(of=("self",)).select_related("licence", "holder").get(pk=notice_id)
        if notice.state not in OPEN_NOTICES:
            if notice.state == NoticeState.SUPERSEDED:
                raise SOMEBODY_WAS_FASTER(
                    "A further notice took its place meanwhile. Nothing was stored; read that one."
                )
            return notice
        advance(notice, NOTICE, NoticeEvent.ATTEST, took_effect_at=notice.took_effect_at or moment)
        licence_end(actor=actor, notice=notice, at=moment)
        root = merkle.root([merkle.leaf_hash(rfc8785.dumps(dict(sample.leaf))) for sample in samples]).hex()
        signer = key_valid_at(keys, int(moment.timestamp()))
        deletion = Deletion(
            issuer=settings.OFFCUT.public_url,
            notice=notice.public_id,
            issued_at=int(moment.timestamp()),
            licence=notice.licence.public_id,
            clip=public_id(Prefix.CLIP, notice.licence.clip_id),
            order=public_id(Prefix.ORDER, notice.licence.order_id),
            holder=notice.holder.public_id,
            holder_name=notice.holder.name,
            cause=withdrawal.cause,
            effective_at=int((notice.took_effect_at or moment).timestamp()),
            declared=declared,
            hash_list=notice.hash_list,
            samples=samples,
            merkle_root=root,
        )
        Attestation.objects.create(
            notice=notice,
            attested_by_id=actor.user_id,
            name=declared.name.strip(),
            signatory=declared.role,
            samples=len(samples),
            merkle_root=root,
            jws=sign(deletion.payload(), private_key=signer.private_key(), typ=DELETION_TYPE),
            kid=signer.public.kid,
        )
        record(
            actor=actor,
            action="notice.attested",
            subject=notice.public_id,
            organisation_id=notice.holder_id,
            after={"samples": len(samples), "merkle_root": root, "signatory": declared.role},
        )
        publish(
            topic=DELETION_ATTESTED,
            subject=notice.public_id,
            payload={"licence": notice.licence.public_id, "merkle_root": root},
        )
        withdrawal_close_when_done(actor=actor, withdrawal=withdrawal)
    return notice
