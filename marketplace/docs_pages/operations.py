"""`errors.md`, `topics.md` and `invariants.md`: what the installation may refuse, do and prove."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

from django.urls import get_resolver
from rest_framework.exceptions import ParseError, Throttled

from core.api.problems import MALFORMED, RATE_LIMITED, STATUS
from core.errors import REGISTRY, ErrorCode
from core.invariants import invariants
from core.jobs.registry import registrations, topics
from licensing.domain.reasons import newest
from licensing.domain.shipped_reasons import SHIPPED_REASONS
from licensing.domain.wording import Language
from licensing.services.approvals import USE_CASE_APPROVED
from licensing.services.declarations import CLIP_DECLARED
from licensing.services.signing import ENDED_TOPIC, SIGNED_TOPIC
from marketplace.delivery.domain.topics import DATASET_DELIVERED, DATASET_READY, ORDER_PAID
from marketplace.docs_pages.markdown import code, page, table
from marketplace.orders.services.fulfilling import ORDER_DELIVERED
from media_ingest.api.edge import BytesResource
from media_ingest.domain.detections import Label, label_wording
from media_ingest.domain.flaws import flaw_wording
from media_ingest.domain.reasons import Reason, wording
from media_ingest.domain.watched import Flaw
from media_ingest.services.cases import ASSET_HOLD_CHANGED
from media_ingest.services.deriving import ASSET_DERIVED
from media_ingest.services.finishing import ASSET_RECEIVED
from media_ingest.services.probing import ASSET_READY, ASSET_REJECTED
from media_ingest.services.watching import ASSET_WATCHED

FLOORS: Final = ("core", "media_ingest", "licensing", "marketplace")
SAID: Final = {
    ASSET_RECEIVED: "a file's bytes are stored under their hash",
    ASSET_READY: "a file's facts are known",
    ASSET_REJECTED: "a file cannot be used; the asset says why",
    ASSET_WATCHED: "a file's shots are known; they are its clips",
    ASSET_DERIVED: "a file's clips have their stills and first seconds",
    ASSET_HOLD_CHANGED: "a file's clips may no longer, or may again, be offered",
    CLIP_DECLARED: "a creator said what a clip shows",
    USE_CASE_APPROVED: "a buyer's own legal people approved a version of a use case",
    SIGNED_TOPIC: "a creator signed an agreement; its terms are in force",
    ENDED_TOPIC: "a creator ended an agreement; nothing new is licensed under it",
    ORDER_PAID: "an order's money was captured",
    DATASET_READY: "every file of a dataset is stored and verified",
    DATASET_DELIVERED: "the buyer's client verified every file",
    ORDER_DELIVERED: "an order is delivered and its creators have earned",
}


def _floor_of(error: ErrorCode) -> str:
    """The lowest floor that knows the code: imports only fall, so that is where it is declared."""
    holders = {
        name.partition(".")[0]
        for name, module in list(sys.modules.items())
        if name.startswith(FLOORS) and any(value is error for value in vars(module).values())
    }
    return next((floor for floor in FLOORS if floor in holders), FLOORS[0])


def _statuses(error: ErrorCode) -> str:
    """The HTTP status of a code; the byte paths (uploads, downloads) answer some with their protocol's own."""
    framework = {MALFORMED: ParseError.status_code, RATE_LIMITED: Throttled.status_code}
    usual = framework.get(error, int(STATUS[error.kind]))
    views, own = [BytesResource], set[int]()
    while views:
        view = views.pop()
        views += view.__subclasses__()
        own |= {int(status) for named, status in view.statuses.items() if named == error.code} - {usual}
    return "; ".join([str(usual), *(f"byte paths: {status}" for status in sorted(own))])


def errors() -> str:
    """Return the page of error codes and reject reasons."""
    get_resolver().url_patterns  # noqa: B018 - loads every view, and with it every code
    by_floor: dict[str, list[ErrorCode]] = {floor: [] for floor in FLOORS}
    for error in sorted(REGISTRY.values(), key=lambda one: one.code):
        by_floor[_floor_of(error)].append(error)
    tables = [
        f"## {floor}\n\n"
        + table(
            ("Code", "HTTP", "Kind", "Title"),
            [(f'<a id="{one.code}"></a>{code(one.code)}', _statuses(one), one.kind, one.title) for one in found],
        )
        for floor, found in by_floor.items()
    ]
    refusals = [
        (code(reason), wording(reason, language).text, wording(reason, language).what_to_do)
        for reason in Reason
        for language in ("en", "fr")
    ]
    flaws = [
        (code(flaw), flaw_wording(flaw, language).text, flaw_wording(flaw, language).what_to_do)
        for flaw in Flaw
        for language in ("en", "fr")
    ]
    labels = [
        (code(label), label_wording(label, language).text, label_wording(label, language).what_to_do)
        for label in Label
        for language in ("en", "fr")
    ]
    reviews = [
        (code(reason), words.words.of(language), words.fix.of(language))
        for reason, words in newest(SHIPPED_REASONS).items()
        for language in Language
    ]
    return page(
        "Errors",
        "Every refusal is an `application/problem+json` document (RFC 9457). Branch on `code`, never on a text: codes "
        "are stable, texts may improve. `detail` says what is wrong, what is safe and what to do; `errors[]` points at "
        "single values; `request_id` finds the request in the log. The OpenAPI description lists the codes of each "
        "operation.",
        *tables,
        "## Why a file is refused\n\n`reason.code` of an asset.\n\n"
        + table(("Code", "What is wrong", "What to do"), refusals),
        "## Why a shot is not offered\n\n`flaws[].code` of a clip, `left_out[].code` of an asset.\n\n"
        + table(("Code", "What is wrong", "What to do"), flaws),
        "## What detectors say\n\n`labels[].code` of a clip. A label informs; it refuses nothing.\n\n"
        + table(("Code", "What it says", "What to do"), labels),
        "## Why a contract change is returned or refused\n\n`reason` of a decision.\n\n"
        + table(("Code", "What it says", "What to do"), reviews),
    )


def _path_of(function: Callable[..., object]) -> str:
    return code(f"{function.__module__.replace('.', '/')}.py")


def topic_list() -> str:
    """Return the page of topics, kinds of jobs and queues."""
    heard = topics()
    told = sorted({*SAID, *heard})
    kinds = [
        (
            code(one.kind),
            code(one.queue),
            one.max_attempts,
            ", ".join(code(name) for name, woken in heard.items() if one.kind in woken),
            _path_of(one.handler),
        )
        for one in registrations()
    ]
    return page(
        "Topics, jobs and queues",
        "News rises: a floor publishes a topic inside the transaction that made it true, and the floors above "
        "subscribe kinds of jobs to it. Publishing writes one job row for each subscribed kind; nothing is sent that "
        "could be lost. A topic without subscribers is published for later.",
        "## Topics\n\n"
        + table(
            ("Topic", "Means", "Wakes"),
            [(code(name), SAID.get(name, ""), ", ".join(map(code, heard.get(name, ())))) for name in told],
        ),
        "## Kinds of jobs\n\nOne job for each kind and subject. Attempts are counted when a job is claimed.\n\n"
        + table(("Kind", "Queue", "Attempts", "Woken by", "Handler"), kinds),
        "Queues: `default` (short work), `probe` and `derive` (ffmpeg), `bundle` (datasets), `mail` (reserved). One "
        "worker may serve several: `celery -A marketplace.config.celery worker -Q probe,derive`.",
    )


def invariant_list() -> str:
    """Return the page of invariants."""
    rows = [(one.name, _path_of(one.check)) for one in invariants()]
    return page(
        "Invariants",
        "What must always be true of an installation, whatever was killed or restarted. `manage.py verify` proves all "
        "of them, changes nothing, and ends non-zero with one sentence for each breach; the demo ends with it.",
        table(("Invariant", "Checked in"), rows),
        "To add one: a function that yields a sentence for each breach, registered with `core.invariants.invariant` "
        "from the app's `ready`.",
    )
