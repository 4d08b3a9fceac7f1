"""The sandbox keeps its promises (T17), refuses to run where it cannot (T18), and tells nothing (T20)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from media_ingest.adapters import sandbox
from media_ingest.adapters.sandbox import EXIT_UNAVAILABLE, sandbox_status

LAUNCHER: Final = Path(sandbox.__file__).resolve()
ROOT: Final = LAUNCHER.parents[2]

pytestmark = pytest.mark.skipif(not sandbox_status().available, reason=sandbox_status().detail)

# Attempts of a program that has taken over the process, run inside with the same functions the prober uses.
# Each is one expression; "escaped" is printed for what worked.
ATTEMPTS: Final[dict[str, str]] = {
    "read the password file": "open('/etc/passwd').read()",
    "read the parent's environment": "open(f'/proc/{os.getppid()}/environ','rb').read()",
    "read process one": "open('/proc/1/environ','rb').read()",
    "read the secret beside the input": "open(secret).read()",
    "list the folder of the input": "os.listdir(os.path.dirname(secret))",
    "write beside the input": "open(secret + '.new','w')",
    "write to /tmp": "open('/tmp/offcut-escape','w')",
    "make a link": "os.symlink('/etc/passwd', scratch + '/link')",
    "make a hard link": "os.link(allowed, scratch + '/link')",
    "make a pipe": "os.mkfifo(scratch + '/pipe')",
    "make a folder": "os.mkdir(scratch + '/folder')",
    "change the mode of the input": "os.chmod(allowed, 0o777)",
    "shorten the input": "os.truncate(allowed, 0)",
    "open the network": "socket.socket(socket.AF_INET)",
    "open a local socket": "socket.socket(socket.AF_UNIX)",
    "make a pair of sockets": "socket.socketpair()",
    "kill the parent": "os.kill(os.getppid(), 0)",
    "kill process one": "os.kill(1, 0)",
    "start a program": "os.execv('/bin/true', ['true'])",
    "fork": "os.fork()",
    "new namespaces": "call(272, 0x10000000)",
    "trace the parent": "call(101, 16, os.getppid(), 0, 0)",
    "mount": "call(165, b'none', b'/mnt', b'tmpfs', 0, 0)",
    "io_uring": "call(425, 8, ctypes.create_string_buffer(200))",
    "bpf": "call(321, 0, 0, 0)",
    "userfaultfd": "call(323, 0)",
    "memory file": "os.memfd_create('x')",
    "keyring": "call(250, 0, -3, 0)",
    "limits of the parent": "resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)",
    "raise the CPU limit": "resource.setrlimit(resource.RLIMIT_CPU, (9999, 9999))",
    "two gigabytes": "bytearray(2_000_000_000)",
    "a large file": "open(scratch + '/large','wb').write(bytes(3_000_000))",
}
ALLOWED: Final[dict[str, str]] = {
    "read the input": "open(allowed).read()",
    "write to the scratch folder": "open(scratch + '/out','w').write('x')",
    "start a thread": "threading.Thread(target=print, args=()).start()",
    "raise in oneself": "signal.raise_signal(0) if False else None",
}
_INSIDE: Final = """
import ctypes, json, os, resource, signal, socket, sys, threading
sys.path.insert(0, {root!r})
from media_ingest.adapters import sandbox
libc = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    if libc.syscall(*arguments) < 0:
        raise OSError(ctypes.get_errno(), 'refused')
secret, allowed, scratch = {secret!r}, {allowed!r}, {scratch!r}
attempts = json.loads({attempts!r})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sandbox.limit(sandbox.Limits(cpu_s=20, address_space=1_000_000_000, file_size=1_000_000))
sandbox.confine(readable=[allowed], writable=[scratch])
found = {{}}
for name, attempt in attempts.items():
    try:
        eval(attempt)
        found[name] = 'escaped'
    except (OSError, MemoryError, ValueError) as error:
        found[name] = type(error).__name__
print(json.dumps(found))
"""


def inside(
    tmp_path: Path, attempts: dict[str, str], *, python: str = sys.executable, user: int | None = None
) -> dict[str, str]:
    """Run attempts in a confined process, as root's or as another user's."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "input").write_text("input")
    if user is not None:
        os.chown(scratch, user, user)
        for folder in (tmp_path, *tmp_path.parents[:3]):
            folder.chmod(0o755)
    names = {"secret": str(tmp_path / "secret"), "allowed": str(tmp_path / "input"), "scratch": str(scratch)}
    program = _INSIDE.format(root=str(ROOT), attempts=json.dumps(attempts), **names)
    command = [python, "-I", "-c", program]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, user=user)
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_no_way_out_is_open(tmp_path: Path) -> None:
    """T17: thirty-two attempts to get out, as the user that runs the tests (root in CI)."""
    found = inside(tmp_path, ATTEMPTS)
    assert [name for name, end in found.items() if end == "escaped"] == []
    assert len(found) == len(ATTEMPTS)
    assert (tmp_path / "secret").read_text() == "secret"
    assert (tmp_path / "input").read_text() == "input"


def test_what_media_code_needs_still_works(tmp_path: Path) -> None:
    assert set(inside(tmp_path, ALLOWED).values()) == {"escaped"}


def test_control_the_same_attempts_work_outside(tmp_path: Path) -> None:
    """T17, control: the attempts are real; unconfined, the harmless ones succeed."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    for attempt in ("read the password file", "open the network", "make a pair of sockets", "kill the parent"):
        program = f"import os, socket; secret = {str(secret)!r}; {ATTEMPTS[attempt]}"
        assert subprocess.run([sys.executable, "-I", "-c", program], check=False, timeout=60).returncode == 0


def launched(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(LAUNCHER), *arguments]
    secret = {**os.environ, "OFFCUT_SECRET_KEY": "not for children", "DATABASE_URL": "postgres://u:p@h/d"}
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env=secret)


def test_a_program_sees_four_variables_and_no_secret(tmp_path: Path) -> None:
    """T20: the launcher passes on four variables."""
    done = launched("--rw", str(tmp_path), "--rx", "/usr/bin/env", "--", "/usr/bin/env")
    assert done.returncode == 0, done.stderr
    names = {line.partition("=")[0] for line in done.stdout.splitlines()}
    assert names == {"PATH", "LC_ALL", "HOME", "TMPDIR"}
    assert "not for children" not in done.stdout


def test_a_program_that_was_not_named_is_not_run(tmp_path: Path) -> None:
    done = launched("--rw", str(tmp_path), "--rx", "/usr/bin/env", "--", "/bin/cat", "/etc/hostname")
    assert done.returncode != 0
    assert done.stdout == ""


def test_endless_work_ends_at_the_cpu_limit() -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r});"
        "from media_ingest.adapters import sandbox; sandbox.limit(sandbox.Limits(cpu_s=1))\nwhile True: pass"
    )
    assert subprocess.run([sys.executable, "-I", "-c", program], check=False, timeout=60).returncode < 0


# T18: a parent filter makes the kernel look as if it had no Landlock; then the real launcher is started.
_WITHOUT_LANDLOCK: Final = """
import os, sys
sys.path.insert(0, {root!r})
from media_ingest.adapters import sandbox
architecture, column = sandbox._ARCHITECTURES[os.uname().machine]
sandbox._libc().prctl(38, 1, 0, 0, 0)
enosys = (0x06, 0, 0, 0x00050000 | 38)
program = [(0x20, 0, 0, 0)]
for number in (444, 445, 446):
    program += [(0x15, 0, 1, number), enosys]
sandbox.install_filter([*program, (0x06, 0, 0, 0x7FFF0000)], column)
{then}
"""


def without_landlock(then: str) -> subprocess.CompletedProcess[str]:
    program = _WITHOUT_LANDLOCK.format(root=str(ROOT), then=then)
    command = [sys.executable, "-I", "-c", program]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


def test_without_landlock_the_launcher_runs_nothing(tmp_path: Path) -> None:
    """T18: a kernel without Landlock (a seccomp filter answers ENOSYS) runs no tool."""
    arguments = [sys.executable, "-I", "-S", str(LAUNCHER), "--rw", str(tmp_path), "--rx", "/bin/echo"]
    done = without_landlock(f"os.execv(sys.executable, {[*arguments, '--', '/bin/echo', 'ran']!r})")
    assert done.returncode == EXIT_UNAVAILABLE
    assert "refusing to run" in done.stderr
    assert "ran" not in done.stdout


def test_without_landlock_the_prober_starts_no_child() -> None:
    """T18: the prober's parent refuses by itself, whatever its worker believes."""
    start = (
        "import socket; ours, theirs = socket.socketpair(); from media_ingest.adapters.prober import zygote\n"
        "try: zygote.main([str(theirs.detach()), 'required'])\n"
        "except SystemExit as end: print(end.code, ours.recv(1000).decode())"
    )
    done = without_landlock(start)
    assert done.stdout.startswith(f'{EXIT_UNAVAILABLE} {{"refused": "the kernel has no Landlock')


def test_without_landlock_the_health_check_is_red() -> None:
    """T18: and says so."""
    done = without_landlock("status = sandbox.sandbox_status(); print(status.available, status.detail)")
    assert done.stdout.startswith("False the kernel has no Landlock")


def test_here_the_health_check_is_green() -> None:
    status = sandbox_status()
    assert status.available
    assert status.landlock_abi >= 1
    assert "seccomp" in status.detail


def test_other_threads_would_stay_outside_so_confining_is_refused(tmp_path: Path) -> None:
    program = (
        f"import sys, threading; sys.path.insert(0, {str(ROOT)!r})\n"
        "from media_ingest.adapters import sandbox\n"
        "wait = threading.Event(); threading.Thread(target=wait.wait, daemon=True).start()\n"
        f"try: sandbox.confine(readable=[{str(tmp_path)!r}])\n"
        "except sandbox.SandboxUnavailableError: print('refused')\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "refused"


def python_of(user: int) -> str | None:
    """An interpreter that another user may start and that can read this repository."""
    check = f"open({str(LAUNCHER)!r}).close(); import dataclasses, sys; assert sys.version_info >= (3, 11)"
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            done = subprocess.run([python, "-I", "-c", check], check=False, capture_output=True, user=user, timeout=60)
        except OSError:
            continue
        if done.returncode == 0:
            return python
    return None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_no_way_out_is_open_to_an_ordinary_user_either(tmp_path: Path) -> None:
    """T17: the same attempts as nobody."""
    nobody = 65534
    python = python_of(nobody)
    if python is None:
        pytest.skip("no interpreter here can be started by another user")
    found = inside(tmp_path, ATTEMPTS, python=python, user=nobody)
    assert [name for name, end in found.items() if end == "escaped"] == []
