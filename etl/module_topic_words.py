"""What a complaint is about, in words (分词): a text becomes the words and phrases topics are made of.

Cut text is a pure function of the text, so what was cut once is kept. The dictionary takes half a second and is read when
the first new text comes, not at import.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml

RULES = Path(__file__).resolve().parents[1] / "data" / "rules" / "topic_words.yaml"
HEAD_CHARACTERS = 400  # what a complaint is about is said first; a longer text costs time and adds names
LONGEST_WORD = 12  # a longer run without a break is no word
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
LATIN = re.compile(r"[a-z]+")
JOIN = "\u2009"  # between the words of a phrase: no text has it left after `plain`


class Cutter:
    """Cuts texts of one language into words and phrases of two neighbouring words."""

    def __init__(self, language: str, *, places: Iterable[str] = ()) -> None:
        """Takes the town's language and names that say where, not what."""
        self.language = language
        self.stopped = stop_words(language) | frozenset(places)

    def terms(self, text: str | None) -> list[str]:
        """Returns the distinct words and phrases of a text, sorted; nothing for a text without words."""
        found: set[str] = set()
        before = ""
        for word in self._words(plain(text or "")):
            if not self._says_what(word):
                before = ""
                continue
            found.add(word)
            if before and before != word:
                found.add(f"{before}{JOIN}{word}")
            before = word
        return sorted(found)

    def _words(self, text: str) -> Iterable[str]:
        if self.language != "zh":
            return re.findall(r"[a-z]+|[^a-z ]+", text)
        return (
            word for part in re.findall(r"[\u4e00-\u9fff]+|[^\u4e00-\u9fff]+", text) for word in _cut(part)
        )

    def _says_what(self, word: str) -> bool:
        pattern = CHINESE if self.language == "zh" else LATIN
        return 2 <= len(word) <= LONGEST_WORD and word not in self.stopped and bool(pattern.fullmatch(word))


def _cut(part: str) -> Iterable[str]:
    return chinese().cut(part, HMM=False) if CHINESE.match(part) else (part,)


def plain(text: str) -> str:
    """Returns the first part of a text in one form: full width as half width, lower case, no control or format marks."""
    text = unicodedata.normalize("NFKC", text[: HEAD_CHARACTERS * 2])
    kept = (" " if unicodedata.category(each)[0] in "CZ" else each for each in text)
    return "".join(kept).lower()[:HEAD_CHARACTERS]


@cache
def stop_words(language: str) -> frozenset[str]:
    """Returns the words that say nothing of the matter (data/rules/topic_words.yaml); none for another language."""
    return frozenset(yaml.safe_load(RULES.read_text(encoding="utf-8")).get(language, "").split())


@cache
def chinese():
    """Returns the word cutter with its dictionary, read here and never from the shared cache file jieba would leave in /tmp."""
    import jieba  # costs half a second and 60 MB: only a writer that meets Chinese text pays

    cutter = jieba.Tokenizer()
    with cutter.get_dict_file() as words:
        cutter.FREQ, cutter.total = cutter.gen_pfdict(words)
    cutter.initialized = True
    return cutter


def shown(term: str, *, language: str) -> str:
    """Returns a word or phrase as it is written on a screen."""
    return term.replace(JOIN, "" if language == "zh" else " ")
