"""Each way a count or a rate can be told, in both languages, from figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from components.briefing.desk import Desk
from components.briefing.document import Fact
from components.briefing.edition import edition_for
from components.briefing.evidence import chance_of, clear_keys
from components.briefing.grammar import Speech, Term
from components.briefing.parts.clauses import calendar_note, moved_clause
from components.briefing.parts.overall import rate_direction
from components.briefing.patterns import PatternError
from data.request import EVERYTHING
from tests.briefing.readings import strange_numbers, unfounded_claims
from tests.published import at, incident, open_store

NOON, WEEK = at("2026-11-19 12:00"), timedelta(days=7)
# (now, before) -> text. Exact intervals of the ratio r = s / (1 - s), s the Clopper-Pearson share of now in both:
# 30 of 40: 0.58804 .. 0.87308 -> 1.4274 .. 6.8796; 10 of 40 is its mirror: 0.1454 .. 0.7006, so down 29.94 .. 85.46 %;
# 12 of 22: 0.32210 .. 0.75612 holds one half; 9 of 9: s >= 0.025 ** (1 / 9) = 0.66373, r >= 1.9738, without upper end.
ZH = {
    (30, 10): "比上周同日同时段（10）上升200%（95%区间43%～588%）",
    (10, 30): "比上周同日同时段（30）下降67%（95%区间30%～85%）",
    (12, 10): "与上周同日同时段（10）相比没有统计上可见的变化",
    (1, 1): "与上周同日同时段（1）相比没有统计上可见的变化",
    (0, 0): "与上周同日同时段同为零",
    (9, 0): "比上周同日同时段（0）上升，至少上升97%",
    (0, 9): "比上周同日同时段（9）下降100%（95%区间49%～100%）",
}
EN = {
    (30, 10): "up 200% on the same 24 hours a week earlier (10; 95% interval 43% to 588%)",
    (10, 30): "down 67% on the same 24 hours a week earlier (30; 95% interval 30% to 85%)",
    (12, 10): "no statistically visible change from the same 24 hours a week earlier (10)",
    (1, 1): "no statistically visible change from the same 24 hours a week earlier (1)",
    (0, 0): "none, as in the same 24 hours a week earlier",
    (9, 0): "up on the same 24 hours a week earlier (0), by at least 97%",
    (0, 9): "down 100% on the same 24 hours a week earlier (9; 95% interval 49% to 100%)",
}


@pytest.fixture(scope="module")
def desks(tmp_path_factory, town):
    """Desks of small worlds with so many incidents now and a week before; two weeks before that there was one."""
    kept = {}

    def desk(now: int, before: int, language: str = "zh", *, is_begun: bool = True) -> Desk:
        if (now, before, is_begun) not in kept:
            minute = timedelta(minutes=1)
            signals = [NOON + minute * each for each in range(now)]
            signals += [NOON - WEEK + minute * each for each in range(before)]
            signals += [NOON - 3 * WEEK] * is_begun
            rows = [incident(number, signal) for number, signal in enumerate(signals, start=1)]
            home = tmp_path_factory.mktemp("clauses")
            kept[now, before, is_begun] = open_store(home, rows, as_of_at=at("2026-11-20 07:30"))
        edition = edition_for("daily", date(2026, 11, 20), town=town)
        store = kept[now, before, is_begun]
        return Desk(edition=edition, language=language, scope=EVERYTHING, store=store, town=town)

    return desk


@pytest.mark.parametrize("pair", sorted(ZH))
@pytest.mark.parametrize(("language", "expected"), [("zh", ZH), ("en", EN)])
def test_a_count_is_told_with_its_interval_or_not_to_have_moved(desks, pair, language, expected):
    desk = desks(*pair, language)
    speech = Speech(language)
    made = moved_clause(desk, speech, desk.request("incident_count"))
    assert made.text == expected[pair]
    sentence = speech.say("changes.whole", incidents=speech.count(made.facts[-2]), moved=made)
    assert strange_numbers(sentence) == unfounded_claims(sentence) == []


def test_without_anything_earlier_nothing_is_compared(desks):
    desk = desks(5, 0, is_begun=False)
    assert moved_clause(desk, Speech("zh"), desk.request("incident_count")).text == "没有可比的前期数据"


RATE = Fact(metric="closure_within_sla_pct", asked="", value=82.0, n=300.0, low=77.26, high=85.93)
TOLD = [
    (RATE, "82.0%（样本300，95%区间77.3%～85.9%）", "82.0% (n 300, 95% interval 77.3% to 85.9%)"),
    (
        replace(RATE, n=7.0, flag="small_sample"),
        "82.0%（样本仅7，不作判断）",
        "82.0% (only 7 cases, too few to judge)",
    ),
    (
        replace(RATE, value=100.0, n=1.0, flag="small_sample"),
        "100.0%（样本仅1，不作判断）",
        "100.0% (only 1 case, too few to judge)",
    ),
    (replace(RATE, value=None, n=0.0, flag="no_data"), "无数据", "no data"),
    (
        replace(RATE, value=None, n=None, flag="suppressed"),
        "人数过少不公开",
        "kept back because so few people are concerned",
    ),
    (replace(RATE, value=None, flag="unjoined"), "未接入此类登记数据", "no such register has joined"),
    (replace(RATE, value=None, flag=""), "未知", "unknown"),
    (replace(RATE, low=None, high=None), "82.0%（样本300）", "82.0% (n 300)"),
]


@pytest.mark.parametrize(("fact", "zh", "en"), TOLD)
def test_a_rate_is_told_with_what_it_rests_on(fact, zh, en):
    assert (Speech("zh").rate(fact).text, Speech("en").rate(fact).text) == (zh, en)


MINUTES = [
    (1, "1分钟", "1 minute"),
    (59, "59分钟", "59 minutes"),
    (60, "1小时", "1 h"),
    (1176, "19小时36分", "19 h 36 min"),
    (48 * 60, "2天", "2 days"),
    (1045440, "726天", "726 days"),
]


@pytest.mark.parametrize(("minutes", "zh", "en"), MINUTES)
def test_a_duration_is_told_in_the_largest_units(minutes, zh, en):
    fact = Fact(metric="rows:open_overdue_count", asked="", value=float(minutes))
    assert (Speech("zh").duration(fact).text, Speech("en").duration(fact).text) == (zh, en)


@pytest.mark.parametrize(
    ("since", "until", "zh", "en"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), "2026年10月1日至31日", "1 to 31 October 2026"),
        (date(2026, 9, 28), date(2026, 10, 4), "2026年9月28日至10月4日", "28 September to 4 October 2026"),
        (
            date(2025, 12, 29),
            date(2026, 1, 4),
            "2025年12月29日至2026年1月4日",
            "29 December 2025 to 4 January 2026",
        ),
    ],
)
def test_what_both_ends_of_a_span_share_is_written_once(since, until, zh, en):
    told = {each: [term.text for term in Speech(each).days(since, until)] for each in ("zh", "en")}
    assert ("至".join(told["zh"]), " to ".join(told["en"])) == (zh, en)


def test_numbers_are_written_as_each_language_does():
    fact = Fact(metric="report_count", asked="", value=24003.0)
    assert (Speech("zh").count(fact).text, Speech("en").count(fact).text) == ("24003", "24,003")
    assert Speech("zh").plain(-3.5, "{:.1f}") == "−3.5"
    assert Speech("zh").day(date(2026, 11, 21)).text == "2026年11月21日"
    assert Speech("en").day(date(2026, 11, 21)).text == "21 November 2026"
    moment = at("2026-11-21 08:05")
    assert Speech("zh").moment(moment + timedelta(hours=8), has_year=True).text == "2026年11月21日8时05分"
    assert Speech("en").moment(moment + timedelta(hours=8)).text == "08:05 on 21 November"


def test_lists_end_as_each_language_does():
    terms = [Term("a"), Term("b"), Term("c")]
    assert Speech("zh").joined(terms).text == "a、b、c"
    assert Speech("en").joined(terms).text == "a, b and c"
    assert Speech("en").joined(terms[:1]).text == "a"


def test_a_hole_without_a_term_is_an_error():
    with pytest.raises(PatternError, match="incidents"):
        Speech("zh").say("changes.whole", moved="x")


def test_rates_moved_only_where_their_intervals_do_not_meet():
    low, high = replace(RATE, low=60.0, high=70.0), replace(RATE, low=71.0, high=80.0)
    assert rate_direction(low, high, 20) == "fall"
    assert rate_direction(high, low, 20) == "rise"
    assert rate_direction(low, replace(high, low=70.0), 20) == "same"
    assert rate_direction(low, replace(high, n=19.0), 20) == ""
    assert rate_direction(replace(low, value=None), high, 20) == ""


def test_among_many_kinds_chance_alone_is_no_news():
    """12 against 3 alone is clear (2 * P(X <= 3 of 15) = 0.035); among forty such looks it must not be."""
    assert chance_of(12, 3) == pytest.approx(2 * (1 + 15 + 105 + 455) / 2**15)
    assert chance_of(0, 0) == 1.0
    assert clear_keys({"one": (12, 3)}) == {"one"}
    quiet = {number: (7, 7) for number in range(40)}
    assert clear_keys(quiet | {"one": (12, 3)}) == set()
    assert clear_keys(quiet | {"one": (60, 3)}) == {"one"}


def test_a_holiday_is_told_beside_the_change(desks, town, tmp_path):
    """New Year's Eve and New Year's Day 2026 (16 and 17 February) against Monday 9 and Tuesday 10: 0 and 2 working days."""
    desk = desks(12, 10)
    assert calendar_note(desk, Speech("zh")) is None
    festival = edition_for("daily", date(2026, 2, 17), town=town)
    rows = [
        incident(number, at(f"2026-02-{day:02d} 12:00")) for number, day in enumerate((1, 9, 16), start=1)
    ]
    store = open_store(tmp_path, rows, as_of_at=at("2026-02-17 07:30"))
    asked = Desk(edition=festival, language="zh", scope=EVERYTHING, store=store, town=town)
    told = calendar_note(asked, Speech("zh"))
    assert told.text == "两个时段的工作日不同（本期0天，前期2天），升降受此影响。"
    assert strange_numbers(told) == []
