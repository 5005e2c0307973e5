"""Arrivals (到达): which files in landing/ are complete, and what lies there that nobody will ever load."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
from collections.abc import Iterable
from pathlib import Path

UNFINISHED_SUFFIXES = (".part", ".tmp")


def has_landed(landing_dir: Path, path: Path) -> bool:
    """Whether a file lies in landing/ itself; for a link that is where the link lies, not what it points to."""
    return path.parent.resolve().is_relative_to(landing_dir.resolve())


def arrived_files(landing_dir: Path, feed: str) -> list[Path]:
    """Returns a feed's complete files by name, links among them; the loader refuses those."""
    folder = landing_dir / feed
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if is_finished(path))


def is_finished(path: Path) -> bool:
    """Whether a file is complete: not hidden, not called .part or .tmp, and no program has it open for writing."""
    if path.name.startswith(".") or path.name.endswith(UNFINISHED_SUFFIXES):
        return False
    return path.is_symlink() or (path.is_file() and not is_being_written(path))


def is_being_written(path: Path) -> bool:
    """Whether a program has the file open for writing; False where the system cannot tell (other owner, not Linux)."""
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False  # the load will say why
    try:
        # Should a writer come within these two lines, the system tells us by a signal: one that is ignored by default.
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(handle)
    return False


def list_strays(landing_dir: Path, feeds: Iterable[str]) -> list[str]:
    """Returns what nobody will load, with the reason: loose files, folders of unknown feeds, folders inside feeds."""
    known, strays = set(feeds), []
    for entry in sorted(landing_dir.iterdir()) if landing_dir.is_dir() else []:
        if entry.name.startswith("."):
            continue
        if not entry.is_dir():
            strays.append(f"{entry}: lies in no feed's folder")
        elif entry.name in known:
            strays += [f"{path}: a folder, not a file" for path in sorted(entry.iterdir()) if path.is_dir()]
        elif any(entry.iterdir()):
            strays.append(f"{entry}: no such feed")
    return strays
