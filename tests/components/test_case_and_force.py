"""An incident's life tells every act once; the grid force counts people and areas, and says when it knows none."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd

from components.tiles.area_portrait import AreaFacts
from components.tiles.case_steps import CaseSteps, merge_steps
from components.tiles.force import Force
from tests.components.frames import context, find, texts

LEAD, EXTRA = "city:1", "hotline:2"
STEPS = pd.DataFrame(
    [
        (LEAD, "signal", "05:00", "landscape", None, "city"),
        (LEAD, "dispatch", "05:10", "landscape", None, "city"),
        (LEAD, "dispatch", "05:10", "sanitation", "初次", "city_step"),
        (EXTRA, "signal", "05:20", "landscape", None, "hotline"),
        (EXTRA, "dispatch", "05:30", "landscape", None, "hotline"),
        (LEAD, "check", "06:00", None, None, "city"),
        (EXTRA, "handle", "06:00", None, None, "hotline"),
        (LEAD, "handle", "06:00", None, None, "city"),
    ],
    columns=["report_id", "step_code", "acted_at", "department_id", "reason_text", "feed_id"],
).assign(outcome_code=None, deadline_at=None)
STEPS["acted_at"] = [datetime.fromisoformat(f"2026-11-20 {each}") for each in STEPS["acted_at"]]
STAFF = pd.DataFrame(
    [
        ("grid_lead", "G001", date(2025, 1, 1), date(2999, 12, 31), 1, 1, 1),
        ("grid_lead", "G002", date(2025, 1, 1), date(2999, 12, 31), 1, 0, 1),
        ("full_time", "G001", date(2025, 1, 1), date(2999, 12, 31), 4, 4, 0),
        ("full_time", "G002", date(2025, 1, 1), date(2025, 12, 31), 9, 9, 0),
    ],
    columns=[
        "role_code",
        "area_id",
        "valid_from",
        "valid_to",
        "worker_count",
        "person_count",
        "shared_count",
    ],
)
AREAS = pd.DataFrame(
    {"area_id": ["town", "G001", "G002", "G003"], "level_code": ["town", "grid", "grid", "grid"]}
)


def test_the_same_act_in_columns_and_log_stands_once_with_the_logs_department():
    merged = merge_steps(STEPS, LEAD)
    dispatch = merged[(merged["step_code"] == "dispatch") & merged["is_lead"]]
    assert dispatch["department_id"].tolist() == ["sanitation"]
    assert dispatch["reason_text"].tolist() == ["初次"]


def test_equal_acts_of_several_reports_are_one_and_name_their_sources():
    merged = merge_steps(STEPS, LEAD)
    handle = merged[merged["step_code"] == "handle"].iloc[0]
    assert handle["feed_ids"] == ("city", "hotline")
    assert handle["is_lead"]
    assert merged["step_code"].tolist() == ["signal", "dispatch", "signal", "dispatch", "handle", "check"]


def test_what_only_an_extra_report_tells_stands_back_and_starts_no_gap():
    shown = CaseSteps(uid="s").show({"incident": {"lead_report_id": LEAD}, "steps": STEPS}, context())
    assert len(find(shown, "is-extra")) == 2
    words = texts(shown)
    assert "又有上报（已归并）" in words
    assert "派遣（归并件）" in words
    assert "+50 分钟" in words, "handled is told against the dispatch, not against the merged report"


def _force(staff: pd.DataFrame) -> str:
    return texts(Force(uid="f").draw({"staff": staff, "areas": AREAS}, context()))


def test_people_count_once_and_shared_and_lacking_areas_are_told():
    words = _force(STAFF)
    assert "网格长|1|2共用 · 1空缺" in words
    assert "专职网格员|4|网格 1/3" in words


def test_lines_that_hold_no_more_do_not_count():
    assert "13" not in _force(STAFF)


def test_a_town_without_a_register_says_so():
    assert "未提供人员名册" in _force(STAFF.iloc[:0])


def test_an_areas_facts_count_who_serves_it():
    ctx = context(route={"id": "G001"})
    areas = AREAS.assign(
        parent_id=None,
        area_km2=None,
        road_km=None,
        **dict.fromkeys(("population_count", "day_population_count", "household_count", "enterprise_count")),
    )
    links = pd.DataFrame({"area_id": ["G001"], "level_code": ["grid"], "grid_id": ["G001"]})
    words = texts(AreaFacts(uid="a").draw({"areas": areas, "links": links, "staff": STAFF}, ctx))
    assert "专职网格员|4" in words
