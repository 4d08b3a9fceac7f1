"""odrl.json: what may be done with a dataset, as one ODRL Agreement for each set of terms in it."""

from __future__ import annotations

import json
from dataclasses import replace

from licensing.domain.signals.odrl import odrl_document
from licensing.domain.signals.policy import RightsPolicy
from marketplace.delivery.domain.deliverable import Deliverable, Delivery
from marketplace.delivery.domain.folder import Folder

ODRL = "odrl.json"
MEDIA_ROOT = "media-root.pem"
"""The certificate that the signatures inside the videos lead to."""


def rights_json(folder: Folder, delivery: Delivery) -> bytes:
    """The agreements as a JSON-LD array, in order of their addresses; equal deliveries give equal bytes.

    The target of each is the part of the dataset whose rows name that creator, those terms and that version.
    """
    found = {agreement.target: agreement for agreement in (_agreement(folder, clip) for clip in delivery.clips)}
    documents = [odrl_document(found[target]) for target in sorted(found)]
    return json.dumps(documents, ensure_ascii=False, indent=1).encode() + b"\n"


def _agreement(folder: Folder, clip: Deliverable) -> RightsPolicy:
    terms, version = clip.licensed.terms, clip.licensed.terms_version
    part = f"creator={clip.licensor}&terms_id={terms}&terms_version={version}"
    licence = replace(clip.rights.grant, url=f"{folder.url}?{part}#agreement")
    return replace(clip.rights, target=f"{folder.url}?{part}", licence=licence)
