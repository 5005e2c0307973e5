"""The economy's registers hang together: houses stand clear in their grids, units fit their floors, few units are let twice."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest
import shapely
from shapely.geometry import Polygon, shape

from data.settings import TOWNS
from etl.synth.modules.economy_building import RENTABLE_SHARE, draw_buildings, draw_units, stock
from etl.synth.modules.economy_index import STOPPED, draw_indicators
from etl.synth.modules.economy_lease import LET_TWICE, contracts, draw_leases
from etl.synth.modules.economy_tax import draw_payments
from etl.synth.register import Span

NOW = 1_795_350_000  # 2026-11-22
SPAN = Span(date(2024, 11, 22), NOW + 60 * 86_400, 20_261_122, TOWNS / "stown")


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    return draw_buildings(SPAN)


def test_houses_stand_in_their_grid_and_clear_of_each_other(features):
    content = json.loads((TOWNS / "stown" / "areas.geojson").read_text(encoding="utf-8"))
    grids = {each["properties"]["area_id"]: shape(each["geometry"]) for each in content["features"]}
    outlines = {}
    for row in features.itertuples():
        outlines[row.properties["楼宇编号"]] = (
            Polygon(row.geometry["coordinates"][0]),
            row.properties["网格"],
        )
    assert len(outlines) == 320
    assert all(grids[grid].buffer(1e-6).contains(outline) for outline, grid in outlines.values())
    tree = shapely.STRtree([outline for outline, _ in outlines.values()])
    one, other = tree.query(tree.geometries, predicate="intersects")
    assert (one != other).sum() == 0


def test_heights_follow_floors_and_units_fit_them():
    buildings = stock(SPAN).buildings
    storey = buildings["height_m"] / buildings["floors"]
    assert storey.between(3.8, 7.5).all()
    assert (buildings["height_m"].max(), buildings["floors"].max()) < (200, 35)
    let = stock(SPAN).units.groupby("building_no")["rentable_m2"].sum()
    assert ((let / buildings["gross_m2"] - RENTABLE_SHARE).abs() < 0.01).all()


def test_few_units_are_let_twice_at_once():
    held = contracts(SPAN)
    now = held[(held["since"] <= NOW) & (held["last_day"] + 86_400 > NOW) & (held["left"] > NOW)]
    twice = (now.groupby("unit_no").size() > 1).sum()
    assert 0 < twice <= LET_TWICE


def test_a_file_of_taxes_stays_small_and_has_its_defects():
    payments = draw_payments(SPAN)
    assert len(payments) <= 200_000
    assert payments["纳税人识别号"].nunique() > 7_000
    assert (payments["金额"] < 0).sum() > 0
    assert payments["入库日期"].isna().sum() > 0


def test_the_silent_publisher_is_silent():
    table = draw_indicators(SPAN)
    months = table.drop_duplicates("月末").sort_values("月末")
    told = table[table["指标编码"] == STOPPED]["月末"]
    published = months[months["known_at"] <= NOW]["月末"]
    assert not set(told) & set(published.iloc[-2:])


def test_the_same_seed_draws_the_same_rows():
    for draw in (draw_units, draw_leases):
        assert draw(SPAN).equals(draw(SPAN))
