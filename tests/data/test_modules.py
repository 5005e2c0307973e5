"""Registers and modules through the door: their own as-of, their rows, and nothing to whom they do not belong."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

import data.query
from data.connection import Store, StoreError
from data.query import count_rows, fetch, fetch_exclusions, fetch_rows
from data.request import EVERYTHING, Filters, NoSuchLevelError, Request, RequestError, Scope
from tests.data.modules import (
    AS_OF_AT,
    FEEDS,
    INSPECTED_UNTIL,
    MARTS,
    definitions,
    open_visits,
    tables,
    visits,
)
from tests.published import ModuleTable, incident, publish

C1 = Scope(area_ids=frozenset({"c1"}))
D1 = Scope(department_ids=frozenset({"d1"}))


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return definitions(tmp_path_factory.mktemp("definitions"))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = open_visits(tmp_path_factory.mktemp("visits"))
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _defined(monkeypatch, known):
    monkeypatch.setattr(data.query, "catalogue", lambda: known)


def _ask(store, metric, scope=EVERYTHING, *, by=(), filters=None, as_of_at=None):
    return fetch(Request(metric, by, filters or Filters(), as_of_at), scope=scope, store=store)


def _until(instant) -> list[dict]:
    return [row for row in visits() if row["due_at"] <= instant]


def test_a_number_holds_for_the_oldest_of_its_registers_and_says_how_old_that_may_get(store):
    found = _ask(store, "visit_due_count")
    assert (found.as_of_at, found.stale_after_s) == (INSPECTED_UNTIL, 3 * (86400 + 3600))
    counted = [row for row in _until(INSPECTED_UNTIL) if row["excluded_code"] is None]
    assert found.row["value"] == len(counted) == 36  # the fortieth is due after the watermark
    spine = _ask(store, "open_count")
    assert (spine.as_of_at, spine.stale_after_s) == (AS_OF_AT, None)


def test_a_past_instant_can_be_asked_and_a_later_one_is_not_believed(store):
    early = INSPECTED_UNTIL - timedelta(days=1)
    found = _ask(store, "visit_due_count", as_of_at=early)
    assert found.as_of_at == early
    assert found.row["value"] == len([row for row in _until(early) if row["excluded_code"] is None])
    assert _ask(store, "visit_due_count", as_of_at=AS_OF_AT).as_of_at == INSPECTED_UNTIL


def test_a_feed_that_never_delivered_does_not_hold_the_others_back(tmp_path):
    silent = FEEDS[0] | {"feed_id": "visits_2", "watermark_at": None}
    opened = open_visits(tmp_path, feeds=[*FEEDS, silent])
    assert _ask(opened, "visit_due_count").as_of_at == INSPECTED_UNTIL
    opened.close()


def test_rates_medians_and_waits_of_a_module_mart_are_right(store):
    rows = [row for row in _until(INSPECTED_UNTIL) if row["excluded_code"] is None]
    done = [row for row in rows if row["done_at"] and row["done_at"] <= INSPECTED_UNTIL]
    rate = _ask(store, "visit_done_pct")
    assert rate.row["value"] == pytest.approx(100 * len(done) / len(rows))
    assert rate.row["low"] < rate.row["value"] < rate.row["high"] and rate.row["n"] == len(rows)
    assert rate.exclusions == {"cancelled": 3}
    fees = sorted(row["fee_yuan"] for row in _until(INSPECTED_UNTIL))
    assert _ask(store, "visit_median_yuan").row["value"] == fees[len(fees) // 2]
    assert _ask(store, "visit_minutes_p50").row["value"] == 30  # three of four were done after 30 min


@pytest.mark.parametrize(
    ("by", "keys"), [("community", ["c1", "c2", None]), ("is_red", [False, True]), ("month", ["2026-11"])]
)
def test_a_module_mart_is_grouped_like_any_other(store, by, keys):
    found = _ask(store, "visit_due_count", by=(by,))
    assert list(found.frame[by]) == keys
    assert found.frame["value"].sum() == 36
    days = _ask(store, "visit_due_count", by=("date",), filters=Filters(INSPECTED_UNTIL - timedelta(days=2)))
    assert days.frame["value"].sum() == 36 and len(days.frame) == 3


def test_a_module_number_equals_the_count_of_its_rows(store):
    request = Request("visit_due_count")
    rows = fetch_rows(request, scope=EVERYTHING, store=store, limit=100)
    assert list(rows.columns) == [
        "visit_id",
        "due_at",
        "place_name",
        "colour_code",
        "grid_id",
        "side_code",
        "excluded_code",
    ]
    assert rows["due_at"].is_monotonic_decreasing and rows["due_at"].iloc[0] == INSPECTED_UNTIL
    assert rows["excluded_code"].isna().sum() == 36
    assert count_rows(request, scope=EVERYTHING, store=store) == len(rows) == 39
    assert rows.attrs == {"as_of_at": INSPECTED_UNTIL, "stale_after_s": 3 * (86400 + 3600)}
    out = fetch_exclusions(request, scope=EVERYTHING, store=store, code="cancelled")
    assert list(out["visit_id"]) == ["v29", "v19", "v09"]
    by_name = fetch_rows(request, scope=EVERYTHING, store=store, order="place_name", limit=2, offset=1)
    assert list(by_name["place_name"]) == ["place 1", "place 10"]
    with pytest.raises(RequestError, match="order = 'fee_yuan'"):
        fetch_rows(request, scope=EVERYTHING, store=store, order="fee_yuan")


def test_picked_values_filter_and_what_a_mart_does_not_have_is_told(store):
    red = Filters(picked=(("colour_code", "red"), ("mood_code", "good")))
    found = _ask(store, "visit_due_count", filters=red)
    assert found.row["value"] == 20 and found.ignored == ("mood_code",)
    assert _ask(store, "visit_due_count", filters=Filters(picked=(("is_red", "true"),))).row["value"] == 20
    evil = Filters(picked=(("colour_code", "x') OR 1=1 --"),))
    assert _ask(store, "visit_due_count", filters=evil).row["value"] == 0
    rows = fetch_rows(Request("visit_due_count", filters=red), scope=EVERYTHING, store=store)
    assert set(rows["colour_code"]) == {"red"}


@pytest.mark.parametrize(
    ("metric", "values"),
    [  # everything, one community, one department, nobody's department
        ("visit_due_count", (36, 18, 18, 0)),
        ("office_count", (39, None, 20, 0)),
        ("nobody_count", (40, None, None, None)),
        ("everyone_count", (40, 40, 40, 40)),
    ],
)
def test_rows_that_do_not_say_whose_they_are_are_nobodys(store, metric, values):
    scopes = (EVERYTHING, C1, D1, Scope(department_ids=frozenset()))
    assert tuple(_ask(store, metric, scope).row["value"] for scope in scopes) == values
    rows = [count_rows(Request(metric), scope=scope, store=store) for scope in scopes]
    assert [bool(each) for each in rows] == [bool(each) for each in values]


def test_what_only_has_a_grid_is_divided_by_area(store):
    assert _ask(store, "visit_median_yuan", D1).row["n"] == 39
    assert _ask(store, "visit_median_yuan", C1).row["n"] == 20
    both = replace(C1, department_ids=D1.department_ids)
    assert _ask(store, "visit_due_count", both).row["value"] == 9  # ten, one of them cancelled


def test_groups_of_few_people_are_not_told(store, known, monkeypatch):
    metric = known.metric("visit_done_pct").model_copy(update={"suppress_below": 19})
    before = _ask(store, "visit_done_pct", by=("policy_code",), scope=C1).frame
    assert list(before["n"]) == [10, 8] and before["value"].notna().all()
    monkeypatch.setitem(known.metrics, "visit_done_pct", metric)
    shown = fetch(Request("visit_done_pct", ("policy_code",)), scope=C1, store=store, definitions=known).frame
    assert list(shown["flag"]) == ["suppressed"] * 2 and list(shown["n"]) == [0, 0]
    assert shown[["value", "low", "high", "lower", "upper"]].isna().all(axis=None)
    whole = fetch(Request("visit_done_pct"), scope=EVERYTHING, store=store, definitions=known)
    assert whole.row["value"] is not None


def test_registers_that_never_came_are_unknown_not_zero(tmp_path, known):
    """A town without such a register has not had zero visits."""
    never = [FEEDS[0] | {"watermark_at": None, "last_arrival_at": None, "row_count": 0}]
    for name, feeds in (("none", []), ("never", never)):
        opened = open_visits(tmp_path / name, feeds=feeds)
        asked = Request("visit_due_count")
        row = fetch(asked, scope=EVERYTHING, store=opened, definitions=known).row
        assert (row["value"], row["n"], row["flag"]) == (None, 0, "unjoined")
        grouped = fetch(replace(asked, by=("community",)), scope=EVERYTHING, store=opened, definitions=known)
        assert grouped.frame.empty
        incidents = fetch(Request("incident_count"), scope=EVERYTHING, store=opened).row
        assert (incidents["value"], incidents["flag"]) == (3, None)
        opened.close()


def test_a_level_of_another_towns_areas_is_told_from_a_wrong_name(store, known):
    with pytest.raises(NoSuchLevelError, match="circle99"):
        fetch(Request("incident_count", ("circle99",)), scope=EVERYTHING, store=store)
    with pytest.raises(RequestError) as wrong:
        fetch(Request("incident_count", ("stage_code",)), scope=EVERYTHING, store=store)
    assert not isinstance(wrong.value, NoSuchLevelError)


def test_a_shut_mart_is_unknown_not_zero(store):
    found = _ask(store, "nobody_count", C1)
    assert (found.row["value"], found.row["flag"]) == (None, "no_data")
    assert _ask(store, "nobody_count", C1, by=("colour_code",)).frame.empty


def test_a_door_left_open_is_seen(store, known, monkeypatch):
    """The twin of the scope tests: were the mart declared the whole town's, the visitor would see it."""
    mart = known.marts["mart_nobody"]
    monkeypatch.setitem(known.marts, "mart_nobody", mart.model_copy(update={"is_town_wide": True}))
    assert fetch_rows(Request("nobody_count"), scope=C1, store=store, limit=99).shape[0] == 40


def test_generations_that_name_the_same_files_share_them_and_new_ones_replace(tmp_path):
    opened = open_visits(tmp_path)
    home = tmp_path
    rows = [incident(1, AS_OF_AT)]

    def schemas() -> set:
        found = opened.execute("SELECT schema_name FROM duckdb_schemas() WHERE schema_name LIKE 'modules%'")
        return set(found["schema_name"])

    for generation in (2, 3):
        publish(home, rows, as_of_at=AS_OF_AT, modules=tables(), feeds=FEEDS, generation=generation)
        assert opened.refresh()
    assert schemas() == {"modules_1"}
    fewer = [replace(tables(2)[0], rows=visits()[:5]), tables()[1]]
    for generation in range(4, 8):
        publish(home, rows, as_of_at=AS_OF_AT, modules=fewer, feeds=FEEDS, generation=generation)
        assert opened.refresh()
        assert _ask(opened, "everyone_count").row["value"] == 5
    assert schemas() == {"modules_2"}
    publish(home, rows, as_of_at=AS_OF_AT, generation=8)  # a publisher that knows no modules
    assert opened.refresh() and opened.execute("SELECT count(*) AS n FROM mart_incident")["n"][0] == 1
    opened.close()


def test_a_module_file_that_is_gone_or_not_ours_is_an_error(tmp_path):
    open_visits(tmp_path).close()
    path = tmp_path / "published" / "CURRENT"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    (tmp_path / "published" / manifest["module"]["mart_visit"]).unlink()
    with pytest.raises(StoreError, match=r"mart_visit"):
        Store(tmp_path)
    publish(tmp_path, [], as_of_at=AS_OF_AT, modules=[ModuleTable("secrets", {"a": "VARCHAR"}, [])])
    with pytest.raises(StoreError, match="module table 'secrets'"):
        Store(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("key: visit_id", "", "key is missing"),
        ("listed: [visit_id, ", "listed: [", "listed does not hold the key 'visit_id'"),
        ("/visits/{visit_id}", "/visits/{fee_yuan}", "page names 'fee_yuan'"),
        ("entities: [visit]", "entities: [vist]", "did you mean 'visit'"),
        ("keep: [excluded_code]", "keep: []", "excluded_count needs excluded_code"),
        ("side:", "is_town_wide: true\nside:", "is_town_wide is for marts without grid_id"),
    ],
)
def test_a_wrong_module_mart_is_refused_with_its_file(tmp_path, monkeypatch, old, new, words):
    assert old in MARTS["mart_visit"]
    monkeypatch.setitem(MARTS, "mart_visit", MARTS["mart_visit"].replace(old, new, 1))
    with pytest.raises(ValueError, match=words) as error:
        definitions(tmp_path)
    assert "mart_visit.yaml" in str(error.value)
