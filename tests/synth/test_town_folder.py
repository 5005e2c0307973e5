"""The town folder is what the generator draws, and its geometry can be computed with."""

from __future__ import annotations

import csv
import filecmp
import itertools
import json

import pyproj
import pytest
import shapely
from shapely.ops import unary_union

from data.settings import read_settings
from data.town import load_town
from etl.contract import load_contracts
from etl.synth.codes import catalog
from etl.synth.townfiles import write_town
from tests.synth.conftest import STOWN

LEVELS = {"community": 43, "circle6": 6, "circle12": 12, "circle30": 30}


def rows_of(name: str) -> list[dict[str, str]]:
    with (STOWN / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def grids():
    features = json.loads((STOWN / "areas.geojson").read_text(encoding="utf-8"))["features"]
    return [(each["properties"], shapely.geometry.shape(each["geometry"])) for each in features]


METRES = pyproj.Transformer.from_crs(4326, 4549, always_xy=True)


def area_km2(polygon) -> float:
    project = METRES.transform
    return shapely.transform(polygon, project, interleaved=False).area / 1e6


def test_the_committed_folder_is_what_the_seed_draws(tmp_path):
    write_town(tmp_path)
    drawn = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert len(drawn) > 20
    assert [
        str(name) for name in drawn if not filecmp.cmp(tmp_path / name, STOWN / name, shallow=False)
    ] == []


def test_another_seed_draws_another_town(tmp_path):
    write_town(tmp_path, seed=1)
    assert (tmp_path / "areas.geojson").read_bytes() != (STOWN / "areas.geojson").read_bytes()


def test_125_grids_cover_38_km2_without_gap_or_overlap(grids):
    shapes = [shape for _, shape in grids]
    whole = unary_union(shapes)
    assert len(shapes) == 125
    assert whole.geom_type == "Polygon" and not whole.interiors
    assert sum(shape.area for shape in shapes) == pytest.approx(whole.area, rel=1e-9)
    assert area_km2(whole) == pytest.approx(38.0, abs=0.1)
    assert all(shape.is_valid for shape in shapes)
    assert (STOWN / "areas.geojson").stat().st_size < 400_000


def test_grids_are_small_where_people_live_and_large_at_the_fringe(grids):
    sizes = sorted(area_km2(shape) for _, shape in grids)
    assert sizes[0] > 0.05 and sizes[-1] < 1.5 and sizes[-1] > 5 * sizes[0]


@pytest.mark.parametrize("level", LEVELS)
def test_areas_of_every_level_are_in_one_piece(grids, level):
    members: dict[str, list] = {}
    for properties, shape in grids:
        members.setdefault(properties[level], []).append(shape)
    assert len(members) == LEVELS[level]
    assert [area for area, shapes in members.items() if unary_union(shapes).geom_type != "Polygon"] == []


def test_circles_nest_in_each_other_but_not_in_communities(grids):
    def parents(child: str, parent: str) -> list[set[str]]:
        found: dict[str, set[str]] = {}
        for properties, _ in grids:
            found.setdefault(properties[child], set()).add(properties[parent])
        return list(found.values())

    for child, parent in itertools.pairwise(("circle30", "circle12", "circle6")):
        assert all(len(each) == 1 for each in parents(child, parent))
    assert any(len(each) > 1 for each in parents("community", "circle30"))
    assert any(len(each) > 1 for each in parents("circle6", "community"))


def test_names_and_ids_are_unique(grids):
    ids = [row["area_id"] for row in rows_of("areas.csv")] + [each["area_id"] for each, _ in grids]
    assert len(ids) == len(set(ids)) == 1 + 43 + 6 + 12 + 30 + 125
    names = {each["name_zh"] for each, _ in grids}
    assert len(names) == 125 and any(name.startswith("吉鸿社区第") for name in names)


def test_facts_add_up_to_the_published_scale_and_keep_their_gaps():
    facts = rows_of("area_facts.csv")
    total = {name: sum(float(row[name] or 0) for row in facts) for name in facts[0] if name != "area_id"}
    assert (total["population_count"], total["floating_count"]) == (330_000, 150_000)
    assert (total["enterprise_count"], total["coded_enterprise_count"]) == (20_000, 11_000)
    assert sum(not row[name] for row in facts for name in row) == 3
    households = [int(row["household_count"]) for row in facts if row["household_count"]]
    assert 850 < sum(households) / len(households) < 1_050
    assert all(int(row["floating_count"]) < int(row["population_count"]) for row in facts)


def test_staff_is_104_leads_for_125_grids_288_full_time_and_2403_part_time():
    staff = rows_of("staff.csv")
    people = {
        role: {row["worker_key"] for row in staff if row["role_code"] == role}
        for role in ("grid_lead", "full_time", "part_time")
    }
    assert [len(people[role]) for role in people] == [104, 288, 2_403]
    led = [row["area_id"] for row in staff if row["role_code"] == "grid_lead"]
    assert len(led) == len(set(led)) == 125


def test_every_category_has_a_limit_in_force_on_any_day_and_some_changed_in_2026():
    limits = rows_of("responsibility.csv")
    by_category: dict[str, list[dict[str, str]]] = {}
    for row in limits:
        by_category.setdefault(row["category_code"], []).append(row)
    assert set(by_category) == {row["category_code"] for row in catalog()}
    for rows in by_category.values():
        assert [row["valid_from"] for row in rows] == ["2019-01-01", "2025-01-01", "2026-01-01"]
        assert rows[-1]["valid_to"] == ""
    changed = [code for code, rows in by_category.items() if rows[1]["limit_value"] != rows[2]["limit_value"]]
    assert 3 <= len(changed) <= 20
    assert {row["limit_unit"] for row in limits} == {
        "emergency_hours",
        "work_hours",
        "work_days",
        "calendar_days",
    }


def test_the_loader_accepts_every_contract_and_the_town_file():
    town = load_town(read_settings(town=str(STOWN)))
    contracts = load_contracts(town)
    assert {contract.format for contract in contracts.values()} == {
        "csv",
        "xlsx",
        "json",
        "jsonl",
        "xml",
        "parquet",
    }
    assert town.file.is_synthetic
    assert len(town.calendar.holidays) > 80 and len(town.calendar.workdays) > 15
