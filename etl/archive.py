"""Archive (归档): bytes are kept as received, under their own digest; refused files with their reason."""

from __future__ import annotations

import hashlib
import io
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from etl.arrivals import has_landed

CHUNK = 1 << 20


class TransientError(OSError):
    """Something passing (disk full, file gone): nothing was changed, the file stays, try again later."""


@dataclass(frozen=True)
class Kept:
    """A file in the archive."""

    path: Path
    sha256: str
    byte_count: int
    has_nul: bool


def archive_path(home: Path, sha256: str) -> Path:
    """Returns where bytes with this digest are kept."""
    return home / "archive" / sha256[:2] / sha256


def keep_bytes(home: Path, path: Path, *, is_landed: bool = False) -> Kept:
    """Copies a file into the archive; what is loaded afterwards is this copy, whatever happens to the original.

    Of a link in landing/ only where it points is kept: a sender must not choose which of this machine's files are read.

    Raises:
        TransientError: the file is gone, unreadable, or the disk is full.
    """
    temporary = home / "archive" / f".{os.getpid()}.part"
    try:
        digest, size, has_nul = hashlib.sha256(), 0, False
        with _open_source(path, is_landed=is_landed) as source, temporary.open("wb") as sink:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                sink.write(chunk)
                size += len(chunk)
                has_nul = has_nul or b"\0" in chunk
            sink.flush()
            os.fsync(sink.fileno())
        target = archive_path(home, digest.hexdigest())
        target.parent.mkdir(exist_ok=True, mode=0o700)
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise TransientError(f"{path}: cannot be kept: {error.strerror or error}") from None
    return Kept(target, digest.hexdigest(), size, has_nul)


def _open_source(path: Path, *, is_landed: bool) -> BinaryIO:
    if is_landed and path.is_symlink():
        return io.BytesIO(os.fsencode(os.readlink(path)))
    return path.open("rb")


def keep_refused(home: Path, path: Path, *, feed: str, kept: Kept, reason: dict[str, str]) -> Path:
    """Puts a refused file aside with a `.reason.json` beside it; returns where it is."""
    folder = home / "refused" / feed
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"{kept.sha256[:12]}-{path.name}"
    if not target.exists():
        os.link(kept.path, target)
    text = json.dumps({"file": path.name, "sha256": kept.sha256, **reason}, ensure_ascii=False, indent=1)
    target.with_name(target.name + ".reason.json").write_text(text + "\n", encoding="utf-8")
    return target


def leave_landing(landing_dir: Path, path: Path, *, kept: Kept) -> None:
    """Removes a file from landing/ once it is dealt with; files elsewhere belong to their owner.

    A file that grew since it was kept stays: it is loaded again, whole.
    """
    if not has_landed(landing_dir, path):
        return
    with suppress(FileNotFoundError):
        if path.lstat().st_size == kept.byte_count:
            path.unlink()
