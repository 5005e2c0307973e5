"""Warnings and forecasts as they are drawn: why in words, the rows counted, bands only where they may stand."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import pytest

from components.tiles.warning_backtest import BacktestTable
from components.tiles.warning_chart import ForecastChart, series_of
from components.tiles.warning_list import WarningList, expected_text, rows_of, why_text
from components.tiles.warning_sign import WarningSign
from data.request import Filters
from data.warnings import FIRST, with_parts
from tests.components.frames import AS_OF, answer, context, texts

RULE = {
    "least_count": 5,
    "least_ratio": 2.0,
    "wide_ratio": 1.5,
    "false_alarm_pct": 5.0,
    "warned_count": 2,
    "judged_count": 56,
}
RULE = pd.DataFrame([RULE | {"forecast_at": datetime(2026, 11, 21, 16)}])
DAY = {
    "warning_id": "burst_day:G001:theft", "warning_code": "burst_day", "area_id": "G001", "grid_id": "G001",
    "category_code": "theft",
    "domain_code": "police", "window_from_at": AS_OF - timedelta(days=1), "window_to_at": AS_OF, "observed_count": 9,
    "expected_count": 0.043, "low_count": 0, "high_count": 1, "exceed_ratio": 209.3, "tail_pct": 1e-9, "tried_count": 8442,
    "is_part": False, "is_cut": False,
}  # fmt: skip
WEEK = DAY | {
    "warning_id": "burst_week:town:theft", "warning_code": "burst_week", "area_id": "town", "grid_id": None, "tail_pct": 0.02,
    "expected_count": 41.26, "window_from_at": datetime(2026, 11, 14, 16), "window_to_at": datetime(2026, 11, 21, 16),
}  # fmt: skip
CLUSTER = WEEK | {
    "warning_id": "cluster:police:G001", "warning_code": "cluster", "area_id": "G001", "category_code": None, "tail_pct": 0.2,
    "grid_list": ["G001", "G002", "G003"], "tried_count": 499,
}  # fmt: skip
RUNNING = CLUSTER | {"window_to_at": datetime(2026, 11, 21, 20)}  # up to 04:00
PARTS = ("warning_id", "grid_id", "observed_count", "expected_count", "grid_count", *FIRST[1:])
OPEN, HOURS = WarningList(uid="open"), ForecastChart(uid="next")


def _drawn(*rows: dict, ctx=None, rule=RULE, parts=()) -> str:
    ctx = ctx or context(path="/warnings")
    asked = {"rows": pd.DataFrame(list(rows), columns=list(DAY) if not rows else None)}
    asked["parts"] = pd.DataFrame(list(parts), columns=list(PARTS))
    return texts(OPEN.draw(asked | {"rule": rule}, ctx)[0])


def _part(grid: str, seen: int, expected: float) -> dict:
    return {name: CLUSTER[name] for name in FIRST} | {
        "grid_id": grid,
        "observed_count": seen,
        "expected_count": expected,
        "grid_count": 3,
    }


def test_a_warning_says_where_what_how_many_and_why():
    said = _drawn(DAY)
    for text in (
        "24小时突增",
        "一网格",
        "盗窃",
        "9",
        "0.04",
        "0–1",
        "×209.3",
        "<0.0001%",
        "8,442",
        "11-21 14:30至11-22 14:30",
    ):
        assert text in said, text
    assert "Grid 1" in _drawn(DAY, ctx=context(path="/warnings", lang="en"))


def test_an_expectation_is_never_written_as_zero():
    assert [expected_text(each) for each in (0.0001, 0.04, 1.04, 1234.5)] == [
        "<0.01",
        "0.04",
        "1.0",
        "1,234.5",
    ]


def test_a_week_ends_on_its_last_day():
    assert "11-15至11-21" in why_text(WEEK, context())


def test_a_cluster_tells_how_many_grids_and_how_it_was_judged():
    said = _drawn(CLUSTER)
    assert "一网格及周边2个网格" in said and "警情" in said
    assert "499次随机模拟中只有0.20%" in said


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (DAY, {"area=G001", "category=theft", "period=24h"}),
        (WEEK, {"category=theft", "period=2026-11-15..2026-11-21"}),
        (CLUSTER, {"domain=police", "period=2026-11-15..2026-11-21", "x=area%3AG001%7CG002%7CG003"}),
        (RUNNING, {"domain=police", "period=2026-11-15..2026-11-22T04", "x=area%3AG001%7CG002%7CG003"}),
    ],
)
def test_the_number_leads_to_the_rows_counted(row, wanted):
    # warnings know nothing of sources and departments, so their rows may not be narrowed by them
    search = "?area=C01&period=90d&source=police_110&department=D01"
    href = rows_of(row, context(search, path="/warnings"))["href"]
    path, _, query = href.partition("?")
    kept = {each for each in query.split("&") if not each.startswith("area=C01")}
    assert (path, kept) == ("/incidents", wanted)


def test_of_a_cluster_that_reaches_further_only_the_part_within_is_told():
    # 4 + 3 of the cluster's cases lie where this visitor looks, 0.5 + 0.25 are expected there: x 9.3; the rest is not his
    said = _drawn(parts=[_part("G001", 4, 0.5), _part("G002", 3, 0.25)])
    assert "一网格及周边1个网格" in said and "其中这些网格共7起，应为0.75起" in said and "×9.3" in said
    assert "不予处置…" not in said
    # three of three: nothing lies beyond, though each is told by itself
    three = [_part("G001", 4, 0.5), _part("G002", 3, 0.25), _part("G003", 2, 0.25)]
    assert "这些相邻网格共9起" in _drawn(parts=three)
    # who sees the whole is told the whole, once
    whole = _drawn(CLUSTER, parts=[_part("G001", 4, 0.5)])
    assert "其中这些网格" not in whole and "一网格及周边2个网格" in whole
    (row,) = with_parts(pd.DataFrame([DAY]).head(0), pd.DataFrame([_part("G002", 3, 0.25)])).to_dict(
        "records"
    )
    assert (row["grid_id"], row["area_id"], row["is_part"]) == ("G002", "G002", True)


def test_none_is_calm_and_without_a_forecast_unknown():
    assert "没有网格、类别或相邻网格明显多于预期" in _drawn()
    said = _drawn(rule=RULE.assign(forecast_at=pd.NaT))
    assert "未知" in said and "明显多于" not in said


def test_who_may_not_act_gets_no_form_and_no_rows():
    ctx = context(path="/warnings", permissions=frozenset({"modules"}))
    assert "不予处置…" not in _drawn(DAY, ctx=ctx)
    assert rows_of(DAY, ctx) == {}


def _hours(*areas: str) -> pd.DataFrame:
    rows = [
        {"window_from_at": AS_OF.replace(minute=0) + timedelta(hours=hour), "area_id": area, "expected_count": 2.5,
         "low_count": 0,
         "high_count": 6, "inner_low_count": 1, "inner_high_count": 5,
         "forecast_at": AS_OF.replace(hour=6, minute=0)}
        for area in areas
        for hour in range(1, 25)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _drawn_hours(ahead: pd.DataFrame) -> dict:
    seen = answer("incident_count", {"date": "2026-11-22", "hour": 13, "value": 4.0})
    return HOURS.draw({"ahead": ahead, "seen": seen}, context())[0]


def _chart(ahead: pd.DataFrame) -> list[dict]:
    return _drawn_hours(ahead)["data"]


def test_one_area_has_both_bands_and_hours_without_incidents_are_zero():
    seen, outer, inner, line = _chart(_hours("town"))
    assert seen["x"][-1] == "2026-11-22 13:00" and seen["y"][-1] == 4.0  # 14:00 is not over
    assert (len(seen["x"]), sum(seen["y"])) == (24, 4.0)
    assert (outer["y"][0], inner["y"][0], line["y"][0]) == (6.0, 5.0, 2.5)
    assert line["x"][0] == "2026-11-22 15:00"


def test_the_picture_says_when_the_forecast_was_made_and_what_it_had_heard():
    ahead = _hours("town")  # made at 14:00 local; 4 of 13:00 had come
    assert (
        _drawn_hours(ahead)["layout"]["xaxis"]["title"]["text"] == "预测更新于11-22 14:00，已计入零点以来4起"
    )
    midnight = _drawn_hours(ahead.assign(forecast_at=datetime(2026, 11, 21, 16)))
    assert midnight["layout"]["xaxis"]["title"]["text"] == "预测作于11-22 00:00"


def test_several_areas_add_up_without_a_band():
    traces = _chart(_hours("C01", "C02"))
    assert len(traces) == 2 and set(traces[-1]["y"]) == {5.0}


def test_no_forecast_is_said_and_not_drawn_as_zero():
    figure = HOURS.draw({"ahead": pd.DataFrame(), "seen": answer("incident_count")}, context())[0]
    assert figure["data"] == [] and "未知" in figure["layout"]["annotations"][0]["text"]


def test_the_filters_choose_the_series():
    assert series_of(Filters()) == "all"
    assert series_of(Filters(domain_code="police")) == "domain:police"
    assert series_of(Filters(domain_code="police", category_code="theft")) == "category:theft"


def test_the_back_test_tells_shares_and_both_errors():
    row = {
        "window_code": "day", "level_code": "town", "is_by_category": False, "checked_count": 50, "inside_count": 47,
        "inner_inside_count": 41, "model_score": 60.0, "naive_score": 150.0, "observed_count": 990, "expected_count": 1000.0,
        "window_from_at": datetime(2026, 9, 26, 16), "window_to_at": datetime(2026, 11, 21, 16),
    }  # fmt: skip
    said = texts(BacktestTable(uid="test").draw({"rows": pd.DataFrame([row])}, context())[0])
    for text in ("逐日 · 全镇 · 合计", "50", "94.0%", "82.0%", "1.20", "3.00", "99.0%"):
        assert text in said, text


def test_the_sign_is_for_those_the_server_tells_warnings():
    sign = WarningSign(uid="warned")
    assert sign.draw({}, context(permissions=frozenset({"view"}))) == (None,)
    (line,) = sign.draw({}, context(permissions=frozenset({"view", "modules"})))
    assert "is-unknown" in line.className
