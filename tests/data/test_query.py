"""What may be asked, who may see what, and that a value from a URL stays a value."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from data.catalogue import CatalogueError
from data.flow import fetch_flow
from data.query import count_rows, fetch, fetch_incident, fetch_rows
from data.request import EVERYTHING, Filters, Request, RequestError, Scope, parse_filters
from data.town import Town
from tests.published import ZONE, at, incident, open_store, report

AS_OF_AT = at("2026-11-20 12:00")
EVIL = "g1') OR 1=1 --"


class _File:
    default_period = "7d"


class _Town:
    zone = ZoneInfo(ZONE)
    file = _File()


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    rows = [
        incident(
            number,
            AS_OF_AT - timedelta(hours=number),
            registered_at=AS_OF_AT - timedelta(hours=number, minutes=-number),
            grid_id=["g1", "g2", "g3", None][number % 4],
            department_id=["d1", "d2"][number % 2],
            title_text=f"case {number}",
        )
        for number in range(1, 101)
    ]
    opened = open_store(
        tmp_path_factory.mktemp("query"),
        rows,
        as_of_at=AS_OF_AT,
        reports=[report(row, number=each) for row in rows for each in (1, 2)],
    )
    yield opened
    opened.close()


def _value(store, scope=EVERYTHING, metric="report_count", **filters):
    return fetch(Request(metric, filters=Filters(**filters)), scope=scope, store=store).row["value"]


def test_an_url_becomes_filters():
    params = {
        "period": "2026-11-01..2026-11-07",
        "area": "c1",
        "source": "police_110",
        "category": "noise",
        "lang": "en",
        "wall": "1",
    }
    assert parse_filters(params, as_of_at=AS_OF_AT, town=_Town()) == Filters(
        at("2026-11-01 00:00"),
        at("2026-11-08 00:00"),
        area_id="c1",
        feed_id="police_110",
        category_code="noise",
    )
    assert parse_filters({}, as_of_at=AS_OF_AT, town=_Town()).since_at == at("2026-11-14 00:00")
    assert hasattr(Town, "zone")


@pytest.mark.parametrize(
    "params", [{"period": "soon"}, {"area": EVIL}, {"source": "x" * 100}, {"severity": "9"}]
)
def test_an_url_that_makes_no_sense_is_refused_with_its_value(params):
    with pytest.raises(RequestError) as error:
        parse_filters(params, as_of_at=AS_OF_AT, town=_Town())
    assert str(next(iter(params.values())))[:20] in str(error.value)


@pytest.mark.parametrize("name", ["area_id", "feed_id", "category_code", "domain_code", "department_id"])
def test_a_value_is_never_read_as_sql(name, store):
    assert _value(store, **{name: EVIL}) == 0
    assert _value(store, **{name: "'; DROP TABLE mart_incident; --"}) == 0
    assert _value(store) == 200


@pytest.mark.parametrize("by", ["gird", "grid_id", "1); DROP SCHEMA g1 --", "stage_code"])
def test_a_dimension_the_metric_does_not_have_is_refused(by, store):
    with pytest.raises(RequestError, match="has no such dimension"):
        fetch(Request("report_count", (by,)), scope=EVERYTHING, store=store)
    with pytest.raises(CatalogueError, match="did you mean 'report_count'"):
        fetch(Request("report_cuont"), scope=EVERYTHING, store=store)


def test_an_order_that_is_no_column_is_refused(store):
    with pytest.raises(RequestError, match="order = "):
        fetch_rows(Request("report_count"), scope=EVERYTHING, store=store, order="title_text; DROP TABLE x")
    with pytest.raises(RequestError, match="limit = -1"):
        fetch_rows(Request("report_count"), scope=EVERYTHING, store=store, limit=-1)


def test_an_area_scope_sees_its_grids_and_nothing_unplaced(store):
    everything, c1 = Scope(area_ids=frozenset({"town"})), Scope(area_ids=frozenset({"c1"}))
    assert [_value(store, scope) for scope in (EVERYTHING, everything, c1)] == [200, 200, 100]
    assert _value(store, Scope(area_ids=frozenset())) == 0
    assert _value(store, c1, area_id="g3") is None  # asking for another area does not widen what one may see
    assert _value(store, c1, area_id="town") == 100


def test_a_department_scope_sees_its_own_cases(store):
    d1 = Scope(department_ids=frozenset({"d1"}))
    assert _value(store, d1) == 100
    assert _value(store, replace(d1, area_ids=frozenset({"c1"}))) == 50
    assert _value(store, d1, department_id="d2") is None


def test_rows_counts_and_cases_keep_to_the_scope(store):
    c1 = Scope(area_ids=frozenset({"c1"}))
    request = Request("open_count")
    rows = fetch_rows(request, scope=c1, store=store, limit=1000)
    assert set(rows["grid_id"]) == {"g1", "g2"}
    assert count_rows(request, scope=c1, store=store) == len(rows) == 50
    assert fetch_incident("i4", scope=c1, store=store)["incident"]["grid_id"] == "g1"
    assert fetch_incident("i2", scope=c1, store=store) is None
    assert fetch_incident("police_110:2-2", scope=c1, store=store) is None
    assert fetch_incident("police_110:2-2", scope=EVERYTHING, store=store)["incident"]["incident_id"] == "i2"
    assert fetch_incident("i999", scope=EVERYTHING, store=store) is None


def test_answers_of_one_scope_are_not_given_to_another(store):
    request = Request("open_count")
    first = fetch(request, scope=Scope(area_ids=frozenset({"g1"})), store=store).row["value"]
    second = fetch(request, scope=Scope(area_ids=frozenset({"g2"})), store=store).row["value"]
    assert (first, second) == (25, 25)
    assert fetch(request, scope=EVERYTHING, store=store).row["value"] == 100


def test_a_map_has_every_area_and_a_trend_every_day(store):
    nothing = Filters(at("2026-11-01 00:00"), at("2026-11-04 00:00"))
    counts = fetch(Request("report_count", ("grid",), nothing), scope=EVERYTHING, store=store).frame
    assert list(counts["grid"]) == ["g1", "g2", "g3"] and list(counts["value"]) == [0, 0, 0]
    rates = fetch(
        Request("closure_within_sla_pct", ("community",), nothing), scope=EVERYTHING, store=store
    ).frame
    assert list(rates["flag"]) == ["no_data", "no_data"] and rates["value"].isna().all()
    days = fetch(Request("report_count", ("date",), nothing), scope=EVERYTHING, store=store).frame
    assert [str(day) for day in days["date"]] == ["2026-11-01", "2026-11-02", "2026-11-03"]


def test_pages_do_not_overlap_and_cover_everything(store):
    request = Request("open_count")
    pages = [
        fetch_rows(request, scope=EVERYTHING, store=store, limit=30, offset=offset, order="severity_level")
        for offset in (0, 30, 60, 90)
    ]
    ids = [each for page in pages for each in page["incident_id"]]
    assert len(ids) == len(set(ids)) == 100


def test_a_case_shows_its_reports_and_why_each_clock_counts_or_not(store):
    case = fetch_incident("i40", scope=EVERYTHING, store=store)
    assert len(case["reports"]) == 2
    clocks = case["clocks"].set_index("clock_code")
    assert clocks.loc["discovery_registered", "side_code"] == "late"  # registered after 40 min
    assert clocks.loc["handle", "excluded_code"] == "no_start"
    assert pd.isna(clocks.loc["handle", "due_at"])  # what never began has no deadline
    assert clocks.loc["dispatch", "is_due"]


def test_a_filter_the_mart_does_not_have_is_told(store):
    answer = fetch(
        Request("reject_pct", filters=Filters(category_code="noise", area_id="c1")),
        scope=EVERYTHING,
        store=store,
    )
    assert answer.ignored == ("category_code", "area_id")


def test_what_is_not_the_askers_is_unknown_and_never_zero(store):
    """A grid worker on another grid's page, a department on another's: nothing was counted for them."""
    worker, department = Scope(area_ids=frozenset({"g1"})), Scope(department_ids=frozenset({"d1"}))
    for scope, foreign, mine in (
        (worker, {"area_id": "g2"}, {"area_id": "g1"}),
        (department, {"department_id": "d2"}, {"department_id": "d1"}),
    ):
        for metric in ("incident_count", "open_count", "dispatch_within_sla_pct", "handle_minutes_p50"):
            row = fetch(Request(metric, filters=Filters(**foreign)), scope=scope, store=store).row
            assert (row["value"], row["n"], row["flag"]) == (None, 0, "outside"), metric
        assert _value(store, scope=scope, **mine) > 0
        rows = fetch_rows(Request("open_count", filters=Filters(**foreign)), scope=scope, store=store)
        assert rows.empty and rows.attrs["unknown_code"] == "outside"
        flow = fetch_flow(at("2026-11-01"), AS_OF_AT, filters=Filters(**foreign), scope=scope, store=store)
        assert flow is None
    # What holds some of one's own rows is told as far as they go; who may see all sees all.
    assert _value(store, scope=worker, area_id="c1") == _value(store, scope=worker, area_id="g1")
    assert _value(store, area_id="g2") > 0 and _value(store, scope=worker, area_id="town") > 0


def test_serious_is_from_a_severity_on(tmp_path):
    rows = [incident(level, AS_OF_AT - timedelta(hours=level), severity_level=level) for level in range(1, 6)]
    rows.append(incident(6, AS_OF_AT - timedelta(hours=6), severity_level=None))
    opened = open_store(tmp_path, rows, as_of_at=AS_OF_AT)
    request = Request("incident_count", filters=Filters(picked=(("is_serious", "true"),)))
    assert fetch(request, scope=EVERYTHING, store=opened).row["value"] == 2
    listed = fetch_rows(request, scope=EVERYTHING, store=opened)
    assert sorted(listed["severity_level"]) == [4, 5]
    opened.close()


def test_suspended_cases_are_told_apart_and_come_last(tmp_path):
    due = {number: AS_OF_AT - timedelta(days=30 - number) for number in range(1, 7)}
    rows = [
        incident(number, due[number] - timedelta(days=1), due_at=due[number], is_suspended=number < 3)
        for number in due
    ]
    opened = open_store(tmp_path, rows, as_of_at=AS_OF_AT)
    request = Request("open_overdue_count")
    listed = fetch_rows(request, scope=EVERYTHING, store=opened, side="late", order="is_suspended,due_at")
    assert list(listed["incident_id"]) == ["i3", "i4", "i5", "i6", "i1", "i2"]
    suspended = replace(request, filters=Filters(picked=(("is_suspended", "true"),)))
    assert fetch(suspended, scope=EVERYTHING, store=opened).row["value"] == 2
    assert fetch(request, scope=EVERYTHING, store=opened).row["value"] == 6
    with pytest.raises(RequestError, match="not a column of the list"):
        fetch_rows(request, scope=EVERYTHING, store=opened, order="due_at,1; DROP TABLE x")
    opened.close()


def test_cases_handed_out_of_remit_are_told_beside_the_percentiles(tmp_path):
    codes = [None, "out_of_remit", "out_of_remit", "false_alarm"]
    rows = [
        incident(at_no, AS_OF_AT - timedelta(hours=at_no), cancelled_code=code)
        for at_no, code in enumerate(codes, 1)
    ]
    opened = open_store(tmp_path, rows, as_of_at=AS_OF_AT)
    told = fetch(Request("transferred_out_count"), scope=EVERYTHING, store=opened).row
    assert (told["value"], told["n"]) == (2, 4)
    opened.close()


def test_a_clock_that_is_off_moves_the_rate_only_before_the_correction(tmp_path):
    """Dispatched after 4, 6 and 9 minutes; the feed's clock was two minutes behind for the last two: it wrote 4 and 7."""
    rows = []
    for number, (minutes, offset) in enumerate([(4, 0.0), (6, -2.0), (9, -2.0)], 1):
        known = AS_OF_AT - timedelta(hours=number)
        dispatched = known + timedelta(minutes=minutes)
        rows.append(
            incident(
                number, known, registered_at=known, dispatched_at=dispatched, clock_offset_minutes=offset
            )
        )
    opened = open_store(tmp_path, rows, as_of_at=AS_OF_AT)
    told = {
        name: fetch(Request(name), scope=EVERYTHING, store=opened).row["value"]
        for name in ("dispatch_within_sla_pct", "dispatch_uncorrected_pct", "clock_corrected_count")
    }
    assert told == pytest.approx(
        {"dispatch_within_sla_pct": 100 / 3, "dispatch_uncorrected_pct": 200 / 3, "clock_corrected_count": 2}
    )
    opened.close()
