"""Locks the running process in (沙箱): no file, no network, no other process; told in words what the kernel could do.

Called by the child when its private copy is made and no other thread runs: Landlock and seccomp bind a thread and what it
starts, so a thread left over would stay free. Only the standard library, because the child starts for every statement.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
from pathlib import Path

_SET_NO_NEW_PRIVILEGES, _SET_DUMPABLE, _SET_SECCOMP, _FILTER_MODE = 38, 4, 22, 2
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446  # the same numbers on every architecture
# Rights to files that each version of Landlock knows; a right that is handled and not granted is denied.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_NETWORK_RIGHTS, _SCOPES = 0b11, 0b11
# What is refused beside: starting programs or processes, sockets, reaching into other processes, opening or changing files.
_DENIED = {
    "x86_64": (
        0xC000003E,
        *(56, 57, 58, 435, 59, 322),  # clone fork vfork clone3 execve execveat
        *(41, 42, 43, 49, 50, 53, 288),  # socket connect accept bind listen socketpair accept4
        *(62, 200, 234, 101, 310, 311, 424, 434, 438),  # kill tkill tgkill ptrace process_vm pidfd
        *(2, 85, 257, 437, 76, 82, 264, 316, 83, 258, 84, 87, 263, 86, 265, 88, 266, 90, 92, 161, 165),
        *(
            425,
            426,
            427,
            321,
            298,
            248,
            249,
            250,
            157,
            317,
            272,
            308,
        ),  # io_uring bpf perf keys prctl seccomp namespaces
    ),
    "aarch64": (
        0xC00000B7,
        *(220, 435, 221, 281),
        *(198, 203, 202, 200, 201, 199, 242),
        *(129, 130, 131, 117, 270, 271, 424, 434, 438),
        *(56, 437, 45, 38, 276, 34, 35, 37, 36, 52, 54, 51, 40),
        *(425, 426, 427, 280, 241, 217, 218, 219, 167, 277, 97, 268),
    ),
}
_DENY_EPERM, _ALLOW, _KILL = 0x00050001, 0x7FFF0000, 0x80000000


class NotAlone(RuntimeError):
    """Another thread runs in this process: it would not be locked in."""


class _Step(ctypes.Structure):
    _fields_ = [
        ("code", ctypes.c_ushort),
        ("jt", ctypes.c_ubyte),
        ("jf", ctypes.c_ubyte),
        ("k", ctypes.c_uint),
    ]


class _Program(ctypes.Structure):
    _fields_ = [("count", ctypes.c_ushort), ("steps", ctypes.POINTER(_Step))]


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64)]


def limit(*, memory_mb: int, cpu_s: int) -> None:
    """Sets what the process may use, before it opens anything: memory, processor time, files, priority."""
    os.nice(10)
    most = memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
    try:
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    except OSError:
        return  # only a hint to the kernel whom to end first


def lock_in() -> list[str]:
    """Takes away files, network, new processes for good; returns the locks that hold, by name.

    Raises:
        NotAlone: another thread runs.
    """
    if len(os.listdir("/proc/self/task")) > 1:
        raise NotAlone("another thread runs: it would not be locked in")
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    has_no_new = libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
    held = ["rlimits"]
    if has_no_new and (version := _landlock(libc)):
        held.append(f"landlock {version}")
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    if has_no_new and _seccomp(libc):
        held.append("seccomp")
    return held


def _landlock(libc: ctypes.CDLL) -> int:
    """Denies every file and connection Landlock knows of; returns its version, 0 where the kernel has none."""
    version = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return 0
    files = (1 << _FILE_RIGHTS[min(version, 5)]) - 1
    rules = _Ruleset(files, _NETWORK_RIGHTS if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    handle = libc.syscall(_LANDLOCK_CREATE, ctypes.byref(rules), ctypes.c_size_t(size), 0)
    if handle < 0:
        return 0
    is_held = libc.syscall(_LANDLOCK_RESTRICT, handle, 0) == 0
    os.close(handle)
    return version if is_held else 0


def _seccomp(libc: ctypes.CDLL) -> bool:
    """Refuses the system calls of the list; whether the kernel took the filter."""
    known = _DENIED.get(platform.machine())
    if known is None:
        return False
    architecture, *denied = known
    steps = [(0x20, 0, 0, 4), (0x15, 1, 0, architecture), (0x06, 0, 0, _KILL), (0x20, 0, 0, 0)]
    if platform.machine() == "x86_64":  # the x32 numbering would be a second set of doors
        steps += [(0x35, 0, 1, 0x40000000), (0x06, 0, 0, _KILL)]
    for number in denied:
        steps += [(0x15, 0, 1, number), (0x06, 0, 0, _DENY_EPERM)]
    steps.append((0x06, 0, 0, _ALLOW))
    array = (_Step * len(steps))(*(_Step(*each) for each in steps))
    program = _Program(len(steps), array)
    return libc.prctl(_SET_SECCOMP, _FILTER_MODE, ctypes.byref(program), 0, 0) == 0
