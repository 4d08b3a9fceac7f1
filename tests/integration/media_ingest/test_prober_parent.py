"""The pre-forked prober: one parent for each worker, a fresh locked-in child for each file, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest

from core.errors import DomainError
from media_ingest.adapters import bwrap
from media_ingest.adapters.ffmpeg import ToolStoppedError, ToolTimeoutError, probe_file
from media_ingest.adapters.prober import client as prober_client
from media_ingest.adapters.prober import parent as prober_parent
from media_ingest.adapters.prober.client import end_prober
from media_ingest.adapters.sandbox import sandbox_status
from tests import media
from tests.running import alive, command_of, descendants
from tests.services import wait_until

ROOT: Final = str(Path(prober_client.__file__).resolve().parents[3])

pytestmark = pytest.mark.skipif(not sandbox_status().available, reason=sandbox_status().detail)

# A prober parent whose children do something else than reading the file; `examine` is what they call.
_OTHERWISE: Final = """
import sys; sys.path.insert(0, sys.argv.pop(1))
import ctypes, json, os, resource, signal, socket, threading, time
from media_ingest.adapters.prober import reader
import media_ingest.adapters.prober.zygote as zygote
def examine(file, **bounds):
{body}
reader.examine = examine
zygote.main(sys.argv[1:])
"""
Otherwise = Callable[[str], None]


@pytest.fixture(autouse=True)
def _without_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Bubblewrap would stand between us and the prober's parent; it has tests of its own (test_sandbox_layers)."""
    end_prober()
    monkeypatch.setenv("PATH", "/nonexistent")
    bwrap.bwrap_status.cache_clear()
    yield
    end_prober()
    bwrap.bwrap_status.cache_clear()


@pytest.fixture
def otherwise(monkeypatch: pytest.MonkeyPatch) -> Iterator[Otherwise]:
    """Give the prober's children another body: as if a file had taken them over."""

    def become(body: str) -> None:
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        monkeypatch.setattr(prober_parent, "START", _OTHERWISE.format(body=lines))
        end_prober()

    yield become
    end_prober()


def probers() -> list[int]:
    """The prober parents below this process: those that another prober is not the parent of."""
    found = [pid for pid in descendants(os.getpid()) if b"prober.zygote" in command_of(pid)]
    return [pid for pid in found if not any(pid in descendants(other) for other in found)]


def parent() -> int:
    """The prober parent of this process."""
    (one,) = probers()
    return one


def descriptors(of: int) -> int:
    return len(list(Path(f"/proc/{of}/fd").iterdir()))


def usual() -> dict[str, Any]:
    report = probe_file(media.clip("silent.mp4"))
    assert report["error"] is None, report
    return report


def test_files_share_a_parent_and_each_has_a_child_of_its_own(otherwise: Otherwise) -> None:
    otherwise("return {'pid': os.getpid(), 'parent': os.getppid()}")
    seen = [probe_file(media.clip("silent.mp4")) for _ in range(3)]
    assert len({one["pid"] for one in seen}) == 3
    assert {one["parent"] for one in seen} == {parent()}


def test_the_report_says_what_reading_cost() -> None:
    used = usual()["used"]
    assert 0 < used["cpu_ms"] < 15_000
    assert 1000 < used["rss_kib"] < 256 * 1024
    assert used["wall_ms"] >= 0


# What a file could try that has taken its child over; each is one expression.
_ATTEMPTS: Final[dict[str, str]] = {
    "read the password file": "open('/etc/passwd').read()",
    "read the file by its name": "open(NAME).read()",
    "read the parent's environment": "open(f'/proc/{os.getppid()}/environ','rb').read()",
    "read its own environment": "open('/proc/self/environ','rb').read()",
    "look at the descriptors of the parent": "os.listdir(f'/proc/{os.getppid()}/fd')",
    "write somewhere": "open('/tmp/offcut-escape','w')",
    "write into the file": "os.write(3, b'x')",
    "shorten the file": "os.ftruncate(3, 0)",
    "mark the file": "os.fchmod(3, 0o777)",
    "use a descriptor of the parent": "[os.fstat(number) for number in range(5, 64)]",
    "kill the parent": "os.kill(os.getppid(), 9)",
    "kill its own group": "os.killpg(0, 0)",
    "stop the parent": "os.kill(os.getppid(), 19)",
    "fork": "os.fork()",
    "start a program": "os.execv('/bin/true', ['true'])",
    "open the network": "socket.socket(socket.AF_INET)",
    "make a pair of sockets": "socket.socketpair()",
    "trace the parent": "call(101, 16, os.getppid(), 0, 0)",
    "new namespaces": "call(272, 0x10000000)",
    "memory file": "os.memfd_create('x')",
    "raise the CPU limit": "resource.setrlimit(resource.RLIMIT_CPU, (9999, 9999))",
    "open a thousand files": "[os.dup(3) for _ in range(1000)]",
    "four gigabytes": "bytearray(4_000_000_000)",
}
_TRY: Final = """
libc = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    if libc.syscall(*arguments) < 0:
        raise OSError(ctypes.get_errno(), 'refused')
found = {{}}
for name, attempt in {attempts!r}.items():
    try:
        eval(attempt, {{**globals(), 'call': call, 'NAME': {name!r}}})
        found[name] = 'escaped'
    except (OSError, MemoryError, ValueError) as error:
        found[name] = type(error).__name__
return found
"""


def test_a_child_that_was_taken_over_reaches_nothing(otherwise: Otherwise) -> None:
    """T17: from inside the prober's child, nothing but the open file and the way out for the report is there."""
    clip = media.clip("silent.mp4")
    before = clip.read_bytes()
    otherwise(_TRY.format(attempts=_ATTEMPTS, name=str(clip)))
    found = probe_file(clip)
    found.pop("used")
    assert [name for name, end in found.items() if end == "escaped"] == []
    assert len(found) == len(_ATTEMPTS)
    assert clip.read_bytes() == before
    # The parent is unharmed and serves the next file.
    assert len(probe_file(clip)) == len(_ATTEMPTS) + 1


def test_the_parent_itself_can_name_no_file(otherwise: Otherwise) -> None:
    """T17: the parent is confined before it is given any file."""
    otherwise("return {}")
    probe_file(media.clip("silent.mp4"))
    status = Path(f"/proc/{parent()}/status").read_text()
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status


def test_a_child_that_is_not_wanted_any_more_is_gone(otherwise: Otherwise) -> None:
    """T19: stopping a probe leaves no child."""
    otherwise("while True: time.sleep(60)")
    with pytest.raises(ToolStoppedError):
        probe_file(media.clip("silent.mp4"), should_stop=lambda: bool(descendants(parent())))
    assert descendants(parent()) == []


def test_a_child_that_crashes_is_a_report_and_not_an_accident(otherwise: Otherwise) -> None:
    otherwise("ctypes.string_at(0)")
    first = probe_file(media.clip("silent.mp4"))
    assert str(first["error"]).startswith("prober ended: exit status -11")
    served_by = parent()
    probe_file(media.clip("silent.mp4"))
    assert parent() == served_by


def test_a_child_that_talks_without_end_is_stopped(otherwise: Otherwise) -> None:
    otherwise("while True: os.write(4, bytes(65536))")
    assert probe_file(media.clip("silent.mp4"))["error"] == "too_large"
    assert descendants(parent()) == []


def test_a_child_that_computes_for_ever_ends_at_its_limit(
    otherwise: Otherwise, monkeypatch: pytest.MonkeyPatch
) -> None:
    otherwise("signal.setitimer(signal.ITIMER_PROF, bounds['opening_s'])\nwhile True: pass")
    assert probe_file(media.clip("silent.mp4"))["error"] == "cpu"
    monkeypatch.setattr(prober_client, "_BASE_CPU_S", 1)
    otherwise("while True: pass")
    assert probe_file(media.clip("silent.mp4"))["error"] == "cpu"


def test_a_child_killed_from_outside_says_nothing_about_the_file(otherwise: Otherwise) -> None:
    """T22: the file is not blamed; the job tries again."""
    otherwise("while True: time.sleep(60)")

    def kill_it() -> bool:
        for child in descendants(parent()):
            os.kill(child, signal.SIGKILL)
        return False

    with pytest.raises(ToolTimeoutError, match="from outside"):
        probe_file(media.clip("silent.mp4"), should_stop=kill_it)


def test_a_parent_that_died_is_replaced() -> None:
    usual()
    first = parent()
    os.kill(first, signal.SIGKILL)
    usual()
    assert parent() != first


def test_a_parent_that_dies_while_it_is_asked_is_replaced_once(otherwise: Otherwise) -> None:
    """T19: its child dies with it; the file is read by another one; the second time the machine is blamed."""
    otherwise("time.sleep(2)\nreturn {'parent': os.getppid()}")
    killed: list[int] = []

    def kill_parents(most: int) -> bool:
        if len(killed) < most and (busy := [pid for pid in probers() if descendants(pid)]):
            killed.append(busy[0])
            children = descendants(busy[0])
            os.kill(busy[0], signal.SIGKILL)
            wait_until(lambda: not any(map(alive, children)), within_s=1, what="its child is gone")
        return False

    found = probe_file(media.clip("silent.mp4"), should_stop=lambda: kill_parents(1))
    assert found["parent"] == parent() != killed[0]
    killed.clear()
    with pytest.raises(DomainError) as caught:
        probe_file(media.clip("silent.mp4"), should_stop=lambda: kill_parents(2))
    assert caught.value.code == "sandbox_unavailable"


def test_threads_share_the_parent_and_get_their_own_answers() -> None:
    end_prober()
    names = ["silent.mp4", "plain.mp4", "ntsc.mkv", "mjpeg.avi"] * 5
    for name in set(names):
        media.clip(name)
    with ThreadPoolExecutor(4) as threads:
        reports = list(threads.map(lambda name: probe_file(media.clip(name)), names))
    for name, report in zip(names, reports, strict=True):
        found: Any = report
        assert found["container"]["format"].split(",")[0] == {"mp4": "mov", "mkv": "matroska", "avi": "avi"}[name[-3:]]
        assert len(found["streams"]) == (2 if name == "plain.mp4" else 1)
    assert descendants(parent()) == []


def test_many_files_leave_no_descriptor_behind() -> None:
    usual()
    before = (descriptors(os.getpid()), descriptors(parent()))
    for _ in range(20):
        usual()
    # The parent may still have been closing one of the first file's when it was counted: fewer is no leak.
    assert descriptors(os.getpid()) <= before[0]
    assert descriptors(parent()) <= before[1]


def test_a_secret_of_the_worker_reaches_neither_parent_nor_child(
    otherwise: Otherwise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T20: four variables, no path of any file in the command."""
    monkeypatch.setenv("OFFCUT_TEST_SECRET", "not for children")
    otherwise("return {'environment': dict(os.environ), 'arguments': sys.argv}")
    found: Any = probe_file(media.clip("silent.mp4"))
    assert set(found["environment"]) == {"PATH", "LC_ALL", "HOME", "TMPDIR"}
    command = Path(f"/proc/{parent()}/cmdline").read_bytes() + Path(f"/proc/{parent()}/environ").read_bytes()
    assert b"not for children" not in command
    assert b"silent.mp4" not in command
    assert os.fsencode(media.folder()) not in command


def test_something_that_is_no_file_is_not_read_and_does_not_wait(tmp_path: Path) -> None:
    """T11: a pipe would wait for ever."""
    os.mkfifo(tmp_path / "pipe.mp4")
    assert probe_file(tmp_path / "pipe.mp4")["error"] == "not a regular file"
    (tmp_path / "link.mp4").symlink_to(media.clip("silent.mp4"))
    with pytest.raises(OSError, match="symbolic"):
        probe_file(tmp_path / "link.mp4")


def test_a_machine_without_a_sandbox_is_a_clear_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """T18: the parent says what is missing, and nothing is opened."""
    says = 'import os, sys; os.write(int(sys.argv[2]), b\'{"refused": "no Landlock"}\\n\'); sys.exit(97)'
    monkeypatch.setattr(prober_parent, "START", says)
    end_prober()
    with pytest.raises(DomainError) as caught:
        probe_file(media.clip("silent.mp4"))
    assert caught.value.code == "sandbox_unavailable"
    assert caught.value.extra["missing"] == "no Landlock"
    monkeypatch.setattr(prober_parent, "START", "raise SystemExit(1)")
    with pytest.raises(DomainError):
        probe_file(media.clip("silent.mp4"))


# A worker as Celery makes it: it forks after it was imported, and each copy asks.
_WORKER: Final = """
import os, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from media_ingest.adapters import bwrap
from media_ingest.adapters.prober import client as prober_client
from media_ingest.adapters.prober import parent as prober_parent
clip = Path({clip!r})
{before}
pids = []
for _ in range({copies}):
    pid = os.fork()
    if pid == 0:
        assert prober_client.probe_file(clip)["error"] is None
        {inside}
        os._exit(0)
    pids.append(pid)
ends = [os.waitpid(pid, 0)[1] for pid in pids]
assert prober_client.probe_file(clip)["error"] is None
print(ends, flush=True)
{after}
"""


def worker(*, before: str = "", inside: str = "", after: str = "", copies: int = 2) -> subprocess.Popen[str]:
    clip = str(media.clip("silent.mp4"))
    program = _WORKER.format(root=ROOT, clip=clip, before=before, inside=inside, after=after, copies=copies)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "marketplace.config.settings"}
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment, text=True)


def test_copies_of_a_worker_have_parents_of_their_own() -> None:
    """T22: whatever was started before the fork stays the original's."""
    with worker(before="assert prober_client.probe_file(clip)['error'] is None") as running:
        said, _ = running.communicate(timeout=60)
    assert said.strip() == "[0, 0]"
    assert running.returncode == 0


@pytest.mark.parametrize("busy", [False, True])
def test_nothing_is_left_a_second_after_a_worker_was_killed(*, busy: bool) -> None:
    """T19: SIGKILL of the worker, idle and in the middle of a file (the control: they lived before)."""
    wait = "import threading; threading.Event().wait()"
    slow = f"prober_parent.START = {_OTHERWISE.format(body='    time.sleep(600)')!r}; prober_client.end_prober()"
    after = f"{slow}; prober_client.probe_file(clip)" if busy else wait
    with worker(after=after, copies=0) as running:
        try:
            assert running.stdout is not None
            assert running.stdout.readline().strip() == "[]"
            wanted = 2 if busy else 1
            wait_until(lambda: len(descendants(running.pid)) == wanted, within_s=20, what="parent and child run")
            below = descendants(running.pid)
        finally:
            running.kill()
        wait_until(lambda: not any(map(alive, below)), within_s=1, what="they are gone")


def test_a_thread_that_ends_does_not_take_the_parent_with_it() -> None:
    """A parent-death signal is the thread's; this parent watches its line instead."""
    end_prober()
    thread = threading.Thread(target=usual)
    thread.start()
    thread.join()
    started = parent()
    usual()
    assert parent() == started


def test_a_report_is_plain_json_within_its_bound() -> None:
    assert len(json.dumps(usual())) < 8000
