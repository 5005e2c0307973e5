"""What is not told is neither a success nor a failure: times, counts and places left open, from files to the door."""

from __future__ import annotations

import json

import pytest

from data.query import count_rows, fetch
from data.request import EVERYTHING, Filters, Request
from tests.module_town import open_module_town, workbook

NOW, STAMP = "2026-11-20 10:00", "20261120100000"
WHISTLES = (
    ("W1", "2026-10-20T10:30:00", "2026-10-20T12:00:00", "已解决"),
    ("W2", "2026-10-21T09:00:00", None, "未解决"),
    ("W3", "2026-10-28T09:00:00", None, "已解决"),  # nobody told when
    ("W4", "2026-10-28T10:00:00", "2026-10-28T09:00:00", "已解决"),  # an hour before it was called
)
# Case, asset, reported, closed; none has coordinates.
CASES = (
    ("M1", "A1", "2026-10-01 09:00:00", "2026-10-01 12:00:00"),  # back as M2
    ("M2", "A1", "2026-10-10 09:00:00", "2026-10-10 12:00:00"),  # not back
    ("M3", "A2", "2026-10-02 09:00:00", "2026-10-02 12:00:00"),  # not back
    ("M4", "", "2026-10-03 09:00:00", "2026-10-03 12:00:00"),  # nobody can know
)
# Organisation, members listed, members checked in.
LISTS = (("P1", 10, 6), ("P2", 20, ""))
CASE_HEAD = "案件编号,部件编码,上报时间,结案时间,最后修改时间,大类代码,小类代码"
LIST_HEAD = "单位党组织编号,报到社区编码,列入名单,单位报到时间,应报到党员数,已报到党员数,更新时间"
# value, n, exclusions
EXPECTED = {
    "whistle_settled_pct": (50, 2, {"no_stop": 1, "negative": 1}),
    "recurrence_pct": (100 / 3, 3, {"not_placed": 1}),
    "double_report_member_pct": (60, 10, {}),
}


def _whistles() -> str:
    rows = [
        {"whistleNo": key, "whistleTime": told, "updatedAt": told, "solvedTime": settled, "result": result}
        | {"limitMinutes": 30, "level": "镇级", "initiator": "网格长", "cause": "跨部门"}
        | dict.fromkeys(("caseNo", "caseSystem", "lng", "lat", "grid", "place", "matter"))
        for key, told, settled, result in WHISTLES
    ]
    return json.dumps({"items": rows}, ensure_ascii=False)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    cases = [(key, asset, told, closed, closed, "01", "01") for key, asset, told, closed in CASES]
    lists = [(org, "C26", 46235, 46240, listed, came, "2026-09-01 09:00:00") for org, listed, came in LISTS]
    files = {
        f"whistle/whistle_{STAMP}.json": _whistles(),
        f"city_management/city_management_{STAMP}.xlsx": workbook("案件", CASE_HEAD, cases),
        f"double_report/double_report_{STAMP}.xlsx": workbook("双报到", LIST_HEAD, lists),
    }
    opened = open_module_town(tmp_path_factory.mktemp("unknown"), files, now=NOW)
    yield opened
    opened.close()


@pytest.mark.parametrize("metric", sorted(EXPECTED))
def test_what_nobody_told_is_left_out_on_both_sides(metric, store):
    value, n, excluded = EXPECTED[metric]
    answer = fetch(Request(metric, filters=Filters()), scope=EVERYTHING, store=store)
    assert (answer.row["value"], answer.row["n"]) == (pytest.approx(value), n)
    assert answer.exclusions == excluded


@pytest.mark.parametrize("metric", ["recurrence_pct", "whistle_settled_pct"])
def test_the_rows_left_out_are_the_exclusions(metric, store):
    request = Request(metric, filters=Filters())
    left_out = count_rows(request, scope=EVERYTHING, store=store, side="excluded")
    assert left_out == sum(EXPECTED[metric][2].values())
