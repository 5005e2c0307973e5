"""What the archive of briefings keeps (归档记录): keys, made briefings, what can go wrong, digests and names of files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


class BriefingError(RuntimeError):
    """Something about the archive that a person can be told."""


class NoBriefingError(BriefingError):
    """There is no such briefing, or not in that format."""


class DamagedBriefingError(BriefingError):
    """A kept file is not what was put there; names the file and both digests."""


class ReleasedError(BriefingError):
    """It is released: neither released again nor changed."""


class ChangedMeanwhileError(BriefingError):
    """Somebody else noted something while it was being printed for release: print it again."""


@dataclass(frozen=True, kw_only=True)
class BriefingKey:
    """What one briefing is about; `as_of_at` as the town's time is printed, days as ISO."""

    edition_code: str
    language_code: str
    since_date: str
    until_date: str
    as_of_at: str
    area_id: str = ""
    department_id: str = ""


@dataclass(frozen=True, kw_only=True)
class MadeBriefing:
    """One made briefing, ready to be kept.

    Attributes:
        content_sha256: of what it says: two with the same are the same briefing, made twice.
        document: its text as JSON.
        files: format code -> (file name, bytes).
    """

    key: BriefingKey
    title: str
    generation: int
    definitions_digest: str
    content_sha256: str
    document: bytes
    files: Mapping[str, tuple[str, bytes]]


def digest_of(content: bytes) -> str:
    """Returns the SHA-256 of bytes, in hex."""
    return hashlib.sha256(content).hexdigest()


def folder_name(key: BriefingKey, *, version: int, files: Mapping[str, tuple[str, bytes]]) -> str:
    """Returns the folder of one version: day, edition, language, scope, version, digest of everything inside."""
    scope = "-".join(re.sub(r"[^A-Za-z0-9]+", "-", each) for each in (key.area_id, key.department_id) if each)
    parts = (
        key.until_date,
        key.edition_code,
        key.language_code,
        scope,
        f"v{version}",
        digest_of_files(files)[:12],
    )
    return "_".join(each for each in parts if each)


def digest_of_files(files: Mapping[str, tuple[str, bytes]]) -> str:
    """Returns one digest of several files with their names."""
    lines = [f"{code} {name} {digest_of(content)}" for code, (name, content) in sorted(files.items())]
    return digest_of("\n".join(lines).encode())


def read_checked(path: Path, sha256: str) -> bytes:
    """Returns a file's bytes.

    Raises:
        DamagedBriefingError: it is not there, or its digest is another one.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DamagedBriefingError(f"{path}: cannot be read: {error.strerror}") from error
    if digest_of(content) != sha256:
        raise DamagedBriefingError(f"{path}: sha256 is {digest_of(content)}, kept was {sha256}")
    return content


def stamp_of(at: datetime) -> str:
    """Returns an instant as the book keeps it."""
    return f"{at:%Y-%m-%d %H:%M:%S}"
