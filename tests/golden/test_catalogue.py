"""Resource catalogue, demands, feed quality, appeals, page usage and load per worker against hand-computed values."""

from __future__ import annotations

import numpy as np
import pytest

from data.query import fetch, fetch_rows
from data.request import EVERYTHING, Filters, Request
from data.settings import read_settings
from data.town import load_town
from etl.contract import load_contract
from tests.module_town import open_module_town, workbook
from tests.published import at

NOW = "2026-11-20 10:00"
CATALOGUE = (
    (
        "目录编号",
        "资源名称",
        "责任单位",
        "共享属性",
        "数据层级",
        "承诺接入日期",
        "登记接入日期",
        "接入来源",
        "更新周期（天）",
        "采集责任岗位",
    ),
    (
        "ML1",
        "110警情",
        "派出所",
        "涉密",
        "区级",
        "2026-01-01",
        "2026-02-01",
        "police_110",
        1,
        "平台管理员",
    ),  # delivers, renewed
    (
        "ML2",
        "需求清单",
        "指挥室",
        "共享",
        "镇级",
        "2026-01-01",
        "2026-02-01",
        "data_demand",
        1,
        "平台管理员",
    ),  # delivers, too old
    (
        "ML3",
        "气象预警",
        "气象局",
        "开放",
        "市级",
        "2026-01-01",
        "2026-02-01",
        None,
        1,
        "平台管理员",
    ),  # said to be joined, never came
    (
        "ML4",
        "学籍变动",
        "教育局",
        "共享",
        "区级",
        "2027-01-01",
        None,
        None,
        30,
        "专职网格员",
    ),  # not promised for yet
)
DEMANDS = (
    "需求编号,需求部门,目录编号,用途,提出时间,需求时限,满足时间",
    "XQ1,派出所,ML1,研判,2026-09-01 09:00:00,2026-10-01,2026-09-20 09:00:00",  # in time
    "XQ2,派出所,ML3,研判,2026-09-01 09:00:00,2026-10-01,2026-10-20 09:00:00",  # late
    "XQ3,派出所,ML3,研判,2026-09-01 09:00:00,2026-10-01,",  # not met
    "XQ4,派出所,ML9,研判,2026-09-01 09:00:00,2027-03-01,",  # not due
    "XQ5,派出所,ML9,研判,2026-09-01 09:00:00,,2026-10-20 09:00:00",  # no day: in the ledger
)
APPEALS = (
    ("申诉编号", "案件来源", "案件编号", "考核项目", "申诉时间", "复核时间", "复核结论", "申诉理由"),
    ("SS1", "110", "JQ1", "按期结案", "2026-11-10 09:00:00", "2026-11-12 09:00:00", "成立", "平台故障"),
    ("SS2", "110", "JQ1", "3小时处置", "2026-11-10 09:00:00", "2026-11-13 09:00:00", "不成立", "平台故障"),
    (
        "SS3",
        "110",
        "JQ404",
        "按期结案",
        "2026-11-18 09:00:00",
        None,
        None,
        "平台故障",
    ),  # pending; no such case
)
USAGE = (
    '{"hour": "2026-11-19 01:00:00", "page": "overview", "role": "leader", "views": 5}',
    '{"hour": "2026-11-19 01:00:00", "page": "incidents", "role": "analyst", "views": 2}',
    '{"hour": "2026-11-19 01:00:00", "page": "overview", "role": "leader", "views": "many"}',  # quarantined
)


def _calls() -> str:
    contract = load_contract(load_town(read_settings(town="stown")), "police_110")
    headings = list(
        dict.fromkeys(source for column in contract.columns.values() for source in column.sources)
    )
    call = {"接警单号": "JQ1", "报警时间": "2026-11-09 09:00:00", "最后更新时间": "2026-11-09 12:00:00"}
    bad = {"接警单号": "JQ2", "报警时间": "2026-13-45 09:00:00", "最后更新时间": "2026-11-09 12:00:00"}
    lines = [",".join(row.get(each, "") for each in headings) for row in (call, bad)]
    return "\n".join([",".join(headings), *lines]) + "\n"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    files = {
        "police_110/police_110_20261119000000.csv": _calls(),
        "resource_catalogue/resource_catalogue_20261120090000.xlsx": workbook(
            "目录", ",".join(CATALOGUE[0]), CATALOGUE[1:]
        ),
        "data_demand/data_demand_20261110090000.csv": ("\n".join(DEMANDS) + "\n").encode("gb18030"),
        "appraisal_appeal/appraisal_appeal_20261120090000.xlsx": workbook(
            "申诉", ",".join(APPEALS[0]), APPEALS[1:]
        ),
        "page_usage/page_usage_20261120090000.jsonl": "\n".join(USAGE) + "\n",
    }
    opened = open_module_town(tmp_path_factory.mktemp("catalogue"), files, now=NOW)
    yield opened
    opened.close()


def _answer(store, metric, *, by=()):
    filters = Filters(at("2026-10-24 00:00"), None)
    return fetch(Request(metric, by=by, filters=filters), scope=EVERYTHING, store=store)


# Promised by now: ML1, ML2, ML3. Delivering: ML1, ML2. The catalogue itself says three.
@pytest.mark.parametrize(
    ("metric", "value", "n"),
    [
        ("resource_promised_count", 3, 3),
        ("resource_joined_count", 2, 3),
        ("resource_claimed_count", 3, 3),
        ("resource_joined_pct", 200 / 3, 3),
        # Delivering lines: ML1 to 10:00 today, within a day; ML2 to 10 November, ten days old.
        ("resource_renewed_pct", 50.0, 2),
        ("demand_count", 5, 5),
        # Due: XQ1, XQ2, XQ3; met XQ1, XQ2; by their day XQ1.
        ("demand_met_pct", 200 / 3, 3),
        ("demand_in_time_pct", 100 / 3, 3),
        ("appeal_raised_count", 3, 3),
        ("appeal_pending_count", 1, 3),
        ("appeal_upheld_pct", 50.0, 2),
        ("page_view_count", 7, 7),
    ],
)
def test_the_metric_has_its_hand_computed_value(store, metric, value, n):
    row = _answer(store, metric).row
    assert row["value"] == pytest.approx(value)
    assert row["n"] == n


def test_a_demand_without_a_day_is_in_the_ledger(store):
    assert _answer(store, "demand_met_pct").exclusions == {"no_limit": 1}


def test_an_appeal_leads_to_its_incident_or_says_there_is_none(store):
    rows = fetch_rows(Request("appeal_raised_count"), scope=EVERYTHING, store=store).set_index("appeal_id")
    assert rows.loc["appraisal_appeal:SS1", "incident_id"] is not None
    assert rows["incident_id"].isna().sum() == 1


def test_quality_is_its_parts_by_weight(store):
    # 110: 2 rows, one in quarantine: 50 % accepted; told up to now: timely.
    by_feed = {
        name: {row.feed_id: row.value for row in _answer(store, name, by=("feed_id",)).frame.itertuples()}
        for name in ("feed_accepted_pct", "feed_timely_pct", "feed_plausible_pct", "feed_quality_score")
    }
    assert by_feed["feed_accepted_pct"]["police_110"] == pytest.approx(50)
    assert by_feed["feed_accepted_pct"]["page_usage"] == pytest.approx(200 / 3)
    assert by_feed["feed_timely_pct"]["police_110"] == pytest.approx(100)
    # Ten days old, the contract allows (1 d + 2 h) x 3.
    assert by_feed["feed_timely_pct"]["data_demand"] == pytest.approx(0)
    # Weights 50 : 30, the third part is not told of registers: (50*100 + 30*0) / 80.
    assert by_feed["feed_quality_score"]["data_demand"] == pytest.approx(62.5)
    # The call tells no second time, so nothing can run backwards: that part is not told either, (50*50 + 30*100) / 80.
    assert by_feed["feed_plausible_pct"]["police_110"] is None or np.isnan(
        by_feed["feed_plausible_pct"]["police_110"]
    )
    assert by_feed["feed_quality_score"]["police_110"] == pytest.approx(68.75)


def test_load_is_incidents_per_full_time_worker(store):
    # One incident in 28 days, not placed in a grid: it burdens nobody; 288 full-time workers.
    assert _answer(store, "grid_load_per_worker").row["value"] == pytest.approx(0 / 288)
    assert _answer(store, "grid_open_per_worker").row["value"] == pytest.approx(0 / 288)
