"""A whole installation in a temporary folder, inside this process: what is measured is the product itself."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from typing_extensions import override

from benchmarks.measure import Cost, cost_of

if TYPE_CHECKING:
    from core.accounts.policy import Actor


class Tailed(io.RawIOBase):
    """A file followed by a box that players skip, different each time: the same footage as other bytes."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("rb")
        content = uuid4().bytes
        box = b"\xec" + bytes([0x80 | len(content)]) + content  # Matroska: Void (RFC 9559)
        if path.suffix in {".mp4", ".mov"}:
            box = (8 + len(content)).to_bytes(4, "big") + b"free" + content  # ISO/IEC 14496-12
        self._tail = io.BytesIO(box)
        self.length = path.stat().st_size + len(box)

    @override
    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes."""
        return self._file.read(size) or self._tail.read(size)

    @override
    def close(self) -> None:
        """Close the file as well."""
        self._file.close()
        super().close()


@dataclass(frozen=True)
class House:
    """A running installation and the studio that sends its footage."""

    studio: Actor

    def receive(self, path: Path) -> str:
        """Send one file whole; return the public id of its asset."""
        from media_ingest.services.receiving import upload_append
        from media_ingest.services.uploads import upload_create

        stream = Tailed(path)
        with stream:
            upload = upload_create(actor=self.studio, name=path.name, size_bytes=stream.length)
            upload = upload_append(
                actor=self.studio, upload_id=upload.id, offset=0, stream=stream, length=stream.length
            )
        return str(upload.asset.public_id) if upload.asset else ""

    def work(self) -> int:
        """Do every job that is due, in this process; return how many."""
        from core.jobs.runner import run_due

        return run_due()

    def stages(self, path: Path) -> dict[str, Cost]:
        """Receive one file and do what follows, one kind of job after the other; return what each kind cost."""
        from core.clock import now
        from core.jobs.models import Job
        from core.jobs.runner import run_due

        spent = {"receive": cost_of(lambda: self.receive(path))}
        while kind := Job.objects.filter(state="queued", run_after__lte=now()).values_list("kind", flat=True).first():
            cost = cost_of(partial(run_due, {kind}))
            name = kind.rpartition(".")[2]
            spent[name] = spent[name] + cost if name in spent else cost
        return spent

    def ingest(self, path: Path) -> None:
        """Receive one file and do all that follows; it must end as footage that can be offered."""
        from media_ingest.models import Asset

        before = Asset.objects.filter(state="ready").count()
        self.receive(path)
        self.work()
        if Asset.objects.filter(state="ready").count() != before + 1:
            message = f"{path.name} did not become ready"
            raise RuntimeError(message)


@contextmanager
def house(database_url: str = "") -> Iterator[House]:
    """Set up an installation (SQLite unless a database is given, local files, no broker); once a process."""
    with tempfile.TemporaryDirectory(prefix="offcut-bench-") as home:
        for name in [name for name in os.environ if name.startswith(("OFFCUT_", "DATABASE_"))]:
            del os.environ[name]
        os.environ |= {
            "OFFCUT_HOME": home,
            "OFFCUT_SECRET_KEY": "only-for-measuring-" * 3,
            "OFFCUT_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "marketplace.config.settings",
            **({"DATABASE_URL": database_url} if database_url else {}),
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("prepare", stdout=io.StringIO())
        yield House(_studio())


def _studio() -> Actor:
    from core.accounts.actions import OrganisationKind
    from core.accounts.models import Membership, User
    from core.accounts.policy import Actor
    from core.accounts.selectors import actor_for
    from core.accounts.services import organisation_create

    owner = User.objects.create_user("studio@example.org", uuid4().hex, name="Studio")
    organisation_create(actor=Actor.system(), name="Measured studio", kind=OrganisationKind.STUDIO, owner=owner)
    return actor_for(Membership.objects.select_related("organisation").get(user=owner))
