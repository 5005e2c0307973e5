"""Writes the drawn part of data/towns/stown: areas, facts, staff, categories, responsibility, code maps."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from etl.synth.codes import all_departments, catalog, code_maps, read_table
from etl.synth.facts import FACT_COLUMNS, draw_facts, draw_staff
from etl.synth.geometry import Drawing, draw_town

TOWN_SEED = 3301
CATEGORY_COLUMNS = (
    "category_code",
    "name_zh",
    "name_en",
    "domain_code",
    "kind_code",
    "severity_level",
    "link_group",
    "link_radius_m",
    "link_window_minutes",
    "joint_code",
    "matter_code",
    "contactless_code",
)
DEPARTMENT_COLUMNS = ("department_id", "name_zh", "name_en", "level_code")
CIRCLES = (
    ("circle6", "Q06", "风险防控圈", "Risk-control circle"),
    ("circle12", "Q12", "应急管理圈", "Emergency circle"),
    ("circle30", "Q30", "联合执法圈", "Joint-enforcement circle"),
)
# Facts nobody has counted yet: (grid number, fact). Unknown must stay unknown all the way to the screen.
UNKNOWN_FACTS = ((17, "road_km"), (58, "household_count"), (96, "day_population_count"))
VERSIONS = (
    ("2019-01-01", "2024-12-31", "2019"),
    ("2025-01-01", "2025-12-31", "2025"),
    ("2026-01-01", "", "2026"),
)


def grid_id(index: int) -> str:
    """Returns the id of grid number `index` (from 0)."""
    return f"G{index + 1:03d}"


def write_town(folder: Path, *, seed: int = TOWN_SEED) -> None:
    """Writes every generated file of the town folder; the same seed writes the same bytes."""
    drawing = draw_town(seed)
    names = _community_names(drawing)
    facts = draw_facts(drawing, seed)
    _write_areas(folder, drawing, names)
    unknown = {(grid_id(number - 1), fact) for number, fact in UNKNOWN_FACTS}
    ids = [grid_id(index) for index in range(len(drawing.cells))]
    write_csv(
        folder / "area_facts.csv",
        ("area_id", *FACT_COLUMNS),
        (
            [area, *("" if (area, fact) in unknown else facts[fact][index] for fact in FACT_COLUMNS)]
            for index, area in enumerate(ids)
        ),
    )
    write_csv(
        folder / "staff.csv",
        ("worker_key", "name", "role_code", "area_id", "from", "to"),
        draw_staff(drawing.groups, facts["household_count"], seed),
    )
    _write_codes(folder)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Writes a UTF-8 CSV with Unix line ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _community_names(drawing: Drawing) -> list[tuple[str, str]]:
    """Returns (Chinese, English) per community: names of the countryside go to the thinly peopled ones."""
    group = drawing.groups["community"]
    density = [drawing.density[group == number].mean() for number in range(group.max() + 1)]
    rows = read_table("communities")
    fringe = [row for row in rows if row["is_fringe"] == "1"]
    town = [row for row in rows if row["is_fringe"] == "0"]
    thin = set(np.argsort(density, kind="stable")[: len(fringe)].tolist())
    picked = [fringe.pop(0) if number in thin else town.pop(0) for number in range(len(density))]
    return [(row["name_zh"], row["name_en"]) for row in picked]


def _write_areas(folder: Path, drawing: Drawing, names: list[tuple[str, str]]) -> None:
    features, seen = [], dict.fromkeys(range(len(names)), 0)
    for index, cell in enumerate(drawing.lonlat):
        community = int(drawing.groups["community"][index])
        seen[community] += 1
        label_zh, label_en = names[community]
        properties = {
            "area_id": grid_id(index),
            "name_zh": f"{label_zh}第{seen[community]}网格",
            "name_en": f"{label_en} Grid {seen[community]}",
            "town": "town",
            "community": f"C{community + 1:02d}",
            **{level: f"{code}-{drawing.groups[level][index] + 1:02d}" for level, code, _, _ in CIRCLES},
        }
        ring = [[round(x, 6), round(y, 6)] for x, y in cell.exterior.coords]
        features.append(
            {
                "type": "Feature",
                "properties": properties,
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    (folder / "areas.geojson").write_text(
        f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8"
    )
    rows = [("town", "town", "S镇", "S-town")]
    rows += [(f"C{number + 1:02d}", "community", zh, en) for number, (zh, en) in enumerate(names)]
    for level, code, zh, en in CIRCLES:
        count = int(drawing.groups[level].max()) + 1
        rows += [(f"{code}-{n:02d}", level, f"{zh}{n}", f"{en} {n}") for n in range(1, count + 1)]
    write_csv(folder / "areas.csv", ("area_id", "level", "name_zh", "name_en"), rows)


def _write_codes(folder: Path) -> None:
    write_csv(
        folder / "categories.csv", CATEGORY_COLUMNS, ([row[c] for c in CATEGORY_COLUMNS] for row in catalog())
    )
    write_csv(
        folder / "departments.csv",
        DEPARTMENT_COLUMNS,
        ([row[column] for column in DEPARTMENT_COLUMNS] for row in all_departments()),
    )
    write_csv(
        folder / "responsibility.csv",
        (
            "category_code",
            "department_id",
            "limit_value",
            "limit_unit",
            "is_three_hour",
            "start_point",
            "valid_from",
            "valid_to",
            "version",
            "basis",
        ),
        (row for entry in catalog() for row in responsibility_rows(entry)),
    )
    for name, rows in code_maps().items():
        write_csv(folder / "codes" / f"{name}.csv", ("source_code", "code"), rows)


def responsibility_rows(entry: dict[str, str]) -> list[tuple[str, ...]]:
    """Returns the dated limits of one category: the 2026 list shortens some and leaves the rest alone."""
    rows = []
    for start, end, version in VERSIONS:
        limit = (version == "2026" and entry["limit_2026"]) or entry["limit_value"]
        basis = f"S镇权责清单（{version}年版）"
        rows.append(
            (
                entry["category_code"],
                entry["department_id"],
                limit,
                entry["limit_unit"],
                entry["is_three_hour"],
                entry["start_point"],
                start,
                end,
                version,
                basis,
            )
        )
    return rows
