"""Files and folders that survive a power cut (落盘): whole or not there; a reader sees the old or the new."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

_UNFINISHED = ".making-"
_ABANDONED_S = 3600


class FolderTaken(FileExistsError):
    """A folder of that name is there already, with other files."""


def keep_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes a folder of read-only files in one step: a reader sees all of them or none.

    A folder that is there already with exactly these files is left as it is: left by a run that was cut short.

    Raises:
        FolderTaken: it is there with anything else inside.
    """
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    making = folder.parent / f"{_UNFINISHED}{secrets.token_hex(8)}"
    making.mkdir(mode=0o700)
    try:
        for name, content in files.items():
            write_file(making / name, content)
        flush_folder(making)
        _put(making, folder, files)
        flush_folder(folder.parent)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def write_file(path: Path, content: bytes, *, mode: int = 0o440) -> None:
    """Writes a new file, readable only unless said otherwise, and waits until it is on the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def put_file(path: Path, content: bytes) -> None:
    """Puts a file into a folder others watch: they see it whole or not at all; an equal one is left alone."""
    if path.is_file() and hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(content).digest():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        write_file(hidden, content, mode=0o640)
        os.replace(hidden, path)
    finally:
        hidden.unlink(missing_ok=True)
    flush_folder(path.parent)


def flush(path: Path) -> None:
    """Waits until a written file is on the disk."""
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


def swap_file(path: Path, content: bytes) -> None:
    """Replaces a file so that a reader sees the old or the new content, also after a power cut."""
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(temporary, path)


def flush_folder(folder: Path) -> None:
    """Waits until the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path) -> int:
    """Removes what runs that were cut short left unfinished long ago; returns how many."""
    left = [
        each for each in folder.glob(f"{_UNFINISHED}*") if time.time() - each.stat().st_mtime > _ABANDONED_S
    ]
    for each in left:
        shutil.rmtree(each, ignore_errors=True)
    return len(left)


def _put(making: Path, folder: Path, files: Mapping[str, bytes]) -> None:
    try:
        os.rename(making, folder)  # onto a folder with files inside this fails: nothing is ever overwritten
    except OSError:
        if not folder.is_dir():
            raise
        found = {each.name: each.read_bytes() for each in folder.iterdir()}
        if found != dict(files):
            raise FolderTaken(f"{folder}: is there already with other content") from None
