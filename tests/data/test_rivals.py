"""Two readings case by case, curves with open cases, and numbers told by the definition of their day."""

from __future__ import annotations

import shutil
from datetime import date, timedelta

import numpy as np
import pytest

from data.catalogue import DATA, Catalogue, CatalogueError
from data.curves import Curve, fetch_curve
from data.request import Filters, Request, RequestError, Scope
from data.rivals import Rivalry, fetch_differences
from data.survival import life_curve, percentile
from tests.published import at, incident, open_store

ALL = Scope(area_ids=None, department_ids=None)
AS_OF_AT = at("2026-11-20 10:00")
START = at("2026-11-20 01:00")


def _case(number: int, *, first: int | None, held: int | None, handled: int | None = None, **more) -> dict:
    """A case registered at 01:00; minutes until its first dispatch, the one that held, and its handling."""
    after = {"dispatched_first_at": first, "dispatched_at": held, "handled_at": handled}
    times = {
        name: None if value is None else START + timedelta(minutes=value) for name, value in after.items()
    }
    return incident(number, START, grid_id="g1", department_id="d1", registered_at=START, **times, **more)


CASES = [
    _case(1, first=3, held=3, handled=63),  # both in time; handled after 60
    _case(2, first=3, held=20, handled=140),  # sent back: first touch in time, the one that held late
    _case(3, first=9, held=9, handled=69),  # both late
    _case(4, first=4, held=4),  # both in time, still open after 9 h less 4 min
]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = open_store(tmp_path_factory.mktemp("rivals"), CASES, as_of_at=AS_OF_AT)
    yield store
    store.close()


def _asked(name: str) -> Request:
    return Request(name, filters=Filters(since_at=at("2026-11-19 16:00"), until_at=at("2026-11-20 16:00")))


def test_the_cases_between_two_readings_are_found_and_all_are_counted(store):
    pair = Rivalry(_asked("dispatch_within_sla_pct"), _asked("dispatch_first_touch_pct"))
    found = fetch_differences(pair, scope=ALL, store=store)
    sides = {(row.left_side, row.right_side): row.case_count for row in found.sides.itertuples()}
    assert sides == {("in_time", "in_time"): 2, ("late", "late"): 1, ("late", "in_time"): 1}
    assert found.differing_count == 1 and found.cases["incident_id"].tolist() == ["i2"]


def test_turned_round_the_same_cases_part_the_other_way(store):
    names = ("dispatch_first_touch_pct", "dispatch_within_sla_pct")
    found = fetch_differences(Rivalry(*map(_asked, names)), scope=ALL, store=store)
    assert found.cases[["left_side", "right_side"]].values.tolist() == [["in_time", "late"]]


def test_cases_of_others_are_not_compared(store):
    foreign = Scope(area_ids=frozenset({"g9"}), department_ids=None)
    pair = Rivalry(_asked("dispatch_within_sla_pct"), _asked("dispatch_first_touch_pct"))
    found = fetch_differences(pair, scope=foreign, store=store)
    assert found.differing_count == 0 and found.cases.empty


def test_only_numbers_of_incidents_have_cases_to_compare(store):
    with pytest.raises(RequestError, match="no cases to compare"):
        fetch_differences(Rivalry(_asked("inspection_count"), _asked("case_count")), scope=ALL, store=store)


def test_open_cases_slow_the_curve_that_closed_cases_alone_make_fast(store):
    # Dispatch to handling: 60, 120, 60 minutes, and one open for 536 minutes.
    # All: S(60) = 1 - 2/4 = 0.5; S(120) = 0.5 * (1 - 1/2) = 0.25, so the median is 60 and P90 is not reached.
    # Closed only: 2 of 3 within 60, all within 120, so P90 = 120.
    found = fetch_curve(Curve(_asked("handle_minutes_p90")), scope=ALL, store=store)
    assert (found.ended_count, found.open_count) == (3, 1)
    rows = {row.share: row for row in found.shares.itertuples()}
    assert rows[50].value == 60 and np.isnan(rows[90].value) and rows[90].closed_only == 120
    assert found.frame[["minutes", "done_pct", "closed_only_pct"]].round(4).values.tolist() == [
        [60.0, 50.0, 66.6667],
        [120.0, 75.0, 100.0],
    ]


def test_a_rate_has_no_curve(store):
    with pytest.raises(RequestError, match="no curve"):
        fetch_curve(Curve(_asked("rework_pct")), scope=ALL, store=store)


def test_the_curve_and_the_percentile_are_one_computation():
    rng = np.random.default_rng(5)
    times, ended = rng.exponential(60, 400).round(), rng.random(400) < 0.7
    curve = life_curve(times, ended.astype(int), (~ended).astype(int))
    for share in (0.5, 0.9):
        told = percentile(times, ended.astype(int), (~ended).astype(int), share=share).value
        assert told == curve.moments[np.flatnonzero(curve.survival <= 1 - share + 1e-9)[0]]
    assert (np.diff(curve.survival) <= 0).all() and (curve.low <= curve.high).all()


@pytest.fixture
def definitions(tmp_path):
    for part in ("metrics", "marts", "rules", "entities"):
        shutil.copytree(DATA / part, tmp_path / part)
    own = tmp_path / "metrics" / "rework_pct.yaml"
    text = own.read_text(encoding="utf-8")
    (tmp_path / "metrics" / "earlier").mkdir(exist_ok=True)
    earlier = tmp_path / "metrics" / "earlier" / "rework_pct@1.yaml"
    earlier.write_text(text + "valid_to: 2026-10-31\n", encoding="utf-8")
    own.write_text(text.replace("version: 1", "version: 2"), encoding="utf-8")
    return tmp_path


def test_a_number_is_told_by_the_definition_of_its_day(definitions):
    found = Catalogue(definitions)
    assert found.name_on("rework_pct", date(2026, 10, 31)) == "rework_pct@1"
    assert found.name_on("rework_pct", date(2026, 11, 1)) == "rework_pct"
    assert [each.version for _, each in found.versions("rework_pct")] == [1, 2]
    assert found.metric("rework_pct@1").valid_to == date(2026, 10, 31) and "rework_pct@1" not in found.metrics


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        ("rework_pct.yaml", ("version: 2", "version: 3"), "one after the other"),
        ("earlier/rework_pct@1.yaml", ("valid_to: 2026-10-31\n", ""), "valid_to"),
        ("earlier/rework_pct@1.yaml", ("model: ", "model: no_"), "no_"),
    ],
)
def test_versions_that_do_not_follow_each_other_are_refused(definitions, file, change, words):
    path = definitions / "metrics" / file
    path.write_text(path.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(CatalogueError, match=words):
        Catalogue(definitions)
