"""Hostile text made plain: nothing that steers a page, a font or a workbook is left; honest words are not touched."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.briefing.plain import BREAK, breakable, is_formula, plain, printable, without_formula
from components.drawing.typeface import shown_characters

HONEST = [
    "综合行政执法队：督办3件，最久者已超期5天4小时。",
    "88.4%（样本382，95%区间85.5%～91.8%）",
    "Closed in time: 541 of 612 (88.4%, interval 85.6%–90.7%)",
    "①②㎡℃±×≥≤→〔注〕　全角空格",
]


@pytest.mark.parametrize("words", HONEST)
def test_honest_words_stay_as_they_are(words):
    assert plain(words) == printable(words) == without_formula(words) == words


@pytest.mark.parametrize(
    ("hostile", "expected"),
    [
        ("甲\u202e乙\u2066丙\u200b丁\ufeff", "甲乙丙丁"),  # overrides, isolates, zero width, byte order mark
        ("a\x00b\x07c\x1b[31m", "abc[31m"),
        ("\U000e0041\U000e0042x", "x"),  # tag characters
        ("一\r\n二\u2028三\t四", "一 二 三 四"),
        ("半\ud800截", "半〓截"),  # half a pair
        ("Z" + "\u0301" * 500, "Z\u0301\u0301"),
        ("\ue000\uffff", "〓"),  # private, not a character
        ("ㅤ\u115f\u2800隐", "隐"),  # letters that look like nothing
        (None, ""),
    ],
)
def test_what_steers_a_page_is_cut(hostile, expected):
    assert plain(hostile) == expected


def test_line_ends_are_kept_on_demand():
    assert plain("一\r\n二\x00\n三", has_lines=True) == "一\n二\n三"


@pytest.mark.parametrize("hostile", ["😀😀", "مرحبا", "שלום", "👨\u200d👩\u200d👧", "🏳️\u200d🌈"])
def test_what_the_typeface_cannot_show_is_replaced_visibly(hostile):
    assert printable(f"甲{hostile}乙") == "甲〓乙"


def test_long_texts_end_in_an_ellipsis():
    assert printable("诉" * 3000, limit=10) == "诉" * 9 + "…"


@pytest.mark.parametrize(
    "words", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1", "＝1", "'=1", "－甲"]
)
def test_formulas_are_neutralised(words):
    assert without_formula(words).startswith("'")
    assert is_formula(plain(words))


@pytest.mark.parametrize("words", ["-5", "−3.5%", "+12", "-1,234.5", "甲=1", "88.4%", ""])
def test_signed_numbers_and_words_are_no_formulas(words):
    assert without_formula(words) == words


@given(st.text(max_size=200))
def test_nothing_hostile_is_left_of_any_text(text):
    words = printable(text)
    assert all(ord(char) in shown_characters() for char in words)
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for char in words)
    assert printable(words) == words  # twice is once
    words.encode("utf-8")


@given(st.text(alphabet="abcW/-中。 ", max_size=300))
def test_long_words_may_end_a_line_and_lose_nothing(text):
    broken = breakable(text)
    assert broken.replace(BREAK, "") == text
    assert (
        max(
            (len(word) for word in broken.replace(BREAK, " ").replace("中", " ").replace("。", " ").split()),
            default=0,
        )
        <= 24
    )
