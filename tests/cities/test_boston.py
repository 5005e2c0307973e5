"""Boston by configuration: 311 cases of six months with the city's own target times."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from data.query import fetch
from data.request import Filters, Request, Scope
from scripts.compare_boston import agreement_pct, classify_cases

pytestmark = pytest.mark.slow
ZONE = ZoneInfo("America/New_York")
EVERYTHING = Scope(area_ids=None, department_ids=None)
CANCELLED = (
    r"^Case Closed\.? *(?:Closed date : [0-9:. -]+ *)?"
    r"(Case Invalid|Case Referred to External Agency|Duplicate of Existing Case)"
)


def _utc(column: str) -> str:
    return f"timezone('UTC', timezone('America/New_York', {column}))"


@pytest.fixture(scope="module")
def boston(bring_up):
    return bring_up("boston")


@pytest.fixture(scope="module")
def cases(shared_data) -> str:
    return f"'{shared_data}/boston/boston311_2011H2.parquet'"


def test_every_case_is_loaded_and_none_is_quarantined(boston, raw, cases):
    (expected,) = raw(f"SELECT count(*) FROM {cases}")[0]
    load = boston.execute("SELECT row_count, new_count, quarantined_count FROM mart_load").iloc[0]
    assert tuple(load) == (expected, expected, 0)
    assert boston.execute("SELECT count(*) AS n FROM mart_incident")["n"][0] == expected


def test_every_category_has_a_name(boston):
    unknown = boston.execute("SELECT count(*) AS n FROM mart_incident WHERE category_code = '_unknown'")["n"][
        0
    ]
    assert unknown == 0


def test_nearly_every_case_lies_in_a_neighbourhood(boston):
    placed = boston.execute("SELECT 100.0 * count(grid_id) / count(*) AS pct FROM mart_incident")["pct"][0]
    assert placed >= 99.9


def test_local_times_become_utc_on_both_sides_of_the_clock_change(boston, raw, cases):
    stored = boston.execute("SELECT source_key, reported_at FROM mart_report").set_index("source_key")[
        "reported_at"
    ]
    offsets = set()
    for key, opened in raw(f"SELECT case_enquiry_id, open_dt FROM {cases}"):
        # The hour that comes twice on 2011-11-06 is read as its second, standard-time pass.
        local = opened.replace(tzinfo=ZONE, fold=1)
        assert stored[key] == local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None), key
        offsets.add(local.utcoffset())
    assert len(offsets) == 2


def test_a_closure_after_the_as_of_instant_does_not_count_yet(boston, raw, cases):
    as_of = boston.as_of_at()
    expected, later = raw(
        f"""
        SELECT count(*) FILTER (closed_dt IS NULL OR {_utc("closed_dt")} > $as_of),
            count(*) FILTER ({_utc("closed_dt")} > $as_of)
        FROM {cases} WHERE {_utc("open_dt")} <= $as_of AND NOT regexp_matches(closure_reason, '{CANCELLED}')
        """,
        as_of=as_of,
    )[0]
    assert later > 0, "the file has no later closures: this test would prove nothing"
    answer = fetch(Request("open_count"), scope=EVERYTHING, store=boston)
    assert answer.frame["value"][0] == expected


def test_our_flag_and_the_published_one_agree_wherever_both_have_a_verdict(boston, raw, cases):
    classes = classify_cases(boston).set_index("class_code")["case_count"]
    with_target, without_target, unflagged = raw(
        f"SELECT count(*) FILTER (WHERE target_dt IS NOT NULL AND ontime IS NOT NULL),"
        f" count(*) FILTER (WHERE target_dt IS NULL),"
        f" count(*) FILTER (WHERE target_dt IS NOT NULL AND ontime IS NULL) FROM {cases}"
    )[0]
    assert classes["agree"] + classes["differ"] + classes["not_due_yet"] == with_target
    assert (classes["no_target"], classes["no_flag"]) == (without_target, unflagged)
    assert classes["differ"] == 0
    assert classes["agree"] > 0.85 * with_target
    assert agreement_pct(classify_cases(boston)) == 100.0


def test_the_on_time_rate_equals_an_independent_count(boston, raw, cases):
    as_of = boston.as_of_at()
    due, in_time = raw(
        f"""
        SELECT count(*), count(*) FILTER (closed_dt <= target_dt) FROM {cases}
        WHERE {_utc("target_dt")} <= $as_of
            AND NOT regexp_matches(closure_reason, '{CANCELLED}')
            -- Longer than the longest believable duration: excluded and counted (definitions, R4).
            AND (closed_dt IS NULL OR closed_dt <= open_dt + INTERVAL 400 DAY)
        """,
        as_of=as_of,
    )[0]
    filters = Filters(since_at=datetime(2011, 1, 1), until_at=as_of)
    answer = fetch(Request("on_time_closure_pct", filters=filters), scope=EVERYTHING, store=boston)
    assert answer.frame["n"][0] == due
    assert answer.frame["value"][0] == pytest.approx(100.0 * in_time / due)


def test_a_clock_the_city_does_not_keep_is_unknown_not_zero(boston):
    for metric in ("discovery_registered_pct", "dispatch_within_sla_pct", "on_time_handled_pct"):
        answer = fetch(Request(metric), scope=EVERYTHING, store=boston)
        assert answer.frame["value"].isna().all(), metric
        assert answer.exclusions["not_recorded"] > 0, metric
