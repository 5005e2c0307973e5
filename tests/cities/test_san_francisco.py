"""San Francisco by configuration: fire calls with several units each, and a sample of 311."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median

import pytest
from scipy.stats import CensoredData, ecdf

from data.query import fetch
from data.request import Filters, Request, Scope

pytestmark = pytest.mark.slow
WINDOWS = ("fire_calls_20161231_20170107", "fire_calls_20200407_20200420")


@pytest.fixture(scope="module")
def san_francisco(bring_up):
    return bring_up("san_francisco")


@pytest.fixture(scope="module")
def units(shared_data) -> str:
    return "[" + ", ".join(f"'{shared_data}/sf/{name}.parquet'" for name in WINDOWS) + "]"


def test_the_units_of_a_call_are_one_incident(san_francisco, raw, units):
    rows, calls = raw(
        f"SELECT count(*), count(DISTINCT call_number) FROM read_parquet({units}, union_by_name = true)"
    )[0]
    shown = san_francisco.execute(
        "SELECT count(*) AS incidents, sum(report_count) AS reports FROM mart_incident"
        " WHERE feed_id = 'sf_fire'"
    ).iloc[0]
    assert (shown["incidents"], shown["reports"]) == (calls, rows)


def test_every_category_has_a_name(san_francisco):
    unknown = san_francisco.execute(
        "SELECT count(*) AS n FROM mart_incident WHERE category_code = '_unknown'"
    )["n"][0]
    assert unknown == 0


def test_nearly_every_call_lies_in_a_neighbourhood(san_francisco):
    placed = san_francisco.execute(
        "SELECT 100.0 * count(grid_id) / count(*) AS pct FROM mart_incident WHERE feed_id = 'sf_fire'"
    )["pct"][0]
    assert placed >= 99.9


@pytest.mark.parametrize(
    ("segment", "start", "stop"),
    [
        ("register_dispatch", "received", "dispatched"),
        ("dispatch_arrive", "dispatched", "arrived"),
    ],
)
@pytest.mark.parametrize("window", WINDOWS)
def test_medians_agree_with_a_direct_query_on_the_raw_file(
    san_francisco, raw, units, *, segment, start, stop, window
):
    # One row per call: first dispatch and first arrival over its units. No window holds a clock change.
    expected = raw(
        f"""
        SELECT epoch({stop} - {start}) / 60 FROM (
            SELECT min(received_dttm) AS received, min(dispatch_dttm) AS dispatched,
                min(on_scene_dttm) AS arrived
            FROM read_parquet({units}, union_by_name = true, filename = true)
            WHERE filename LIKE '%{window}.parquet' GROUP BY call_number)
        WHERE {stop} >= {start}
        """
    )
    first, last = window.split("_")[-2:]
    ours = san_francisco.execute(
        "SELECT s.minutes FROM mart_segment AS s JOIN mart_incident AS i USING (incident_id)"
        " WHERE s.segment_code = ? AND s.feed_id = 'sf_fire' AND s.excluded_code IS NULL AND s.stop_at IS NOT NULL"
        " AND i.signal_date BETWEEN strptime(?, '%Y%m%d')::DATE AND strptime(?, '%Y%m%d')::DATE",
        [segment, first, last],
    )["minutes"]
    assert len(ours) == len(expected)
    assert median(ours) == pytest.approx(median(minutes for (minutes,) in expected), abs=0.001)


def test_closures_before_the_beginning_are_counted_not_averaged(san_francisco, raw, shared_data):
    (expected,) = raw(
        f"SELECT count(*) FROM '{shared_data}/sf/sf311_sample_2008_2019.parquet'"
        " WHERE closed_date < created_date"
    )[0]
    negative = san_francisco.execute(
        "SELECT count(*) AS n FROM mart_segment WHERE segment_code = 'signal_close' AND feed_id = 'sf_311'"
        " AND excluded_code = 'negative'"
    )["n"][0]
    assert expected > 0
    assert negative == expected


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize(
    ("metric", "start", "stop"),
    [
        ("dispatch_minutes_p50", "received_dttm", "dispatch_dttm"),
        ("dispatch_arrive_minutes_p50", "dispatch_dttm", "on_scene_dttm"),
    ],
)
def test_the_percentile_on_the_screen_is_the_raw_file_s_with_cancelled_calls_watched_until_cancelled(
    san_francisco, raw, shared_data, *, metric, start, stop, window
):
    """Definitions 3.6: a call cancelled before the stop is censored at its end, not thrown away.

    Recomputed with scipy's own Kaplan-Meier on the raw file; the plain median of the finished calls is the test above.
    """
    calls = raw(
        f"""
        SELECT epoch(stop - start), epoch(last - start) FROM (
            SELECT min({start}) AS start, min({stop}) AS stop,
                -- some unit never came free: still open, watched until today
                CASE WHEN NOT bool_and(available_dttm IS NOT NULL) THEN TIMESTAMP '2030-01-01'
                    WHEN bool_and(call_final_disposition IN ('CHP', 'Cancelled', 'No Merit', 'SFPD'))
                    THEN max(available_dttm) END AS last
            FROM '{shared_data}/sf/{window}.parquet' GROUP BY call_number)
        WHERE stop >= start OR (stop IS NULL AND last >= start)
        """
    )
    finished = [stopped for stopped, _ in calls if stopped is not None]
    watched = [ended for stopped, ended in calls if stopped is None]
    curve = ecdf(CensoredData(uncensored=finished, right=watched)).cdf
    expected = curve.quantiles[(curve.probabilities >= 0.5).argmax()]
    first, last = (datetime.strptime(day, "%Y%m%d") for day in window.split("_")[-2:])
    # Local midnight of either window is 7 or 8 hours behind UTC; the segment may begin a few minutes after the last one.
    filters = Filters(
        since_at=first + timedelta(hours=7), until_at=last + timedelta(days=1, hours=9), feed_id="sf_fire"
    )
    answer = fetch(
        Request(metric, filters=filters), scope=Scope(area_ids=None, department_ids=None), store=san_francisco
    )
    assert answer.frame["value"][0] * 60 == pytest.approx(expected, abs=0.1)


def test_an_area_named_with_a_slash_has_an_id_that_fits_into_an_address(san_francisco):
    areas = san_francisco.execute("SELECT area_id, name_en FROM dim_area WHERE level_code = 'grid'")
    assert areas["name_en"].str.contains("/").any(), "no such name: this test would prove nothing"
    assert not areas["area_id"].str.contains("/").any()
    assert areas["area_id"].is_unique
