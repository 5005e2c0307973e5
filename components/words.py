"""Words of the screens (文案): one line per word, both languages side by side.

`locale/<section>.yaml` holds words the code asks for; `locale/codes/<section>.yaml` holds what the codes of a column
are called (`colour_code` -> `codes/colour.yaml`), in the order they are shown; `locale/sides/<module>.yaml` holds what a
module calls the sides of its rows, beside those of `side.yaml`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from data.yamlfile import read_yaml

LOCALE = Path(__file__).resolve().parent / "locale"
CODES = LOCALE / "codes"
SIDES = LOCALE / "sides"
LANGUAGES = ("zh", "en")


class WordError(KeyError):
    """A word that no locale file has, or a section that two files claim; names the key and the file to open."""


@cache
def read_words() -> dict[str, dict[str, str]]:
    """Returns every word as `<section>.<key>` -> {zh, en}, each section in its file's order.

    Raises:
        WordError: a section stands both among the words and among the codes, or a side has two words.
        DefinitionError: a file is not YAML, or names a word twice.
    """
    words: dict[str, dict[str, str]] = {}
    sections: dict[str, Path] = {}
    for path in (*sorted(LOCALE.glob("*.yaml")), *sorted(CODES.glob("*.yaml"))):
        if path.stem in sections:
            raise WordError(f"{path}: section {path.stem!r} stands in {sections[path.stem]} already")
        sections[path.stem] = path
        section = read_yaml(path) or {}
        words |= {f"{path.stem}.{key}": texts for key, texts in section.items()}
    for path in sorted(SIDES.glob("*.yaml")):
        sides = {f"side.{key}": texts for key, texts in (read_yaml(path) or {}).items()}
        if twice := sorted(set(sides) & set(words)):
            raise WordError(f"{path}: {twice[0]!r} has a word already")
        words |= sides
    return words


@cache
def codes_of(section: str) -> tuple[str, ...]:
    """Returns the codes a section names, in its file's order; none if there is no such section."""
    start = f"{section}."
    return tuple(key.removeprefix(start) for key in read_words() if key.startswith(start))


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
