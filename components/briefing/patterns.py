"""The sentence patterns (句式): one line per pattern, both languages side by side, in components/locale/briefing/."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from components.words import LOCALE
from data.yamlfile import read_yaml

FOLDER = LOCALE / "briefing"


class PatternError(KeyError):
    """A pattern that no file has, or a hole nobody filled; names the pattern and the file to open."""


@cache
def read_patterns(folder: Path = FOLDER) -> dict[str, dict[str, str]]:
    """Returns every pattern as `<file>.<name>` -> {zh, en}."""
    return {
        f"{path.stem}.{name}": texts
        for path in sorted(folder.glob("*.yaml"))
        for name, texts in (read_yaml(path) or {}).items()
    }


def pattern(rule: str, language: str) -> str:
    """Returns one pattern.

    Raises:
        PatternError: no file has it.
    """
    try:
        return read_patterns()[rule][language]
    except KeyError:
        raise PatternError(
            f"{rule!r} ({language}) is not in {FOLDER / rule.partition('.')[0]}.yaml"
        ) from None


@cache
def patterns_digest(folder: Path = FOLDER) -> str:
    """Returns the SHA-256 of the pattern files, hex: what the sentences were made from."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.yaml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
