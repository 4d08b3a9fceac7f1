"""A buyer's orders: pay, watch the build, fetch the files, read the licences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.accounts.policy import Actor, allowed
from core.clock import now
from core.errors import DomainError
from core.ids import Prefix
from marketplace.actions import ORDER_PAY
from marketplace.catalog.domain.titles import shown_title
from marketplace.delivery.domain.actions import DATASET_DOWNLOAD
from marketplace.delivery.domain.errors import DATASET_NOT_READY
from marketplace.delivery.domain.states import DatasetState
from marketplace.delivery.models import Dataset, DatasetFile
from marketplace.delivery.selectors import BuildProgress, dataset_of_order, files_of, progress_of
from marketplace.delivery.services.links import files_link
from marketplace.delivery.services.withholding import withheld
from marketplace.orders.domain.states import PAID_STATES, OrderState
from marketplace.orders.models import Order
from marketplace.orders.selectors.orders import licences_of, order_get, orders_visible_to
from marketplace.orders.services.paying import order_pay
from marketplace.payouts.domain import TOKEN_DECLINED
from marketplace.repayments.selectors.shown import returned_of
from marketplace.web import said
from marketplace.web.formats import left_range
from marketplace.web.pages import done, key_of, see, told
from marketplace.web.views.market import buyer_page
from marketplace.web.views.studio import LATER_S, SOON_S
from marketplace.web.withdrawn import LICENCE, WITHHELD

FILES_SHOWN: Final = 200
LICENCES_SHOWN: Final = 200
_SOON_TIMES: Final = 20
_SILENT_AFTER: Final = timedelta(seconds=40)
CARDS: Final[Mapping[str, Any]] = {
    "tok_test": gettext_lazy("Test card that works"),
    TOKEN_DECLINED: gettext_lazy("Test card that is declined"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of an order's way. ``mark`` is done, now, failed or empty."""

    words: said.Words
    mark: str


@dataclass(frozen=True, slots=True)
class Build:
    """How far a dataset is, for somebody who waits."""

    dataset: Dataset
    progress: BuildProgress
    stages: tuple[Stage, ...]
    low: str
    high: str
    measured: bool
    silent: bool
    finished: bool
    failed: bool


@require_safe
@buyer_page
def orders(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the orders, newest first."""
    rows = orders_visible_to(actor).order_by("-id")[:100]
    context = {"section": "orders", "rows": [(row, said.ORDER[row.state]) for row in rows]}
    return render(request, "marketplace/orders.html", context)


@require_safe
@buyer_page
def order(request: HttpRequest, actor: Actor, order_id: str) -> HttpResponse:
    """Show one order."""
    found = order_get(actor, key_of(Prefix.ORDER, order_id))
    return render(request, "marketplace/order.html", {"section": "orders", **_context(actor, found)})


@require_safe
@buyer_page
def progress(request: HttpRequest, actor: Actor, order_id: str) -> HttpResponse:
    """Return the part of an order's page that moves; without a trigger once there is nothing left to wait for."""
    found = order_get(actor, key_of(Prefix.ORDER, order_id))
    times = int(request.GET["n"]) if request.GET.get("n", "").isdecimal() else 0
    soon = SOON_S if times < _SOON_TIMES else LATER_S
    return render(request, "marketplace/parts/order.html", _context(actor, found) | {"n": times + 1, "soon": soon})


def _context(actor: Actor, found: Order) -> dict[str, Any]:
    dataset = dataset_of_order(actor=actor, order_id=found.id)
    build = build_of(actor, dataset) if dataset else None
    finished = build is not None and build.finished
    paid = OrderState(found.state) in PAID_STATES
    files = files_of(actor=actor, dataset_id=dataset.id).order_by("path") if dataset and finished else None
    return {
        "order": found,
        "quote": found.quote,
        "returned": returned_of(found),
        "badge": said.ORDER[found.state],
        "stages": order_stages(found, build),
        "dataset": dataset,
        "build": build,
        "polls": paid and not finished and not (build and build.failed),
        "soon": SOON_S,
        "n": 1,
        **_files(dataset, files),
        "licences": [
            (row, shown_title(row.clip.title, row.clip.asset.original_name), LICENCE[row.state])
            for row in (licences_of(found)[:LICENCES_SHOWN] if paid else [])
        ],
        "certificate": getattr(dataset, "certificate", None) if finished else None,
        "may_pay": allowed(actor, ORDER_PAY),
        "may_fetch": allowed(actor, DATASET_DOWNLOAD),
        "cards": CARDS,
    }


def _files(dataset: Dataset | None, files: QuerySet[DatasetFile] | None) -> dict[str, Any]:
    """The first files of a dataset, each with why it is held back, if it is; and how many there are."""
    if dataset is None or files is None:
        return {"files": [], "files_all": 0}
    first = list(files[:FILES_SHOWN])
    try:
        held = withheld(dataset, first)
    except DomainError:  # the store is away: the page stands, and a link says so
        held = {}
    rows = [(file, WITHHELD[held[file.path].code] if file.path in held else None) for file in first]
    return {"files": rows, "files_all": files.count(), "files_held": len(held)}


def order_stages(found: Order, build: Build | None) -> list[Stage]:
    """Return the four steps of an order: paid, built, ready, delivered."""
    state = OrderState(found.state)
    reached = {
        OrderState.AWAITING_PAYMENT: 0,
        OrderState.BUILDING: 1,
        OrderState.ON_HOLD: 1,
        OrderState.READY: 2,
        OrderState.DELIVERED: 4,
        OrderState.DISPUTED: 4,
    }.get(state, 0)
    if reached == 1 and build is not None and build.finished:
        reached = 2
    words = (_("Paid"), _("Dataset built"), _("Ready to download"), _("Delivered and verified"))
    places = (1, 2, 2, 4)
    marks = ["done" if reached >= place else "" for place in places]
    if "" in marks and state in PAID_STATES | {OrderState.AWAITING_PAYMENT}:
        marks[marks.index("")] = "failed" if build is not None and build.failed else "now"
    return [Stage(word, mark) for word, mark in zip(words, marks, strict=True)]


def build_of(actor: Actor, dataset: Dataset) -> Build:
    """Return a build's progress in words: a range for the time left, plain words when nothing moves."""
    found = progress_of(actor=actor, dataset_id=dataset.id)
    finished, failed = found.state == DatasetState.READY, found.state == DatasetState.FAILED
    measured = found.seconds_left is not None and not finished
    low, high = left_range(found.seconds_left or 0) if measured else ("", "")
    silent = not finished and found.heartbeat_at is not None and now() - found.heartbeat_at > _SILENT_AFTER
    return Build(dataset, found, _build_stages(found, failed=failed), low, high, measured, silent, finished, failed)


def _build_stages(found: BuildProgress, *, failed: bool) -> tuple[Stage, ...]:
    at = found.stages.index(found.stage) if found.stage in found.stages else -1
    if found.state == DatasetState.READY:
        at = len(found.stages)
    return tuple(
        Stage(
            said.BUILD_STAGES[stage], "done" if place < at else ("failed" if failed else "now") if place == at else ""
        )
        for place, stage in enumerate(found.stages)
    )


@require_POST
@buyer_page
def pay(request: HttpRequest, actor: Actor, order_id: str) -> HttpResponse:
    """Pay with the test provider. Paying twice charges once."""
    token = request.POST.get("card", "")
    try:
        order_pay(
            actor=actor,
            order_id=order_get(actor, key_of(Prefix.ORDER, order_id)).id,
            token=token if token in CARDS else "tok_test",
        )
    except DomainError as error:
        told(request, error)
        return see(f"/market/orders/{order_id}")
    return done(request, _("Paid. The dataset is being built; you may close this page."), f"/market/orders/{order_id}")


@require_safe
@buyer_page
def file(_request: HttpRequest, actor: Actor, order_id: str, name: str) -> HttpResponse:
    """Send the reader to a fresh, short-lived link of one file."""
    found = order_get(actor, key_of(Prefix.ORDER, order_id))
    dataset = dataset_of_order(actor=actor, order_id=found.id)
    if dataset is None:
        raise DATASET_NOT_READY("The dataset is not built yet. Come back when the order is ready.")
    (link,) = files_link(actor=actor, dataset_id=dataset.id, names=[name])
    return redirect(link.url)
