"""The registers of prevention add up to the town they are drawn for, and hold nobody's name."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from etl.synth.incidents import epoch
from etl.synth.modules import (
    prevention_devices,
    prevention_forces,
    prevention_people,
    prevention_plans,
    prevention_roads,
)
from etl.synth.modules.ground import places
from etl.synth.register import Span
from tests.synth.conftest import STOWN

SPAN = Span(date(2026, 9, 1), epoch(date(2026, 12, 1)), 20261122, STOWN)
IN_2020 = Span(date(2020, 1, 1), epoch(date(2020, 11, 1)), 20261122, STOWN, is_2020=True)
FILES = (prevention_roads, prevention_devices, prevention_forces, prevention_plans, prevention_people)
REGISTERS = [each for file in FILES for each in file.REGISTERS]


@pytest.mark.parametrize("register", REGISTERS, ids=lambda each: each.feed)
def test_the_same_seed_draws_the_same_rows(register):
    first, second = register.draw(SPAN), register.draw(SPAN)
    pd.testing.assert_frame_equal(first, second)
    assert len(first) and first["known_at"].notna().all()


def test_at_any_time_the_blocks_hold_all_households_of_the_town():
    rows = prevention_people.draw_households(SPAN)
    rows = rows[pd.to_numeric(rows["户数"], errors="coerce").notna()]
    for day in (date(2026, 9, 1), date(2026, 10, 15), date(2026, 11, 30)):
        standing = rows[rows["known_at"] <= epoch(day) + 86_400].sort_values("known_at")
        last = standing.drop_duplicates(["楼幢编号", "最近更新日"], keep="last")
        assert pd.to_numeric(last["户数"]).sum() == pytest.approx(
            places(SPAN).facts["household_count"].sum(), rel=0.005
        )


def test_roads_are_as_long_as_the_towns_facts_say():
    km = sum(road.line.length for road in prevention_roads.network(SPAN)) / 1000
    assert km == pytest.approx(places(SPAN).facts["road_km"].sum(), rel=0.06)
    assert {road.grade for road in prevention_roads.network(SPAN)} == {
        "主干路",
        "次干路",
        "卡口",
        "支路",
        "村道",
    }


@pytest.mark.parametrize(
    ("span", "first", "last"), [(SPAN, "2026-10-12", "2026-10-26"), (IN_2020, "2020-02-01", "2020-04-30")]
)
def test_epidemic_counts_come_in_war_only(span, first, last):
    rows = prevention_people.draw_platform(span)
    assert (rows["day"].min(), rows["day"].max()) == (first, last)
    assert set(rows["module"]) == set(prevention_people.MODULES)
    assert list(rows.columns) == [
        "grid",
        "raised",
        "day",
        "module",
        "done",
        "abnormal",
        "known_at",
        "id",
        "updated",
    ]


def test_states_of_a_device_follow_each_other_without_overlap():
    rows = prevention_devices.draw_status(SPAN).dropna(subset=["device"])
    last = (
        rows.sort_values("known_at").drop_duplicates("log_id", keep="last").sort_values(["device", "begin"])
    )
    following = last.groupby("device")["begin"].shift(-1)
    assert ((last["end"].isna()) | following.isna() | (last["end"] <= following)).all()
    unheard = set(prevention_devices.device_table(SPAN)["number"]) - set(last["device"])
    assert unheard, "some devices must never be heard of"


def test_people_who_answer_are_named_by_their_post():
    rows = prevention_forces.draw_resources(SPAN)
    assert rows["联络岗位"].str.endswith("岗").all()
    assert not {"姓名", "联系人"} & set(rows.columns)
