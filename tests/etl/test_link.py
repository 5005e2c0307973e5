"""Which reports become one incident: kind, distance and time per category; transfers, assets, cases; never after closing."""

from __future__ import annotations

from datetime import datetime, timedelta

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.link import build_full_links, build_link_rules

NOON = datetime(2026, 11, 20, 12)
LON, LAT = 120.08, 30.32
METRE_LAT = 1 / 110574  # degrees


def _report(name: str, *, north_m: float = 0, minutes: float = 0, **more) -> dict:
    """A stall outside its shop (50 m, 120 min) unless said otherwise; `north_m` metres north, `minutes` later."""
    row = {
        "report_id": name, "feed_id": name.split(":")[0], "category_code": "stall", "link_group": "street",
        "reported_at": NOON + timedelta(minutes=minutes), "closed_at": None, "is_duplicate": False, "asset_key": None,
        "link_radius_m": 50.0, "link_window_minutes": 120.0, "lon": LON, "lat": LAT + north_m * METRE_LAT,
        "place_method_code": "point", "case_id": name, "has_case_key": False, "transfer_report_id": None,
    }  # fmt: skip
    return row | more


def _incidents(rows: list[dict], decisions: tuple = ()) -> set[frozenset[str]]:
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE raw_link_decision (source_key VARCHAR, report_id VARCHAR, other_report_id VARCHAR, "
        "link_verdict_code VARCHAR, decided_at TIMESTAMP, _is_current BOOLEAN)"
    )
    for number, (one, other, verdict) in enumerate(decisions):
        values = [f"{one}|{other}|{number}", one, other, verdict, NOON + timedelta(minutes=number)]
        con.execute("INSERT INTO raw_link_decision VALUES (?, ?, ?, ?, ?, true)", values)
    text = dict.fromkeys(
        "report_id feed_id category_code link_group asset_key place_method_code case_id transfer_report_id".split(),
        "VARCHAR",
    )
    other = {
        "reported_at": "TIMESTAMP",
        "closed_at": "TIMESTAMP",
        "is_duplicate": "BOOLEAN",
        "has_case_key": "BOOLEAN",
    }
    number = dict.fromkeys("link_radius_m link_window_minutes lon lat".split(), "DOUBLE")
    types = text | other | number
    con.execute(f"CREATE TABLE core_report ({', '.join(f'{name} {kind}' for name, kind in types.items())})")
    con.executemany(
        f"INSERT INTO core_report VALUES ({', '.join('?' * len(types))})",
        [[row[c] for c in types] for row in rows],
    )
    con.register(
        "c",
        pd.DataFrame(
            [
                ("stall", "street", 50.0, 120.0),
                ("litter", "street", 50.0, 120.0),
                ("noise", "noise", 100.0, 180.0),
            ],
            columns=["category_code", "link_group", "link_radius_m", "link_window_minutes"],
        ),
    )
    con.execute("CREATE TABLE dim_category AS SELECT * FROM c")
    con.execute(f"CREATE TABLE dim_raster AS SELECT {LON} AS origin_lon, {LAT} AS origin_lat")
    build_link_rules(con)
    build_full_links(con)
    grouped: dict[str, set[str]] = {}
    for incident, report in con.execute("SELECT incident_id, report_id FROM core_incident_report").fetchall():
        grouped.setdefault(incident, set()).add(report)
    for incident, members in grouped.items():
        assert (
            incident
            == min((row["reported_at"], row["report_id"]) for row in rows if row["report_id"] in members)[1]
        )
    return {frozenset(members) for members in grouped.values()}


@pytest.mark.parametrize(
    ("second", "is_one"),
    [
        (_report("b:1", north_m=10, minutes=5), True),  # 10 of 50 m, 5 of 120 min
        (_report("b:1", north_m=51, minutes=5), False),  # past the radius
        (_report("b:1", north_m=10, minutes=121), False),  # past the window
        (
            _report("b:1", north_m=10, minutes=5, link_group="noise", category_code="noise"),
            False,
        ),  # another kind
        (
            _report("b:1", north_m=5, minutes=2, category_code="litter"),
            False,
        ),  # 0.45 + 0.135 + 0.1475 = 0.73: proposed only
        (
            _report("b:1", north_m=10, minutes=5, place_method_code="none"),
            False,
        ),  # no coordinates: nothing to go by
        (
            _report("b:1", north_m=4000, minutes=600, transfer_report_id="a:1"),
            True,
        ),  # the feeds say so themselves
    ],
)
def test_two_reports(second, is_one):
    assert _incidents([_report("a:1"), second]) == ({frozenset({"a:1", "b:1"})} if is_one else set())


def test_a_report_after_the_closing_is_a_recurrence_not_a_duplicate():
    closed = _report("a:1", closed_at=NOON + timedelta(minutes=20))
    assert _incidents([closed, _report("b:1", north_m=5, minutes=10)]) == {frozenset({"a:1", "b:1"})}
    assert _incidents([closed, _report("b:1", north_m=5, minutes=30)]) == set()


def test_the_same_street_furniture_is_one_case_however_far_the_pins_lie():
    first = _report("a:1", asset_key="LAMP-7")
    second = _report("b:1", asset_key="LAMP-7", north_m=300, minutes=3000)
    assert _incidents([first, second]) == {frozenset({"a:1", "b:1"})}
    assert _incidents([first, second | {"asset_key": "LAMP-8"}]) == set()


def test_the_units_of_one_call_are_one_incident():
    units = [_report(f"f:{n}", north_m=n * 900, case_id="f:C1", has_case_key=True) for n in range(3)]
    assert _incidents([*units, _report("f:9", north_m=9000, case_id="f:C2", has_case_key=True)]) == {
        frozenset({"f:0", "f:1", "f:2"})
    }


@given(order=st.permutations(range(6)))
def test_the_order_of_arrival_decides_nothing(order):
    rows = [_report(f"a:{n}", north_m=12 * n, minutes=3 * n) for n in range(4)]
    rows += [_report("b:1", north_m=500), _report("b:2", north_m=505, minutes=1)]
    assert _incidents([rows[n] for n in order]) == _incidents(rows)


NEAR = (_report("a:1"), _report("b:1", north_m=10, minutes=5))
FAR = (_report("a:1"), _report("b:1", north_m=900, minutes=500))


@pytest.mark.parametrize(
    ("rows", "decisions", "is_one"),
    [
        (NEAR, (), True),
        (NEAR, (("a:1", "b:1", "apart"),), False),
        (NEAR, (("b:1", "a:1", "apart"),), False),  # named the other way round
        (NEAR, (("a:1", "b:1", "apart"), ("a:1", "b:1", "same")), True),  # the later word stands
        (FAR, (), False),
        (FAR, (("a:1", "b:1", "same"),), True),
        (FAR, (("a:1", "c:9", "same"),), False),  # a report nobody knows
        (FAR, (("a:1", "a:1", "same"),), False),
    ],
)
def test_what_people_decided_stands_above_the_rules(rows, decisions, is_one):
    assert (frozenset({"a:1", "b:1"}) in _incidents(list(rows), decisions)) is is_one


def test_two_kept_apart_meet_again_only_through_a_third_that_belongs_to_both():
    rows = [*NEAR, _report("c:1", north_m=5, minutes=3)]
    apart = (("a:1", "b:1", "apart"),)
    assert _incidents(rows, apart) == {frozenset({"a:1", "b:1", "c:1"})}
    assert _incidents(rows, (*apart, ("b:1", "c:1", "apart"))) == {frozenset({"a:1", "c:1"})}
