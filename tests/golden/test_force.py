"""Duty roster and grid force against hand-computed values, from a file to the door."""

from __future__ import annotations

import pytest

from data.query import count_rows, fetch, fetch_rows
from data.request import EVERYTHING, Filters, Request, Scope
from tests.module_town import open_module_town
from tests.published import at

NOW = "2026-11-20 10:00"
HEAD = "班次编号,姓名,工号,岗位,班次,值守区域,计划上岗,计划下岗,签到时间,签退时间,请假,更新时间"
# Grace for signing in: 15 minutes. Told until 10:00.
DAY, LONG = "2026-11-20", "2026-11-20 08:00,2026-11-20 17:30"
ROWS = (
    f"Z1,张伟,W0105,专职网格员,白班,G001,{LONG},{DAY} 07:55:00,,,{DAY} 07:55:00",  # in time, present
    f"Z2,李娜,W0106,专职网格员,白班,G001,{LONG},{DAY} 08:20:00,,,{DAY} 08:20:00",  # late, present
    f"Z3,王强,W0107,专职网格员,白班,G002,{LONG},,,,2026-11-19 18:00:00",  # absent
    f"Z4,刘洋,W0108,专职网格员,白班,G002,{LONG},,,年休,2026-11-19 18:00:00",  # excused
    "Z5,陈杰,W0109,专职网格员,夜班,G003,2026-11-19 21:30,2026-11-20 08:00,2026-11-19 21:40:00,2026-11-20 08:05:00,,"
    "2026-11-20 08:05:00",  # over
    f"Z6,杨敏,W0110,专职网格员,白班,G003,{DAY} 09:50,{DAY} 17:30,,,,{DAY} 09:58:00",  # grace not over
    f"Z8,周洁,W0112,专职网格员,白班,G003,{DAY} 08:00,{DAY} 07:00,{DAY} 07:55:00,,,{DAY} 07:55:00",  # ends before it begins
    f"Z7,赵军,W0111,专职网格员,晚班,G003,{DAY} 15:00,{DAY} 22:00,,,,2026-11-19 18:00:00",  # not begun
)
TODAY = Filters(at("2026-11-20 00:00"), None)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    text = "\n".join([HEAD, *ROWS]) + "\n"
    files = {"duty_roster/duty_roster_20261120100000.csv": text.encode("gb18030")}
    opened = open_module_town(tmp_path_factory.mktemp("force"), files, now=NOW)
    yield opened
    opened.close()


def _row(store, metric, *, filters=TODAY, scope=EVERYTHING):
    return fetch(Request(metric, filters=filters), scope=scope, store=store)


def test_on_duty_now_counts_shifts_under_way_without_the_excused(store):
    # Under way at 10:00: Z1, Z2, Z3, Z6; Z4 is excused, Z5 is over, Z7 has not begun. Signed in: Z1, Z2.
    assert _row(store, "duty_planned_count").row["value"] == 4
    assert _row(store, "duty_present_count").row["value"] == 2
    assert _row(store, "duty_present_pct").row["value"] == pytest.approx(50)  # 2 of 4


def test_signing_in_counts_only_shifts_whose_grace_is_over(store):
    # Grace over today: Z1, Z2, Z3 (08:15); not Z6 (10:05) nor Z7. In time: Z1. Z4 and Z8 are in the ledger. Z5's was yesterday.
    answer = _row(store, "shift_signed_pct")
    assert (answer.row["n"], answer.exclusions) == (3, {"excused": 1, "negative": 1})
    assert answer.row["value"] == pytest.approx(100 / 3)
    assert _row(store, "shift_absent_count").row["value"] == 1  # Z3


def test_rows_are_the_number(store):
    request = Request("shift_signed_pct", filters=TODAY)
    rows = fetch_rows(request, scope=EVERYTHING, store=store)
    assert sorted(rows["side_code"]) == ["excluded", "excluded", "in_time", "late", "missed"]
    assert count_rows(request, scope=EVERYTHING, store=store, side="missed") == 1
    assert not {"worker_key", "姓名"} & set(rows.columns)


def test_a_visitor_sees_the_shifts_of_own_grids_only(store):
    mine = Scope(area_ids=frozenset({"G001"}))
    assert _row(store, "duty_planned_count", scope=mine).row["value"] == 2


def test_the_register_adds_up_to_the_published_force(store):
    # 104 leads, of whom 21 keep two grids: 42 grids share; 288 full-time and 2,403 part-time workers.
    expected = {"grid_lead_count": 104, "grid_full_time_count": 288, "grid_part_time_count": 2403}
    expected |= {"grid_lead_shared_count": 42, "grid_lead_vacant_count": 0, "grid_count": 125}
    assert {name: _row(store, name).row["value"] for name in expected} == expected


def test_unknown_households_are_neither_inside_nor_outside_the_standard(store):
    frame = fetch(Request("grid_count", by=("standard_code",)), scope=EVERYTHING, store=store).frame
    counts = dict(zip(frame["standard_code"], frame["value"], strict=True))
    assert counts["unknown"] == 1
    share = _row(store, "grid_household_standard_pct").row
    assert share["n"] == 124
    assert share["value"] == pytest.approx(100 * counts["within"] / 124)
