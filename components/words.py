"""Words of the screens (文案): one line per word in locale/<section>.yaml, both languages side by side."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

LOCALE = Path(__file__).resolve().parent / "locale"
LANGUAGES = ("zh", "en")


class WordError(KeyError):
    """A word that no locale file has; names the key and the file to open."""


@cache
def read_words() -> dict[str, dict[str, str]]:
    """Returns every word as `<section>.<key>` -> {zh, en}."""
    words: dict[str, dict[str, str]] = {}
    for path in sorted(LOCALE.glob("*.yaml")):
        section = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        words |= {f"{path.stem}.{key}": texts for key, texts in section.items()}
    return words


def word(key: str, lang: str, **values: object) -> str:
    """Returns the word in `zh` or `en`, placeholders filled in.

    Raises:
        WordError: no locale file has the key.
    """
    try:
        text = read_words()[key][lang]
    except KeyError:
        section = key.partition(".")[0]
        raise WordError(f"{key!r} ({lang}) is not in {LOCALE / section}.yaml") from None
    return text.format(**values) if values else text
