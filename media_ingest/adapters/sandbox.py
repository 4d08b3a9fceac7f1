"""Locks a process in before it touches a stranger's bytes: limits, Landlock, seccomp; nothing to install.

As a program (any Python, standard library only)::

    python -I -S sandbox.py --ro INPUT --rw SCRATCH --rx PROGRAM --cpu 60 --as 3000000000 -- PROGRAM ARGUMENT…

and as functions (`limit`, `confine`) that a Python process applies to itself once its imports are done.

What is left afterwards: the files named, the memory and time granted, no network, no new programs (or just the
one named), no signals to others, no elevated rights. Works unprivileged, in default containers too. It fails
closed: where the kernel cannot do this, nothing runs. Sources: landlock(7), seccomp(2), prctl(2), Linux
syscall tables of x86_64 and of the generic ABI (aarch64).
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import functools
import os
import resource
import signal
import struct
import sys
from collections.abc import Sequence
from typing import Final, NamedTuple, NoReturn

EXIT_UNAVAILABLE: Final = 97
"""Exit status of the launcher when the sandbox cannot be applied: nothing was run."""

_OFF: Final = "--off"
"""Limits only; for development machines without Landlock."""
_OPTIONS: Final = ("--ro", "--rw", "--rx", "--cpu", "--as", "--fsize", "--nofile", "--parent", "--pipe", _OFF)
"""Files to read, a folder to make files in, a program to run; limits; a process that must be alive; descriptors that
become 3, 4 …"""
_PARKED_FROM: Final = 32
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_CLOSE_RANGE, _MOST = 436, 0xFFFFFFFF
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446

# landlock(7): rights on files. Making and removing regular files is granted in the scratch folder only.
_EXECUTE, _WRITE, _READ, _READ_DIR, _REMOVE_FILE, _MAKE_REG, _TRUNCATE = (
    1,
    1 << 1,
    1 << 2,
    1 << 3,
    1 << 5,
    1 << 8,
    1 << 14,
)
_HANDLED_BY_ABI: Final = ((1, (1 << 13) - 1), (2, 1 << 13), (3, 1 << 14), (5, 1 << 15))
_ABI_NET, _ABI_SCOPE, _ABI_TRUNCATE = 4, 6, 3
_ON_FILES: Final = _EXECUTE | _WRITE | _READ | _TRUNCATE
_LIBRARY_PATHS: Final = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
_LOADERS: Final = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-x86_64.so.1")

_ARCHITECTURES: Final = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
# Refused system calls as (x86_64, aarch64); None where the architecture has no such call.
_REFUSED: Final[dict[str, tuple[int | None, int | None]]] = {
    # talking to anybody
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242), "sendto": (44, 206), "sendmsg": (46, 211), "sendmmsg": (307, 269),
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190), "semop": (65, 193),
    "semctl": (66, 191), "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187),
    "mq_open": (240, 180),
    # touching other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440), "fork": (57, None), "vfork": (58, None), "setpriority": (141, 140),
    # leaving: namespaces, mounts, other roots
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "fanotify_init": (300, 262),
    # the kernel itself
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "init_module": (175, 105), "delete_module": (176, 106), "finit_module": (313, 273),
    "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "syslog": (103, 116), "acct": (163, 89),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "personality": (135, 92), "iopl": (172, None),
    "ioperm": (173, None), "modify_ldt": (154, None), "vhangup": (153, 58), "settimeofday": (164, 170),
    "clock_settime": (227, 112), "clock_adjtime": (305, 266), "adjtimex": (159, 171), "sethostname": (170, 161),
    "setdomainname": (171, 162), "lookup_dcookie": (212, 18),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    # marking files that Landlock does not watch
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None),
    "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "setxattr": (188, 5), "lsetxattr": (189, 6),
    "fsetxattr": (190, 7), "setxattrat": (463, 463), "removexattr": (197, 14), "lremovexattr": (198, 15),
    "fremovexattr": (199, 16), "removexattrat": (466, 466), "utime": (132, None), "utimes": (235, None),
    "futimesat": (261, None), "utimensat": (280, 88), "truncate": (76, 45),
    "mknod": (133, None), "mknodat": (259, 33), "symlink": (88, None), "symlinkat": (266, 36), "link": (86, None),
    "linkat": (265, 37),
}  # fmt: skip
_FORKING: Final = frozenset({"fork", "kill"})
_EXECUTING: Final = {"execve": (59, 221), "execveat": (322, 281)}
_CLONE, _CLONE3, _TGKILL, _PRLIMIT, _SECCOMP = (56, 220), (435, 435), (234, 131), (302, 261), (317, 277)
_CLONE_THREAD, _CLONE_NEW_ANYTHING = 0x00010000, 0x7E020000
_LOAD, _EQUAL, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_X32: Final = 0x40000000
_NR, _ARCH, _ARG0 = 0, 4, 16


class SandboxUnavailableError(Exception):
    """The kernel cannot lock this process in; nothing may be opened."""


class Limits(NamedTuple):
    """What a process may use: CPU seconds, address space, largest file it writes, open files."""

    cpu_s: int
    address_space: int = 3_000_000_000
    file_size: int = 1_000_000
    open_files: int = 64


class SandboxStatus(NamedTuple):
    """Whether media can be processed here, for the health page."""

    available: bool
    landlock_abi: int
    detail: str


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _syscall(*arguments: object) -> int:
    return int(_libc().syscall(*arguments))


def _long(value: int) -> ctypes.c_long:
    return ctypes.c_long(value)


def landlock_abi() -> int:
    """Return the Landlock version of the running kernel; 0 where there is none."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(0, _syscall(_long(_LANDLOCK_CREATE), None, ctypes.c_size_t(0), ctypes.c_uint32(1)))


def sandbox_status() -> SandboxStatus:
    """Tell whether the sandbox can be applied on this machine, and if not, what is missing."""
    if not sys.platform.startswith("linux"):
        return SandboxStatus(available=False, landlock_abi=0, detail=f"needs Linux, this is {sys.platform}")
    machine = os.uname().machine
    if machine not in _ARCHITECTURES:
        return SandboxStatus(available=False, landlock_abi=0, detail=f"no system call table for {machine}")
    abi = landlock_abi()
    if abi < 1:
        return SandboxStatus(available=False, landlock_abi=0, detail="the kernel has no Landlock (5.13, lsm=landlock)")
    column = _ARCHITECTURES[machine][1]
    action = ctypes.c_uint32(_ERRNO)
    if _syscall(_long(_SECCOMP[column]), _long(2), _long(0), ctypes.byref(action)) != 0:
        return SandboxStatus(available=False, landlock_abi=abi, detail="the kernel refuses seccomp filters")
    return SandboxStatus(available=True, landlock_abi=abi, detail=f"Landlock {abi}, seccomp, {machine}")


def limit(limits: Limits) -> None:
    """Set resource limits of this process for good. At the CPU limit the kernel kills: nothing can catch that."""
    cpu = (limits.cpu_s, limits.cpu_s)
    memory, size, files = limits.address_space, limits.file_size, limits.open_files
    for kind, pair in (
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_AS, (memory, memory)),
        (resource.RLIMIT_FSIZE, (size, size)),
        (resource.RLIMIT_NOFILE, (files, files)),
        (resource.RLIMIT_CORE, (0, 0)),
    ):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, pair if hard == resource.RLIM_INFINITY else (min(pair[0], hard), min(pair[1], hard)))


def close_from(first: int, last: int) -> None:
    """Close every descriptor from ``first``; where the kernel has no call for it (before 5.9), up to ``last``."""
    if not sys.platform.startswith("linux") or _syscall(_long(_CLOSE_RANGE), _long(first), _long(_MOST), _long(0)) != 0:
        os.closerange(first, last)


def die_with_parent(parent: int | None) -> None:
    """Ask the kernel to kill this process when its parent dies; ``parent`` closes the race at start."""
    if sys.platform.startswith("linux"):
        _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(EXIT_UNAVAILABLE)


def confine(
    *,
    readable: Sequence[str] = (),
    writable: Sequence[str] = (),
    executable: Sequence[str] = (),
    may_fork: bool = False,
    just_forked: bool = False,
) -> None:
    """Lock this process in: only these files, no network, no way out. ``executable`` empty: no new program.

    Descriptors that are open stay usable. ``may_fork``: it may make copies of itself, as locked in as it is, and
    end them; where Landlock scopes signals (ABI 6) it reaches nobody else. A copy (``just_forked``, so with one
    thread) confines itself once more.

    Raises SandboxUnavailableError (and the caller must stop) when any part cannot be applied.
    """
    status = sandbox_status()
    if not status.available:
        raise SandboxUnavailableError(status.detail)
    tasks = "/proc/self/task"
    if not just_forked and os.path.isdir(tasks) and len(os.listdir(tasks)) != 1:  # noqa: PTH112, PTH208 - runs before any other import
        message = "other threads are running, they would stay outside"
        raise SandboxUnavailableError(message)
    if _libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        _unavailable("no_new_privs")
    _landlock(status.landlock_abi, readable, writable, executable)
    _seccomp(may_execute=bool(executable), may_fork=may_fork)


def _unavailable(what: str) -> NoReturn:
    message = f"{what}: {os.strerror(ctypes.get_errno())}"
    raise SandboxUnavailableError(message)


def _landlock(abi: int, readable: Sequence[str], writable: Sequence[str], executable: Sequence[str]) -> None:
    handled = 0
    for since, rights in _HANDLED_BY_ABI:
        handled |= rights if abi >= since else 0
    words = [handled, 3] if abi >= _ABI_NET else [handled]
    words += [3] if abi >= _ABI_SCOPE else []
    attributes = struct.pack(f"={len(words)}Q", *words)
    rules = _syscall(_long(_LANDLOCK_CREATE), attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    if rules < 0:
        _unavailable("landlock_create_ruleset")
    granted = [(path, _READ | _READ_DIR) for path in readable]
    scratch = _READ | _READ_DIR | _WRITE | _REMOVE_FILE | _MAKE_REG | (_TRUNCATE if abi >= _ABI_TRUNCATE else 0)
    granted += [(path, scratch) for path in writable]
    if executable:
        granted += [(path, _READ | _EXECUTE) for path in executable]
        granted += [(path, _READ | _READ_DIR) for path in _LIBRARY_PATHS if os.access(path, os.F_OK)]
        granted += [(path, _READ | _EXECUTE) for path in _LOADERS if os.access(path, os.F_OK)]
    for path, rights in granted:
        _grant(rules, path, rights & handled)
    if _syscall(_long(_LANDLOCK_RESTRICT), ctypes.c_int(rules), ctypes.c_uint32(0)) != 0:
        _unavailable("landlock_restrict_self")
    os.close(rules)


def _grant(rules: int, path: str, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    if not os.path.isdir(path):  # noqa: PTH112 - standard library of a bare interpreter
        rights &= _ON_FILES
    rule = struct.pack("=Qi", rights, place)
    if _syscall(_long(_LANDLOCK_ADD), ctypes.c_int(rules), ctypes.c_int(1), rule, ctypes.c_uint32(0)) != 0:
        _unavailable("landlock_add_rule")
    os.close(place)


def _filter(column: int, architecture: int, *, may_execute: bool, may_fork: bool) -> list[tuple[int, int, int, int]]:
    """Return the BPF program: refuse the listed calls, threads only, signals and limits only for oneself."""
    refuse = (_RETURN, 0, 0, _ERRNO | errno.EPERM)
    allow = (_RETURN, 0, 0, _ALLOW)
    program = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NR)]
    if column == 0:
        program += [(_AT_LEAST, 0, 1, _X32), refuse]
    calls = {name: pair for name, pair in _REFUSED.items() if not (may_fork and name in _FORKING)}
    refused = [*calls.values(), *(() if may_execute else _EXECUTING.values())]
    for number in sorted({pair[column] for pair in refused} - {None}):
        program += [(_EQUAL, 0, 1, number or 0), refuse]
    program += [(_EQUAL, 0, 1, _CLONE3[column]), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]
    program += [(_EQUAL, 0, 5, _CLONE[column]), (_LOAD, 0, 0, _ARG0), (_BITS, 2, 0, _CLONE_NEW_ANYTHING)]
    program += [allow, refuse, refuse] if may_fork else [(_BITS, 0, 1, _CLONE_THREAD), allow, refuse]
    if not may_fork:
        program += [(_EQUAL, 0, 4, _TGKILL[column]), (_LOAD, 0, 0, _ARG0), (_EQUAL, 0, 1, os.getpid()), allow, refuse]
    program += [(_EQUAL, 0, 4, _PRLIMIT[column]), (_LOAD, 0, 0, _ARG0), (_EQUAL, 0, 1, 0), allow, refuse]
    return [*program, allow]


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def install_filter(program: Sequence[tuple[int, int, int, int]], column: int) -> None:
    """Hand a seccomp program to the kernel, for every thread of this process."""
    code = b"".join(struct.pack("=HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    described = _Program(len(program), ctypes.addressof(buffer))
    if _syscall(_long(_SECCOMP[column]), _long(1), _long(1), ctypes.byref(described)) != 0:
        _unavailable("seccomp")


def _seccomp(*, may_execute: bool, may_fork: bool) -> None:
    architecture, column = _ARCHITECTURES[os.uname().machine]
    install_filter(_filter(column, architecture, may_execute=may_execute, may_fork=may_fork), column)


def _arguments(argv: Sequence[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Return what each option was given, and the command behind ``--``; exit 2 for anything else.

    By hand: argparse would take longer to load than all the rest of the launcher, for each process.
    """
    given: dict[str, list[str]] = {name: [] for name in _OPTIONS}
    rest = list(argv)
    while rest and rest[0] != "--":
        name = rest.pop(0)
        if name not in given or (name != _OFF and not rest):
            break
        given[name].append("" if name == _OFF else rest.pop(0))
    if len(rest) < 2 or rest[0] != "--":
        sys.stderr.write(f"sandbox: [{'|'.join(_OPTIONS)} …] … -- PROGRAM [ARGUMENT …]\n")
        sys.exit(2)
    return given, rest[1:]


def _number(given: Sequence[str], otherwise: int) -> int:
    return int(given[-1]) if given else otherwise


def _renumber(pipes: Sequence[int]) -> None:
    """Put the given descriptors at 3, 4 … in their order; the program is told these numbers."""
    parked = [fcntl.fcntl(pipe, fcntl.F_DUPFD_CLOEXEC, _PARKED_FROM) for pipe in pipes]
    for pipe in pipes:
        os.close(pipe)
    for number, pipe in enumerate(parked, start=3):
        os.dup2(pipe, number, inheritable=True)


def main(argv: Sequence[str]) -> NoReturn:
    """Lock this process in and become the program named after ``--``; exit 97 when that is not possible."""
    chosen, command = _arguments(argv)
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_DFL)  # Python ignores both; the program must feel them
    try:
        die_with_parent(int(chosen["--parent"][-1]) if chosen["--parent"] else None)
        _renumber([int(pipe) for pipe in chosen["--pipe"]])
        usual = Limits(cpu_s=60)
        limit(
            Limits(
                cpu_s=_number(chosen["--cpu"], usual.cpu_s),
                address_space=_number(chosen["--as"], usual.address_space),
                file_size=_number(chosen["--fsize"], usual.file_size),
                open_files=_number(chosen["--nofile"], usual.open_files),
            )
        )
        if not chosen[_OFF]:
            confine(readable=chosen["--ro"], writable=chosen["--rw"], executable=chosen["--rx"])
    except (SandboxUnavailableError, OSError, ValueError) as refusal:
        sys.stderr.write(f"sandbox: refusing to run: {refusal}\n")
        sys.exit(EXIT_UNAVAILABLE)
    scratch = chosen["--rw"][0] if chosen["--rw"] else "/nonexistent"
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "TMPDIR": scratch}
    os.execve(command[0], command, environment)  # noqa: S606 - an argument list, and no shell is the point


if __name__ == "__main__":
    main(sys.argv[1:])
