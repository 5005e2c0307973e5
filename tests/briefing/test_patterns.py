"""The sentence patterns: both languages say the same, none is missing, none is idle, each keeps to its punctuation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from components.briefing.patterns import PatternError, pattern, read_patterns

ROOT = Path(__file__).resolve().parents[2]
HOLE = re.compile(r"\{(\w+)(?::[^{}]*)?\}")
ASKED = re.compile(r'"([a-z]+\.[a-z][a-z0-9_]*)"')
PREFIXED = re.compile(r'f"([a-z]+\.[a-z_]*)\{')


def find_faults(patterns: dict[str, dict[str, str]], source: str) -> list[str]:
    """Returns patterns without both languages, with unequal holes, with the other language's marks, or idle ones."""
    asked, prefixes = set(ASKED.findall(source)), tuple(PREFIXED.findall(source))
    faults = []
    for rule, texts in patterns.items():
        if set(texts) != {"zh", "en"}:
            faults.append(f"{rule}: needs zh and en")
            continue
        holes = {language: sorted(HOLE.findall(text)) for language, text in texts.items()}
        if holes["zh"] != holes["en"]:
            faults.append(f"{rule}: holes differ: {holes}")
        bare = {language: HOLE.sub("", text) for language, text in texts.items()}
        if re.search(r"[,;!?()]|(?<!\d)[.:](?!\d)", bare["zh"]):
            faults.append(f"{rule}: half-width marks in Chinese")
        if re.search(r"[，。；：？！（）、～\u4e00-\u9fff]", bare["en"]):
            faults.append(f"{rule}: full-width marks in English")
        if rule not in asked and not rule.startswith(prefixes) and rule.removesuffix("_last") not in asked:
            faults.append(f"{rule}: nothing asks for it")
    return faults


def _source() -> str:
    return "\n".join(
        path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("components/briefing/**/*.py"))
    )


def test_every_pattern_is_there_in_both_languages_and_used():
    assert find_faults(read_patterns(), _source()) == []


def test_every_pattern_asked_for_is_there():
    files = {rule.partition(".")[0] for rule in read_patterns()}
    asked = {rule for rule in ASKED.findall(_source()) if rule.partition(".")[0] in files}
    assert sorted(asked - set(read_patterns()) - {"list.comma_last"}) == []


def test_seeded_faults_are_seen():
    patterns = {
        "a.one": {"zh": "一"},
        "a.two": {"zh": "{n}件", "en": "{m} items"},
        "a.three": {"zh": "三,", "en": "three，"},
    }
    found = " ".join(find_faults(patterns, '"a.one" "a.two"'))
    for fault in ("a.one: needs", "a.two: holes", "a.three: half", "a.three: full", "a.three: nothing"):
        assert fault in found


def test_a_missing_pattern_names_its_file():
    with pytest.raises(PatternError, match=r"briefing/late\.yaml"):
        pattern("late.there_is_none", "zh")
