"""Every word in both languages, none missing, none unused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from components.words import CODES, LANGUAGES, LOCALE, WordError, codes_of, read_words, word

ROOT = Path(__file__).resolve().parents[2]
# Sections whose keys are codes of the data: asked for as f"{section}.{code}".
CODED = {
    "stage",
    "excluded",
    "status",
    "reason",
    "share",
    "risk_class",
    "evidence",
    "step",
    "clock",
    "side",
    "chain",
    "period",
    "fact",
    "column",
    "place_method",
    "link_rule",
    "role",
    "outcome",
} | {path.stem for path in CODES.glob("*.yaml")}
QUOTED = re.compile(r'"([a-z_]+\.[a-z0-9_]+)"')
ASKED = re.compile(r'(?:\bt\(|word\(|title=)\s*"([a-z_]+\.[a-z0-9_]+)"')
PREFIXED = re.compile(r'f"([a-z_]+\.[a-z_]*)\{')


def _sources() -> str:
    files = [*ROOT.glob("components/**/*.py"), *ROOT.glob("pages/*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(files))


def find_faults(words: dict[str, dict[str, str]], source: str) -> list[str]:
    """Returns words without both languages, with unequal placeholders, or that nothing asks for."""
    faults = []
    quoted, prefixes = set(QUOTED.findall(source)), tuple(PREFIXED.findall(source))
    for key, texts in words.items():
        if set(texts) != set(LANGUAGES) or not all(isinstance(text, str) and text for text in texts.values()):
            faults.append(f"{key}: needs exactly {LANGUAGES}")
            continue
        holes = {lang: sorted(re.findall(r"\{(\w*)\}", text)) for lang, text in texts.items()}
        if holes["zh"] != holes["en"]:
            faults.append(f"{key}: placeholders differ: {holes}")
        if key not in quoted and key.partition(".")[0] not in CODED and not key.startswith(prefixes):
            faults.append(f"{key}: nothing asks for it")
    return faults


def test_every_word_is_there_in_both_languages_and_used():
    assert find_faults(read_words(), _sources()) == []


def test_every_word_asked_for_exists():
    sections = {path.stem for path in LOCALE.rglob("*.yaml")}
    asked = {key for key in ASKED.findall(_sources()) if key.partition(".")[0] in sections}
    assert sorted(asked - set(read_words())) == []


def test_a_seeded_fault_is_seen():
    words = {
        "a.one": {"zh": "一"},
        "a.two": {"zh": "{n} 件", "en": "{m}"},
        "a.three": {"zh": "三", "en": "three"},
    }
    found = " ".join(find_faults(words, '"a.two"'))
    assert "a.one: needs" in found
    assert "a.two: placeholders" in found
    assert "a.three: nothing" in found


def test_a_missing_word_names_its_file():
    with pytest.raises(WordError, match=r"common.yaml"):
        word("common.there_is_no_such_word", "zh")


def test_no_locale_file_is_longer_than_a_screen():
    assert [
        path.name
        for path in LOCALE.rglob("*.yaml")
        if len(path.read_text(encoding="utf-8").splitlines()) > 60
    ] == []


def test_codes_keep_the_order_of_their_file():
    """`codes/colour.yaml`: the safety code's colours, worst first."""
    assert codes_of("colour") == ("red", "yellow", "green", "grey")
    assert codes_of("there_is_no_such_section") == ()
