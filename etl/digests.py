"""Digests of files (文件摘要): what tables depend on besides rows; files are read again only when one of them changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path


def files_digest(files: Iterable[Path]) -> str:
    """Returns a digest of the files' names and bytes, independent of where they lie and of their order."""
    told = [(path, path.stat()) for path in sorted(files)]
    return _digest(tuple((path, status.st_mtime_ns, status.st_size, status.st_ino) for path, status in told))


@lru_cache(maxsize=8)
def _digest(told: tuple[tuple[Path, int, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, *_ in told:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
