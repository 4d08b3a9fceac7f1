"""Licences as documents: one per dataset, of what its certificate states."""

from __future__ import annotations

from uuid import UUID

from core.accounts.policy import Actor
from core.ids import Prefix, public_id
from licensing.domain.documents.errors import DOCUMENT_NOT_READY
from licensing.domain.documents.kinds import DocumentKind
from licensing.domain.wording import Language
from licensing.models import TermsProfileVersion
from licensing.selectors.agreements import PLATFORM_NAME
from licensing.selectors.documents import document_find
from licensing.selectors.terms import contract_clauses, contract_edition, effective_values, own_wording_of
from licensing.services.documents import Issued, document_bytes, document_issue
from marketplace.catalog.domain.titles import shown_title
from marketplace.delivery.domain.licence_paper import LicenceDocument, LicensedLine, Terms, licence_paper
from marketplace.delivery.domain.states import DatasetState
from marketplace.delivery.models import Dataset
from marketplace.delivery.selectors import licences_in
from marketplace.delivery.services.certifying import certificate_payload
from marketplace.orders.models import Licence
from marketplace.orders.selectors.orders import licence_get, licences_of, order_get


def _line(licence: Licence) -> LicensedLine:
    line, clip = licence.line, licence.clip
    return LicensedLine(
        title=shown_title(clip.title, clip.asset.original_name),
        clip=clip.public_id,
        licence=licence.public_id,
        licensor=public_id(Prefix.ORGANISATION, licence.licensor_id),
        licensor_name=licence.licensor.name,
        start_ms=line.start_ms,
        end_ms=line.end_ms,
        amount=line.amount.amount,
        source_sha256=line.asset_sha256,
        agreement_sha256=line.agreement_sha256,
        terms=str(line.terms_profile_version_id),
    )


def _terms(version: TermsProfileVersion) -> Terms:
    clauses = tuple(contract_clauses(version.contract_version))
    edition = contract_edition(version.contract_version)
    return Terms(clauses, effective_values(version), own_wording_of(version.own_wording), edition)


def _document(dataset: Dataset) -> LicenceDocument:
    licences = list(licences_of(dataset.order).filter(pk__in=licences_in(dataset)))
    ids = {licence.line.terms_profile_version_id for licence in licences}
    versions = TermsProfileVersion.objects.filter(pk__in=ids).select_related("contract_version").order_by("pk")
    token = dataset.certificate.jws
    return LicenceDocument(
        payload=certificate_payload(token),
        token=token,
        lines=[_line(licence) for licence in licences],
        terms={str(version.pk): _terms(version) for version in versions},
        platform=PLATFORM_NAME,
    )


def licence_document_issue(*, actor: Actor, dataset_id: UUID, language: Language) -> Issued:
    """The licence document of a dataset that is ready: issued now, or long ago, in which case that one stands."""
    dataset = Dataset.objects.select_related("order__quote", "certificate").get(pk=dataset_id)
    found = document_find(dataset.public_id, language)
    if found is None:
        found = document_issue(
            actor=actor,
            kind=DocumentKind.LICENCE,
            subject=dataset.public_id,
            organisation_id=dataset.order.organisation_id,
            paper=licence_paper(_document(dataset), language),
        )
    return Issued(document_bytes(found), f"{dataset.order.public_id}-licence-{language}.pdf")


def licence_documents_issue(*, actor: Actor, dataset_id: UUID) -> None:
    """Issue a dataset's licence document in both languages; repeating it changes nothing."""
    for language in Language:
        licence_document_issue(actor=actor, dataset_id=dataset_id, language=language)


def order_licence_document(*, actor: Actor, order_id: UUID, language: Language) -> Issued:
    """The licence document of a visible order; ``document_not_ready`` until its dataset is built and certified."""
    order = order_get(actor, order_id)
    dataset = Dataset.objects.filter(order=order, state=DatasetState.READY).order_by("-version").first()
    if dataset is None:
        raise DOCUMENT_NOT_READY(
            "The licence document follows when the dataset is built and certified. The licences themselves stand from "
            "the payment on."
        )
    return licence_document_issue(actor=actor, dataset_id=dataset.pk, language=language)


def licence_document(*, actor: Actor, licence_id: UUID, language: Language) -> Issued:
    """The document that covers one visible licence: that of its order."""
    return order_licence_document(actor=actor, order_id=licence_get(actor, licence_id).order_id, language=language)
