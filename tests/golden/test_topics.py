"""Topics and residents' councils against hand-computed values, from the files to the door."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data.listing import Listing, fetch_listing
from data.query import count_rows, fetch
from data.request import EVERYTHING, Filters, Request, Scope
from tests.golden.topics_world import NOW, topic_files
from tests.module_town import open_module_town
from tests.published import at

PERIOD = Filters(at("2026-11-01 00:00"), None)
WEEK = Filters(at("2026-11-13 00:00"), at("2026-11-20 00:00"))
LEFT_OUT = {"withdrawn": 1, "negative": 1}  # d5, d6
EXPECTED = {
    # d1-d4
    "deliberation_count": (4, 4, LEFT_OUT),
    "deliberation_invited_count": (2, 4, LEFT_OUT),
    "deliberation_held_count": (2, 4, LEFT_OUT),
    "deliberation_answered_count": (1, 4, LEFT_OUT),
    "deliberation_attendee_count": (30, 30, LEFT_OUT),
    # d1, d3
    "deliberation_from_topic_pct": (50, 4, LEFT_OUT),
    "deliberation_reached_pct": (75, 20, LEFT_OUT),
    "deliberation_satisfied_pct": (80, 15, LEFT_OUT),
    # fifteen days: d1 in time, d2 a day late, d3 never; d4 is not due
    "deliberation_held_in_time_pct": (100 / 3, 3, LEFT_OUT),
    # ten days after the meeting: d1; d2 is not due
    "deliberation_answered_in_time_pct": (100, 1, {"negative": 1}),
    # d2, d3, d4
    "deliberation_open_count": (3, 3, {}),
    "deliberation_overdue_count": (1, 3, {}),
    # lifts, noise, shops
    "topic_count": (3, 3, {}),
    "topic_hot_count": (2, 3, {}),
    # shops: d5 was withdrawn; lifts have d3
    "topic_unheard_count": (1, 3, {}),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = open_module_town(tmp_path_factory.mktemp("topics"), topic_files(), now=NOW)
    yield opened
    opened.close()


def _fetch(store, metric, filters=PERIOD, *, scope=EVERYTHING):
    return fetch(Request(metric, filters=filters), scope=scope, store=store)


def _often(store):
    rows = fetch_listing(Listing("topics_hot", filters=Filters()), scope=EVERYTHING, store=store)
    whole = rows[(rows["area_id"] == "town") & (rows["window_days"] == 7)]
    return whole.set_index("category_code")


@pytest.mark.parametrize("metric", sorted(EXPECTED))
def test_the_metric_has_its_hand_computed_value(metric, store):
    value, n, left_out = EXPECTED[metric]
    answer = _fetch(store, metric)
    assert (answer.row["value"], answer.row["n"]) == (pytest.approx(value), n)
    assert answer.exclusions == left_out


def test_a_copied_text_is_one_voice_and_words_without_meaning_are_no_topic(store):
    # 9 + 5 + 6 voices; of 22 texts (lifts ten) all but one name a topic
    assert _fetch(store, "topic_voice_count", WEEK).row["value"] == 20
    answer = _fetch(store, "topic_named_pct", WEEK).row
    assert (answer["value"], answer["n"]) == (pytest.approx(100 * 21 / 22), 22)


def test_growth_is_per_day_with_an_interval_and_tells_what_is_on_the_agenda(store):
    hot = _often(store)
    lift, shop = hot.loc["lift"], hot.loc["dispute_consumer"]
    assert (lift["voice_count"], lift["report_count"], lift["base_count"]) == (9, 10, 2)
    assert lift["growth_ratio"] == pytest.approx(9 / 2 * 4)
    # Clopper-Pearson of 9 of 11: 48.22 % to 97.72 %, as odds, times four weeks to one
    assert lift["low_ratio"] == pytest.approx(4 * 0.4822 / 0.5178, rel=1e-3)
    assert lift["high_ratio"] == pytest.approx(4 * 0.9772 / 0.0228, rel=1e-2)
    assert lift["weeks_text"].split()[-1] == "9"
    assert (lift["agenda_code"], lift["deliberation_id"]) == ("proposed", "deliberation:d3")
    assert (shop["base_count"], shop["agenda_code"]) == (0, "none")
    assert shop[["growth_ratio", "high_ratio"]].isna().all()  # none before: no data can bound it
    assert shop["low_ratio"] > 1
    assert "noise_site" not in hot.index


def test_a_topic_leads_to_its_reports_and_only_where_they_may_be_seen(store):
    topic = _often(store).loc["lift", "topic_id"]
    filters = replace(WEEK, picked=(("topic_id", topic),))
    request = Request("topic_voice_count", filters=filters)
    assert count_rows(request, scope=EVERYTHING, store=store, side="named") == 10
    elsewhere = Scope(frozenset({"G003"}), None)
    assert count_rows(request, scope=elsewhere, store=store, side="named") == 0
