"""What tiles draw from three-row frames: words, classes, figures; no database."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go
import pytest

from components.tiles.backlog import Backlog
from components.tiles.changes import Changes
from components.tiles.distribution import Distribution
from components.tiles.event_table import EventTable, LateList
from components.tiles.feed_health import FeedHealth
from components.tiles.kpi_card import KpiCard
from components.tiles.listing_table import ListingTable
from components.tiles.ranking import Ranking
from components.tiles.risk_map import RiskMap
from components.tiles.timeline import Timeline
from components.tiles.trend import Trend
from data.request import Filters
from tests.components.frames import AS_OF, answer, change_of, context, find, texts

KPI = KpiCard(uid="k", metric="closure_within_sla_pct", has_trace=False)
GOOD = {"value": 80.25, "n": 1234, "low": 78.0, "high": 82.3}


def _kpi(row: dict, **where) -> list:
    return KPI.draw({"now": answer(KPI.metric, row)}, context(**where))[0]


def test_a_headline_shows_value_unit_n_interval_and_limit():
    shown = texts(_kpi(GOOD))
    assert "80.2|%" in shown
    assert "n = 1,234" in shown
    assert "78.0–82.3" in shown
    assert "时限 3 小时" in shown


def test_a_headline_speaks_english():
    assert "limit 3 h" in texts(_kpi(GOOD, lang="en"))


def test_an_unknown_value_is_a_dash_and_says_there_is_no_data():
    shown = texts(_kpi({"value": None, "n": 0, "flag": "no_data"}))
    assert shown.startswith("—")
    assert "无数据" in shown


def test_a_thin_sample_says_so():
    shown = _kpi({"value": 50.0, "n": 4, "flag": "small_sample"})
    assert "样本不足" in texts(shown)
    assert find(shown, "is-thin")


@pytest.mark.parametrize(("share", "told"), [(59.9, "registered"), (60.0, "reported"), (None, "registered")])
def test_the_measured_reading_leads_once_it_covers_enough_cases(share, told):
    """Decision 0001: discovery counts from the first signal unless the moment of occurrence is known for 60 %."""
    card = KpiCard(
        uid="k",
        metric="discovery_registered_pct",
        has_trace=False,
        rival="discovery_reported_pct",
        coverage="discovery_coverage_pct",
    )
    answers = {
        "now": answer(card.metric, GOOD),
        "rival": answer(card.rival, GOOD | {"value": 91.0}),
        "coverage": answer(card.coverage, GOOD | {"value": share}),
    }
    shown = card.draw(answers, context())[0]
    assert find(shown, "number")[0].to_plotly_json()["props"]["data-kpi"] == f"discovery_{told}_pct"
    assert ("发生→上报" in texts(shown)) == (told == "reported")


def test_a_day_is_written_without_an_hour():
    tile = ListingTable(uid="c", listing="risk_changes", columns=("grid_id", "class_code", "cycle_date"))
    row = {"grid_id": "g1", "class_code": "red", "cycle_date": pd.Timestamp("2026-11-22")}
    shown = texts(tile.draw({"rows": pd.DataFrame([row])}, context())[0])
    assert "2026-11-22" in shown
    assert "00:00" not in shown
    assert "红 高" in shown


def test_every_number_carries_metric_instant_and_generation_and_leads_to_its_rows():
    link = find(_kpi(GOOD), "number")[0].to_plotly_json()["props"]
    assert link["data-kpi"] == "closure_within_sla_pct"
    assert link["data-asof"] == "2026-11-22T06:30:00Z"
    assert link["data-generation"] == "7"
    assert link["href"] == "/incidents?kpi=closure_within_sla_pct"


def test_a_visitor_who_may_not_see_cases_gets_no_link_to_them():
    shown = KPI.draw({"now": answer(KPI.metric, GOOD)}, context(permissions=frozenset({"view"})))[0]
    assert "href" not in find(shown, "number")[0].to_plotly_json()["props"]


def _risk(*rows: tuple) -> pd.DataFrame:
    names = ["grid_id", "domain_code", "class_code", "is_hatched"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(incident_count=3, ratio=1.2, cycle_date=date(2026, 11, 22))


def _hideout(*rows: tuple, search: str = "", filters: Filters | None = None) -> dict:
    domains = pd.DataFrame({"domain_code": ["police"]})
    ctx = context(search, **({"filters": filters} if filters else {}))
    return RiskMap(uid="m").draw({"risk": _risk(*rows), "domains": domains}, ctx)[1]


def test_a_grid_without_data_is_not_coloured_whatever_it_was_before():
    before = _hideout(("G001", "overall", "red", False))
    after = _hideout(("G001", "overall", "none", False))
    assert before["classes"] == {"G001": "red"}
    assert after["classes"] == {}


def test_a_grid_with_thin_evidence_keeps_its_letter_and_is_hatched():
    shown = _hideout(("G001", "overall", "yellow", True), ("G002", "overall", "green", False))
    assert shown["hatched"] == ["G001"]
    assert shown["letters"]["yellow"] == "黄"


def test_the_map_shows_the_domain_chosen():
    rows = (("G001", "overall", "red", False), ("G001", "police", "green", False))
    assert _hideout(*rows)["classes"] == {"G001": "red"}
    assert _hideout(*rows, filters=Filters(domain_code="police"))["classes"] == {"G001": "green"}


def test_the_legend_counts_each_class_in_words():
    domains = pd.DataFrame({"domain_code": ["police"]})
    rows = _risk(("G001", "overall", "red", False), ("G002", "overall", "none", True))
    legend = texts(RiskMap(uid="m").draw({"risk": rows, "domains": domains}, context())[2])
    assert legend.startswith("红|高|1|橙|较高|0")
    assert "无数据|1|" in legend


def test_bars_of_counts_go_down_and_bars_of_rates_start_with_the_lowest():
    counts = Ranking(uid="r", metric="incident_count", by="feed_id")
    rows = ({"feed_id": "fire_119", "value": 3.0, "n": 3}, {"feed_id": "police_110", "value": 9.0, "n": 9})
    assert texts(counts.draw({"bars": answer("incident_count", *rows)}, context())) == "110警情|9|119火警|3"
    rates = Ranking(uid="r", metric="on_time_closure_pct", by="feed_id", has_interval=True)
    shown = texts(rates.draw({"bars": answer("on_time_closure_pct", *rows)}, context()))
    assert shown == "119火警|3.0|110警情|9.0"


def test_a_rate_from_a_thin_sample_ranks_last():
    rates = Ranking(uid="r", metric="on_time_closure_pct", by="feed_id")
    rows = (
        {"feed_id": "fire_119", "value": 3.0, "n": 3, "flag": "small_sample"},
        {"feed_id": "police_110", "value": 90.0, "n": 900},
    )
    assert texts(rates.draw({"bars": answer("on_time_closure_pct", *rows)}, context())).startswith("110警情")


def test_a_click_on_a_bar_sets_the_filter_and_the_chosen_bar_is_marked():
    counts = Ranking(uid="r", metric="incident_count", by="feed_id")
    rows = ({"feed_id": "fire_119", "value": 3.0, "n": 3},)
    for search, change, is_selected in (("", "source=fire_119", False), ("source=fire_119", "source=", True)):
        drawn = counts.draw({"bars": answer("incident_count", *rows)}, context(search))[0]
        bar = find(drawn, "bar")[0]
        assert bar.to_plotly_json()["props"]["data-set"] == change
        assert ("is-selected" in bar.className) == is_selected


def _hours(*counts: tuple[date, int, float]):
    return answer(
        "incident_count", *({"date": day, "hour": hour, "value": n, "n": n} for day, hour, n in counts)
    )


def test_the_day_is_drawn_against_the_mean_of_the_same_weekday():
    today = date(2026, 11, 22)
    weeks = [(today - timedelta(days=7 * week), 9, 10.0 * week) for week in (1, 2)]
    other_day = (today - timedelta(days=1), 9, 99.0)
    figure = Timeline(uid="t", metric="incident_count").draw(
        {"hours": _hours((today, 9, 4.0), *weeks, other_day)}, context()
    )[0]
    go.Figure(figure)
    bars, line = figure["data"]
    assert bars["y"][9] == 4.0
    assert bars["y"][15] is None  # still to come: 14:30 now
    assert line["y"][9] == 15.0
    assert "2周" in line["name"]  # the weeks that have data, not those looked for


def test_a_quiet_start_has_no_usual_line():
    figure = Timeline(uid="t", metric="incident_count").draw(
        {"hours": _hours((date(2026, 11, 22), 9, 4.0))}, context()
    )[0]
    assert len(figure["data"]) == 1


def test_a_trend_is_a_valid_figure_with_gaps_and_its_interval():
    rows = [
        {
            "date": date(2026, 11, day),
            "value": value,
            "n": 30,
            "low": value and value - 2,
            "high": value and value + 2,
        }
        for day, value in ((1, 80.0), (2, None), (3, 84.0))
    ]
    figure = Trend(uid="t", metric="on_time_closure_pct").draw(
        {"on_time_closure_pct": answer("on_time_closure_pct", *rows)}, context()
    )[0]
    go.Figure(figure)
    band, line = figure["data"]
    assert line["y"] == [80.0, None, 84.0]
    assert line["customdata"][0] == "period=2026-11-01..2026-11-01"
    assert list(band["y"]) == [82.0, 86.0, 82.0, 78.0]


def test_text_in_charts_grows_with_the_screen():
    from dataclasses import replace

    ctx = context()
    wide = replace(ctx, view=replace(ctx.view, scale=2.0))
    draw = Timeline(uid="t", metric="incident_count").draw
    small, large = (draw({"hours": _hours((date(2026, 11, 22), 9, 4.0))}, each)[0] for each in (ctx, wide))
    assert large["layout"]["font"]["size"] == 2 * small["layout"]["font"]["size"]


def _changes(now: int, before: int, *, is_covered: bool = True) -> str:
    told = {"category_code": "theft", "count": now, "base_count": before}
    change = change_of("incident_count", told, by=("category_code",), is_covered=is_covered)
    return texts(Changes(uid="c", metric="incident_count").draw({"change": change}, context()))


def test_a_change_beyond_chance_is_told_with_its_interval():
    shown = _changes(200, 100)
    assert "100 → 200|+100%" in shown
    assert "至" in shown


def test_a_change_within_chance_is_called_no_change():
    shown = _changes(12, 10)
    assert "无显著变化" in shown
    assert "+20%" not in shown


def test_without_an_earlier_period_nothing_is_compared():
    assert "没有可比的前期" in _changes(5, 0)


def test_an_earlier_period_from_before_the_data_began_is_not_compared():
    assert "没有可比的前期" in _changes(200, 100, is_covered=False)


def test_backlog_bars_add_overdue_and_not_yet_due():
    rows = (
        {"age_code": "age_0", "is_overdue": False, "value": 3.0, "n": 3},
        {"age_code": "age_6", "is_overdue": True, "value": 4.0, "n": 4},
        {"age_code": "age_6", "is_overdue": False, "value": 1.0, "n": 1},
    )
    shown = texts(
        Backlog(uid="b", metric="open_count").draw({"bands": answer("open_count", *rows)}, context())
    )
    assert shown.startswith("≤ 3 小时|3|")
    assert "> 30 天|5|" in shown


def test_a_percentile_the_curve_does_not_reach_is_more_than_the_longest_time_watched():
    reached = {"value": 60.0, "n": 50}
    beyond = {"value": None, "n": 50, "lower": 2880.0, "flag": "beyond"}
    answers = {
        "close_minutes_p50": answer("close_minutes_p50", reached),
        "close_minutes_p90": answer("close_minutes_p90", beyond),
        "close_minutes_p95": answer("close_minutes_p95", beyond),
    }
    answers["transferred_out_count"] = answer("transferred_out_count", {"value": 7.0, "n": 60})
    shown = texts(Distribution(uid="d", segments=("close_minutes",)).draw(answers, context()))
    assert "60 分钟|> 2.0 天|> 2.0 天|50" in shown
    assert "同期 60 起事件中，移送外单位 7 起" in shown


def _case(**known) -> dict:
    base = {
        "incident_id": "police_110:1",
        "category_code": "theft",
        "grid_id": "G001",
        "department_id": "police",
        "stage_code": "handling",
        "feed_id": "police_110",
        "report_count": 2,
        "severity_level": 2,
        "first_signal_at": AS_OF - timedelta(hours=8),
        "due_at": AS_OF - timedelta(hours=5),
        "closed_at": pd.NaT,
    }
    return base | known


def test_the_late_list_says_what_where_whose_and_how_late():
    answers = {
        "rows": pd.DataFrame([_case(), _case(incident_id="police_110:2", grid_id=None)]),
        "all": answer("open_overdue_count", {"value": 76.0, "n": 200}),
    }
    shown = texts(LateList(uid="l", metric="open_overdue_count").draw(answers, context()))
    assert shown.startswith("76|件超期未结")
    assert "盗窃|5.0 小时|一网格 · 派出所|处置中" in shown
    assert "未定位 · 派出所" in shown


def test_the_late_list_says_how_many_of_them_are_suspended():
    """Cases put aside for two years would else stand first for ever and hide what can be done today."""
    tile = LateList(uid="l", metric="open_overdue_count")
    asks = tile.requests(context())
    assert asks["rows"].order == "is_suspended,due_at"
    assert asks["suspended"].filters.picked == (("is_suspended", "true"),)
    assert "suspended" not in tile.requests(context(filters=Filters(picked=(("is_suspended", "true"),))))
    answers = {
        "rows": pd.DataFrame([_case()]),
        "all": answer("open_overdue_count", {"value": 76.0, "n": 200}),
    }
    answers["suspended"] = answer("open_overdue_count", {"value": 30.0, "n": 40})
    drawn = tile.draw(answers, context())
    assert texts(drawn).startswith("76|件超期未结，查看全部|其中挂账 30 件")
    link = find(list(drawn), "late-suspended")[0].href
    assert link.startswith("/incidents?") and "pick=is_suspended%3Atrue" in link and "side=late" in link


def test_a_list_of_another_area_is_not_called_empty():
    rows = pd.DataFrame()
    rows.attrs["unknown_code"] = "outside"
    drawn = LateList(uid="l", metric="open_overdue_count").draw(
        {"rows": rows, "all": answer("open_overdue_count", {"value": None, "n": 0, "flag": "outside"})},
        context(),
    )
    assert texts(drawn) == "不在您的范围内"


@pytest.mark.parametrize(
    ("level", "marked"), [(3, False), (4, True), (5, True), (None, False), (pd.NA, False)]
)
def test_only_serious_incidents_may_pulse(level, marked):
    answers = {
        "rows": pd.DataFrame([_case(severity_level=level)]),
        "all": answer("open_overdue_count", {"value": 1.0, "n": 1}),
    }
    item = LateList(uid="l", metric="open_overdue_count").draw(answers, context())[0][1].children[0]
    assert ("data-serious" in item.to_plotly_json()["props"]) is marked


def test_the_table_knows_its_page_and_how_many_rows_there_are():
    table = EventTable(uid="t", page_size=25)
    ctx = context("kpi=open_count&page=3&side=late")
    asks = table.requests(ctx)
    assert (asks["rows"].offset, asks["rows"].side, asks["rows"].request.metric) == (50, "late", "open_count")
    shown = texts(table.draw({"rows": pd.DataFrame([_case()]), "count": 60}, ctx))
    assert "第 51–60 条，共 60 条" in shown


def test_a_page_number_that_is_none_means_the_first_page():
    assert EventTable(uid="t").requests(context("page=-3"))["rows"].offset == 0


def test_a_listing_writes_cells_by_their_suffix():
    rows = pd.DataFrame(
        [{"feed_id": "police_110", "watermark_at": AS_OF, "row_count": 1234, "negative_pct": None}]
    )
    columns = ("feed_id", "watermark_at", "row_count", "negative_pct")
    shown = texts(
        ListingTable(uid="l", listing="feeds", columns=columns)
        .draw({"rows": rows}, context())[0]
        .children.children[1]
    )
    assert shown == "110警情|2026-11-22 14:30:00|1,234|—"


def test_a_refused_rows_reason_is_told_in_words():
    tile = ListingTable(uid="q", listing="quarantine", columns=("reason_text",))
    shown = texts(
        tile.draw({"rows": pd.DataFrame({"reason_text": ["bad_time:reported_at, odd:thing"]})}, context())
    )
    assert "时间无法读取" in shown
    assert "reported_at" not in shown
    assert "odd:thing" in shown


def test_the_line_beside_a_headline_holds_whole_hours_and_leaves_gaps():
    card = KpiCard(uid="k", metric="closure_within_sla_pct")
    hours = answer(
        card.metric,
        {"date": "2026-11-21", "hour": 14, "value": 50.0},
        {"date": "2026-11-22", "hour": 13, "value": 100.0},
        {"date": "2026-11-22", "hour": 14, "value": 0.0},  # still running at 14:30
    )
    drawn = card.draw({"now": answer(card.metric, GOOD), "trace": hours}, context())[0]
    line = find(drawn, "trace")[0].src
    assert "近24小时" in texts(drawn)
    assert set(re.findall(r"cx%3D%22([\d.]+)", line)) == {"4.0", "236.0"}, (
        "first and last whole hour; the running one is left out"
    )
    empty = card.draw(
        {
            "now": answer(card.metric, GOOD),
            "trace": answer(card.metric, hours.frame.iloc[0].to_dict() | {"value": None}),
        },
        context(),
    )[0]
    assert "近24小时" not in texts(empty)


def test_a_feed_that_never_delivered_says_so():
    """It holds no number back, so nothing else on the wall would tell that it is missing."""
    known = {"is_required": True, "expected_interval_s": 60, "expected_lag_s": 40}
    rows = [{"feed_id": "police_110", "watermark_at": AS_OF}, {"feed_id": "fire_119", "watermark_at": pd.NaT}]
    feeds = pd.DataFrame([each | known for each in rows])
    came, never = FeedHealth(uid="f").draw({"feeds": feeds}, context())[0].children
    assert "从未送达" in texts(never) and "is-never" in never.className
    assert "从未送达" not in texts(came) and "is-never" not in came.className


def test_a_reason_is_told_in_words_and_the_loaders_own_text_is_its_tooltip():
    rows = pd.DataFrame([{"reason_code": "empty_file", "reason_text": "the file has no bytes"}])
    drawn = ListingTable(uid="l", listing="loads", columns=("reason_code",)).draw({"rows": rows}, context())
    cell = drawn[0].children.children[1].children[0].children[0]
    assert texts(drawn) == "原因类别|空文件" and cell.title == "the file has no bytes"
