"""The compliance pack as a buyer fetches it: the delivered files of an order, and a summary over all it licensed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.accounts.policy import Actor, require
from core.ids import NOT_FOUND
from marketplace.actions import LICENCE_VIEW, ORDER_VIEW
from marketplace.delivery.domain.compliance.eu import EU_SUMMARY
from marketplace.delivery.domain.compliance.pack import COMPLIANCE
from marketplace.delivery.domain.errors import DATASET_NOT_READY
from marketplace.delivery.domain.states import DatasetState
from marketplace.delivery.models import Dataset
from marketplace.delivery.services.accounting import facts_of
from marketplace.orders.domain.states import PAID_STATES
from marketplace.orders.models import Licence
from marketplace.orders.selectors.orders import order_get
from media_ingest.adapters.storage import store


@dataclass(frozen=True, slots=True)
class Pack:
    """The pack of one dataset version: papers for programs and the same for people, by file name.

    `printed` names the PDF files; they are fetched like every other file of the dataset.
    """

    dataset: Dataset
    documents: dict[str, Any]
    readable: dict[str, str]
    printed: list[str]


def pack_get(*, actor: Actor, order_id: UUID) -> Pack:
    """The files of `compliance/` of an order's newest dataset, as delivered; `dataset_not_ready` before that.

    Never call it inside a transaction: it reads the store.
    """
    order = order_get(actor, order_id)
    require(actor, ORDER_VIEW, order.organisation_id)
    dataset = Dataset.objects.filter(order=order, state=DatasetState.READY).order_by("-version").first()
    if dataset is None:
        raise DATASET_NOT_READY("The pack is part of the dataset, which is not ready yet. Ask again when it is.")
    documents: dict[str, Any] = {}
    readable: dict[str, str] = {}
    printed: list[str] = []
    files = dataset.files.filter(path__startswith=f"{COMPLIANCE}/")
    for file in sorted(files, key=lambda one: one.path):
        name = file.path.removeprefix(f"{COMPLIANCE}/")
        if name.endswith(".pdf"):
            printed.append(file.path)
            continue
        with store().open(file.storage_key) as source:
            text = source.read().decode()
        if name.endswith(".json"):
            documents[name] = json.loads(text)
        else:
            readable[name] = text
    return Pack(dataset, documents, readable, printed)


def eu_summary(*, actor: Actor, model: str = "", use_case_id: UUID | None = None) -> dict[str, Any]:
    """A draft of the licensed-data part of an Art. 53(1)(d) summary over everything the actor's organisation has paid
    for, or what was licensed for one use case. `model` is written down as the provider says it.
    """
    require(actor, LICENCE_VIEW)
    licences = Licence.objects.filter(licensee_id=actor.organisation_id, order__state__in=PAID_STATES)
    if use_case_id is not None:
        licences = licences.filter(order__quote__use_case_version__use_case_id=use_case_id)
    datasets = Dataset.objects.filter(order__in=licences.values("order_id"), state=DatasetState.READY)
    facts = facts_of(licences, datasets)
    if facts is None:
        raise NOT_FOUND("You hold no licence that this could be about. Nothing was made.")
    document = EU_SUMMARY.as_json(facts)
    if model:
        for field in document["sections"][0]["fields"]:
            if field["key"] == "model":
                field.update(value=model, known=True, source="said in this request")
    return document
