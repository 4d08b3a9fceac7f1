"""P9: what a second worker on another core brings, to ingest and to the building of datasets.

    python -m benchmarks.scaling [--json] [--quick] [--rounds N]

Two workers, each bound to a core of its own, share one database and one store. Each round gives the same amount of
work to the first one alone, and then to both; they are frozen while work is put before them, so that what is measured
is the work and not the start of a process.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Final

from imageio_ffmpeg import get_ffmpeg_exe

from benchmarks.clips import FOLDER, small
from benchmarks.house import House, house
from benchmarks.measure import Ratio, Row, arguments, show, spread_of
from tests.services import postgres as postgres_held
from tests.services import postgres_folder

GOAL: Final = 1.8
_AMOUNT: Final = {"ingest": 12, "build": 30}
"""Files, and orders of two recordings, a round: long enough for waking up to cost nothing."""
SUBJECTS: Final = tuple(_AMOUNT)
_KINDS: Final = {"ingest": "", "build": "delivery.build"}
"""How the names of the jobs begin that must be done; all of them, when nothing is said."""
_BOUND: Final = (
    "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])});"
    "os.execv(sys.executable, [sys.executable, 'manage.py', 'worker'])"
)
_ROOT: Final = Path(__file__).resolve().parents[1]


def rows(*, quick: bool, rounds: int) -> list[Row]:
    """Return every figure, each measured in a process of its own; building on PostgreSQL too, where it is installed."""
    subjects = [["ingest"], ["build"], *([["build", "--postgres"]] if postgres_folder() else [])]
    return [_apart(subject, quick=quick, rounds=rounds) for subject in subjects]


def _apart(subject: Sequence[str], *, quick: bool, rounds: int) -> Row:
    words = ["--subject", *subject, "--rounds", str(rounds), *(["--quick"] if quick else [])]
    command = [sys.executable, "-m", "benchmarks.scaling", *words]
    return Row(**json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))


@contextmanager
def _database(*, postgres: bool) -> Iterator[str]:
    """Hold a PostgreSQL for the installation, or nothing: SQLite needs no server."""
    if not postgres:
        yield ""
        return
    with postgres_held() as url:
        yield url


@contextmanager
def workers(cores: Sequence[int]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Hold one worker on each core."""
    command = [sys.executable, "-c", _BOUND]
    started = [subprocess.Popen([*command, str(core)], cwd=_ROOT, stderr=subprocess.DEVNULL) for core in cores]
    try:
        yield started
    finally:
        for one in started:
            one.kill()
            one.wait()


def _open(kinds: str) -> int:
    from core.clock import now
    from core.jobs.models import Job

    soon = now() + timedelta(seconds=20)
    return Job.objects.filter(state__in=["queued", "running"], run_after__lt=soon, kind__startswith=kinds).count()


def _all_done(kinds: str) -> None:
    """Wait until no job of these kinds is left that is due soon; what else a delivery starts may wait for minutes."""
    pause = threading.Event()
    while _open(kinds):
        pause.wait(0.05)


def freeze(running: Sequence[subprocess.Popen[bytes]]) -> None:
    """Stop idle workers. We hold the database's one write lock meanwhile, so that none of them holds it."""
    from django.db import transaction

    pause = threading.Event()
    with transaction.atomic():
        for one in running:
            one.send_signal(signal.SIGSTOP)
            while Path(f"/proc/{one.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
                pause.wait(0.01)


def seconds_of(prepare: Callable[[], None], running: Sequence[subprocess.Popen[bytes]], kinds: str) -> float:
    """Put work before frozen workers, wake them, and return the seconds until it is all done."""
    prepare()
    began = time.perf_counter()
    for one in running:
        one.send_signal(signal.SIGCONT)
    _all_done(kinds)
    spent = time.perf_counter() - began
    freeze(running)
    return spent


def _ingest(home: House, amount: int, seconds: int, rounds: int) -> Callable[[], None]:
    fresh = iter([small(number, seconds=seconds) for number in range(amount * (2 * rounds + 1))])

    def prepare() -> None:
        for path in itertools.islice(fresh, amount):
            home.receive(path)

    return prepare


def _one_shot(turn: int, seconds: int) -> Path:
    """A recording without a cut, its colours turned by so many degrees."""
    out = FOLDER / f"shot_{turn}_{seconds}s.mp4"
    if not out.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        drawn = ["-f", "lavfi", "-i", f"testsrc2=size=1280x720:rate=25,hue=h={turn}", "-t", str(seconds)]
        coded = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25"]
        subprocess.run([get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", *drawn, *coded, str(out)], check=True)
    return out


def _build(amount: int, seconds: int) -> Callable[[], None]:
    """Sell the same clips to new buyers, ``amount`` times; only the building of their datasets is left."""
    from core.accounts.actions import OrganisationKind
    from core.jobs.models import Job
    from core.jobs.runner import run_due
    from licensing.services.declarations import clip_declare
    from marketplace.catalog.services.listing import listings_create
    from marketplace.delivery.domain.topics import BUILD
    from media_ingest.models import Clip
    from tests.factories.core import actor_as
    from tests.factories.marketplace import NOBODYS, SYSTEM, order_paid, studio_signed
    from tests.factories.media_ingest import upload_of

    studio = studio_signed()
    for turn in (0, 120):
        upload_of(studio, _one_shot(turn, seconds).read_bytes(), name=f"shot{turn}.mp4")
    run_due()
    made = [one for one in Clip.objects.select_related("asset") if one.usable]
    for one in made:
        clip_declare(actor=studio, clip_id=one.pk, declared=NOBODYS)
        listings_create(actor=SYSTEM, asset_id=one.asset_id)
    run_due()

    def prepare() -> None:
        for _ in range(amount):
            order_paid(actor_as(OrganisationKind.BUYER), made)
        others = set(Job.objects.filter(state="queued").values_list("kind", flat=True)) - {BUILD}
        run_due(others)

    return prepare


def measured(subject: str, *, quick: bool, rounds: int, postgres: bool = False) -> Row:
    """Return one figure: the throughput of two workers divided by that of one, round by round."""
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < len(SUBJECTS):
        return _row(subject, "", Ratio(0.0, 0.0, 0.0, 0), "this machine has one core")
    with _database(postgres=postgres) as url, house(url) as home:
        amount, seconds = (2, 5) if quick else (_AMOUNT[subject], 6)
        prepare = _ingest(home, amount, seconds, rounds) if subject == "ingest" else _build(amount, seconds)
        kinds = _KINDS[subject]
        with workers(cores) as both:
            prepare()
            _all_done(kinds)  # warm, both of them
            freeze(both)
            found = []
            for _ in range(rounds):
                alone = seconds_of(prepare, both[:1], kinds)
                found.append((alone, seconds_of(prepare, both, kinds)))
    gains = [alone / together for alone, together in found]
    ratio = Ratio(statistics.median(gains), min(gains), max(gains), rounds)
    alone, together = found[-1]
    note = f"{amount} at a time: {alone:.1f} s by one worker, {together:.1f} s by two"
    return _row(subject, "PostgreSQL" if postgres else "SQLite", ratio, note)


def _row(subject: str, database: str, ratio: Ratio, note: str) -> Row:
    return Row(
        id="P9",
        work=f"{subject} with a second worker on another core, {database}",
        baseline="one worker on one core, throughput",
        goal=f"≥ {GOAL}×",
        figure=f"{ratio.median:.2f}×",
        met=ratio.median >= GOAL,
        spread=spread_of(ratio),
        note=note,
    )


def main() -> None:
    """Measure both, or one of them as JSON."""
    parser = arguments("What a second worker brings.", quick="2 short files or datasets a round")
    parser.add_argument("--subject", choices=SUBJECTS, help="one figure as JSON")
    parser.add_argument("--postgres", action="store_true", help="with --subject: on a temporary PostgreSQL")
    chosen = parser.parse_args()
    if chosen.subject:
        one = measured(chosen.subject, quick=chosen.quick, rounds=chosen.rounds, postgres=chosen.postgres)
        json.dump(asdict(one), sys.stdout)
        return
    show(rows(quick=chosen.quick, rounds=chosen.rounds), as_json=chosen.json)


if __name__ == "__main__":
    main()
