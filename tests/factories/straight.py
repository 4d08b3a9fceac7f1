"""Files that go straight to object storage, for tests."""

from __future__ import annotations

import urllib.request

from core.accounts.policy import Actor
from media_ingest.models import Upload
from media_ingest.services.parts import upload_complete, upload_parts_sign
from media_ingest.services.uploads import Declared, upload_declare

WAIT_S = 20


def declared_straight(actor: Actor, content: bytes, name: str = "A001.mov") -> Upload:
    """Declare a file whose parts go to object storage."""
    declared = Declared(name=name, size_bytes=len(content), straight=True)
    return upload_declare(actor=actor, declared=declared)


def sent_straight(actor: Actor, content: bytes, name: str = "A001.mov") -> Upload:
    """Declare a file of one part, put it with the link, and say that it is complete."""
    upload = declared_straight(actor, content, name)
    (link,) = upload_parts_sign(actor=actor, upload_id=upload.id, numbers=[1])
    request = urllib.request.Request(link.url, data=content, method="PUT")  # noqa: S310 - our own address
    urllib.request.urlopen(request, timeout=WAIT_S).close()  # noqa: S310 - our own address
    return upload_complete(actor=actor, upload_id=upload.id)
