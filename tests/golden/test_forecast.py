"""Forecasts and warnings against hand-computed values, from the file to the door."""

from __future__ import annotations

import pandas as pd
import pytest

from data.listing import Listing, fetch_listing
from data.query import fetch
from data.request import EVERYTHING, Filters, Request, Scope
from tests.golden.forecast_world import BURST, NOW, forecast_files
from tests.module_town import open_module_town
from tests.published import at

COMMUNITY = "C02"  # of G016
WEEK = Filters(at("2026-11-14 00:00"), None)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = open_module_town(tmp_path_factory.mktemp("forecast"), forecast_files(), now=NOW)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def young(tmp_path_factory):
    """The same town with a single day of history."""
    files = forecast_files()
    name, text = next(iter(files.items()))
    lines = text.splitlines(keepends=True)
    opened = open_module_town(
        tmp_path_factory.mktemp("young"), {name: lines[0] + "".join(lines[-11:])}, now=NOW
    )
    yield opened
    opened.close()


def _value(store, metric, *, scope=EVERYTHING, **filters):
    return fetch(Request(metric, filters=Filters(**filters)), scope=scope, store=store).row


def _listing(store, name, *, scope=EVERYTHING, series="all", as_of_at=None, **filters) -> pd.DataFrame:
    picked = (("series_key", series),) if series else ()
    asked = Listing(name, filters=Filters(picked=picked, **filters), as_of_at=as_of_at)
    return fetch_listing(asked, scope=scope, store=store)


def test_what_never_changes_is_expected_again(store):
    # three a day: level (n + k) / (days + k / 3) is 3 whatever k, every weekday's factor 1; seven days have 21
    assert _value(store, "forecast_week_count")["value"] == pytest.approx(21, rel=1e-9)
    # 21:00 to 21:00 spans two weekdays, whose hours are shrunk apart by less than one in a hundred
    assert _value(store, "forecast_day_count")["value"] == pytest.approx(3, rel=0.01)
    assert _value(store, "forecast_week_count", category_code="theft")["value"] == pytest.approx(7, rel=1e-9)


def test_a_day_of_three_has_the_interval_of_three(store):
    # nothing varied beyond chance: Poisson of 3.
    # P(0) 0.0498; P(<=6) 0.9665, P(<=7) 0.9881; P(<=1) 0.1991; P(<=4) 0.8153, P(<=5) 0.9161
    day = _listing(store, "forecast_days").iloc[1]  # tomorrow
    bounds = [day[name] for name in ("low_count", "high_count", "inner_low_count", "inner_high_count")]
    assert bounds == [0, 7, 1, 5]
    assert day["expected_count"] == pytest.approx(3, rel=1e-9)


def test_the_hours_ahead_are_24_and_have_their_peaks_where_the_days_had_them(store):
    hours = _listing(store, "forecast_next")
    assert list(hours["hour_at"].diff().dropna().unique()) == [pd.Timedelta(hours=1)]
    assert (len(hours), hours["hour_at"].iloc[0]) == (24, at("2026-11-20 21:00"))
    assert hours["expected_count"].sum() == pytest.approx(3, rel=0.01)
    local = hours["hour_at"].dt.hour + 8
    assert sorted((local % 24)[hours["expected_count"] > 0.5]) == [10, 15, 20]


def test_grids_share_what_the_town_expects(store):
    grids = fetch(
        Request("forecast_week_count", by=("grid",)), scope=EVERYTHING, store=store
    ).frame.set_index("grid")
    assert grids["value"].sum() == pytest.approx(21, rel=1e-9)
    # every fight and theft of 120 days but the G016 half of the fights was in G070: (n + k) / (e + k) is near the counts' own
    assert grids.loc["G070", "value"] == pytest.approx(14, rel=0.05)
    assert grids.loc["G016", "value"] == pytest.approx(7, rel=0.05)
    assert 0 < grids.loc["G001", "value"] < 0.05


def test_eight_thefts_where_there_is_none_are_a_warning_with_its_figures(store):
    open_now = fetch_listing(Listing("warnings_open"), scope=EVERYTHING, store=store).set_index("warning_id")
    # G016 by itself, and the whole town: eight and the usual one against one; and all that happened in G016 today
    assert set(open_now.index) == {"burst_day:G016:theft", "burst_day:town:theft", "cluster:police:G016"}
    town = open_now.loc["burst_day:town:theft"]
    assert (town["observed_count"], town["high_count"]) == (
        BURST + 1,
        3,
    )  # Poisson of 1: P(<=2) 0.9197, P(<=3) 0.9810
    assert town["expected_count"] == pytest.approx(1, rel=0.02)
    assert town["exceed_ratio"] == pytest.approx(9, rel=0.02)
    # chance of nine or more of one expected: 1 - P(<=8) = 1.125e-6
    assert town["tail_pct"] == pytest.approx(1.125e-4, rel=0.15)
    grid = open_now.loc["burst_day:G016:theft"]
    assert (grid["observed_count"], grid["area_id"], grid["domain_code"]) == (BURST, "G016", "police")
    assert (grid["window_from_at"], grid["window_to_at"]) == (at("2026-11-19 21:00"), at("2026-11-20 21:00"))
    # the number its link leads to: the same area, category and 24 hours
    same = Filters(at("2026-11-19 21:00"), None, area_id="G016", category_code="theft")
    assert fetch(Request("incident_count", filters=same), scope=EVERYTHING, store=store).row["value"] == BURST
    # tried: two categories by 125 grids and the town
    assert set(open_now.drop("cluster:police:G016")["tried_count"]) == {2 * 126}


def test_before_the_thefts_there_was_no_warning(store):
    for instant in ("2026-11-20 00:10", "2026-11-12 12:00"):
        found = fetch_listing(Listing("warnings_open", as_of_at=at(instant)), scope=EVERYTHING, store=store)
        assert found.empty


def test_numbers_of_warnings_are_zero_where_they_were_judged(store):
    assert fetch(Request("warning_count", filters=WEEK), scope=EVERYTHING, store=store).row["value"] == 0
    # the thefts of the running day are one cluster, of police; that of all incidents is the same and is not told twice
    assert _value(store, "cluster_count")["value"] == 1


def test_the_week_beside_what_was_expected(store):
    # 168 hours to 21:00 hold seven days' 21 and the eight; expected 21
    found = _value(store, "forecast_load_index")
    assert (found["value"], found["n"]) == (pytest.approx(100 * 29 / 21, rel=0.01), 29)


def test_forecasts_that_came_true_are_covered_and_better_than_last_week(store):
    # one domain, 125 grids, 56 days; two grids have what is expected, the others nothing
    for metric in ("forecast_inside_pct", "forecast_inner_inside_pct"):
        found = _value(store, metric)
        assert (found["value"], found["n"]) == (100, 125 * 56)
    # a week ago errs by half a case in each of 21 empty hours; the model by less than a tenth in all
    assert 80 < _value(store, "forecast_gain_pct")["value"] < 100
    test = fetch_listing(Listing("forecast_backtest"), scope=EVERYTHING, store=store).set_index("backtest_id")
    assert test.loc["hour:town:all", "naive_score"] == pytest.approx(56 * 21 * 1.0)
    assert test.loc["day:town:all", "model_score"] == pytest.approx(0, abs=1e-9)
    assert (test.loc["day:town:all", "observed_count"], test.loc["week:town:all", "checked_count"]) == (
        168,
        50,
    )


def test_the_running_day_is_made_of_what_came_and_what_is_left(store):
    # by 21:00 a fight, a theft and the eight thefts of G016 and the fight of 20:00 have come: 11; nothing is expected after 20:00
    day = _listing(store, "forecast_days").iloc[0]
    assert (day["forecast_at"], day["expected_count"]) == (
        at("2026-11-20 21:00"),
        pytest.approx(11, abs=0.05),
    )
    assert (day["low_count"], day["high_count"]) == (11, 11)
    g016 = _listing(store, "forecast_days", area_id="G016").iloc[0]
    assert g016["expected_count"] == pytest.approx(9, abs=0.05)
    # days of three are always the same: the hours of one have nothing in common, so the night is not moved by the eight
    night = _listing(store, "forecast_next").iloc[:3]
    assert list(night["forecast_at"].unique()) == [at("2026-11-20 21:00")]
    # what the past was told is the midnight's
    earlier = _listing(store, "forecast_next", as_of_at=at("2026-11-20 20:00"))
    assert earlier["forecast_at"].max() == at("2026-11-20 00:00")
    assert earlier["expected_count"].iloc[1:4].to_numpy() == pytest.approx(
        night["expected_count"].to_numpy(), rel=1e-4
    )


def test_a_cluster_of_the_running_day_has_its_own_rows(store):
    # G016 today: eight thefts and the fight of 20:00 by 21:00, one fight expected
    row = _listing(store, "warnings_open", series="").set_index("warning_code").loc["cluster"]
    assert (row["domain_code"], row["area_id"], row["observed_count"]) == ("police", "G016", 9)
    assert (row["window_from_at"], row["window_to_at"]) == (at("2026-11-20 00:00"), at("2026-11-20 21:00"))


def test_the_past_is_asked_with_the_forecast_made_before_it(store):
    hours = _listing(store, "forecast_next", as_of_at=at("2026-11-10 07:30"))
    assert (len(hours), set(hours["forecast_at"])) == (24, {at("2026-11-10 00:00")})
    assert hours["window_from_at"].iloc[0] == at("2026-11-10 08:00")


def test_nobody_sees_the_areas_of_others(store):
    mine = Scope(frozenset({COMMUNITY}), None)
    assert set(_listing(store, "forecast_next", scope=mine)["area_id"]) == {COMMUNITY}
    assert _listing(store, "forecast_next", scope=mine, area_id="C22").empty
    assert _listing(store, "forecast_next", scope=mine, area_id="town").empty
    assert not _listing(store, "forecast_next", scope=mine, area_id="G016").empty
    warned = fetch_listing(Listing("warnings_open"), scope=mine, store=store)
    assert list(warned["warning_id"]) == ["burst_day:G016:theft", "cluster:police:G016"]
    others = Scope(frozenset({"C22"}), None)
    assert fetch_listing(Listing("warnings_open"), scope=others, store=store).empty


def test_without_history_nothing_is_known_which_is_not_zero(young):
    for metric in (
        "forecast_day_count",
        "forecast_week_count",
        "forecast_load_index",
        "cluster_count",
        "forecast_inside_pct",
    ):
        found = _value(young, metric)
        assert pd.isna(found["value"]), metric
        assert found["flag"] == "no_data", metric
    assert _listing(young, "forecast_next").empty
    assert fetch_listing(Listing("warnings_open"), scope=EVERYTHING, store=young).empty
    assert fetch_listing(Listing("warning_rules"), scope=EVERYTHING, store=young)["forecast_at"].isna().all()
