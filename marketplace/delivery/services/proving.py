"""Putting a certificate into the transparency log, and the proof of it into the folder."""

from __future__ import annotations

import hashlib
import json

from django.db import transaction

from marketplace.delivery.domain.certificate import verify_code
from marketplace.delivery.models import Dataset
from marketplace.delivery.selectors import licences_in
from marketplace.orders.services.recording import licences_record
from marketplace.transparency.domain.entry import LogEvent
from marketplace.transparency.selectors.bundles import bundle_of
from marketplace.transparency.services.recording import Happened, events_record
from marketplace.transparency.services.sealing import log_seal


def certificate_prove(*, dataset: Dataset, token: str, issued_at: int) -> bytes:
    """Log a certificate, and its licences if they are not yet, and return ``proof.json``.

    The same certificate is logged once, however often its build starts again, and gives the same bytes.
    """
    licences = list(licences_in(dataset).order_by("pk"))
    digest, code = hashlib.sha256(token.encode("ascii")).hexdigest(), verify_code(dataset.id)
    certified = Happened(LogEvent.CERTIFIED, code, (code,), issued_at, sha256=digest, again=digest[:16])
    with transaction.atomic():
        licences_record(event=LogEvent.ISSUED, licences=licences)
        events_record([certified])
    log_seal()
    bundle = bundle_of(certified=certified.key, licences=[licence.public_id for licence in licences])
    return json.dumps(bundle, indent=1).encode("ascii") + b"\n"
