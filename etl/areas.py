"""Areas of the town (区域): grids, the coarser areas made of them, their names and facts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from data.town import Town, TownError

FACT_COLUMNS = ("population_count", "household_count", "enterprise_count", "road_km", "day_population_count")


@dataclass(frozen=True)
class _Folder:
    """What the town folder says of its areas."""

    town: Town
    grids: gpd.GeoDataFrame
    facts: pd.DataFrame
    names: dict[str, tuple[str, str]]


def read_grids(town: Town) -> gpd.GeoDataFrame:
    """Returns the town's grids, WGS-84, one row per grid.

    Columns: area_id, name_zh, name_en, one column per coarser level with the parent's id, geometry.

    Raises:
        TownError: an id is missing or used twice, or a parent is missing.
    """
    source = town.file.areas
    path = town.expand(source.file) if source else town.folder / "areas.geojson"
    if not path.exists():
        raise TownError(f"{path}: the town's areas are not there")
    frame = gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)
    frame = frame.to_crs(4326) if frame.crs else frame.set_crs(4326)
    if source:
        renames = {source.area_id: "area_id", **{column: level for level, column in source.parents.items()}}
        names = {"name_zh": source.name_zh or source.area_id, "name_en": source.name_en or source.area_id}
        frame = frame.assign(**{key: frame[column] for key, column in names.items()}).rename(columns=renames)
    frame[town.levels[0]] = "town"
    # An id is part of addresses such as /grid/<id>; open data often have nothing but a name with a slash in it.
    frame["area_id"] = frame["area_id"].astype(str).str.strip().str.replace("/", "-")
    _refuse_bad_grids(frame, town, path=path)
    columns = ["area_id", "name_zh", "name_en", *town.levels[:-1], "geometry"]
    return frame[columns].sort_values("area_id").reset_index(drop=True)


def _refuse_bad_grids(frame: gpd.GeoDataFrame, town: Town, *, path: Path) -> None:
    twice = frame["area_id"][frame["area_id"].duplicated()]
    if len(twice):
        raise TownError(f"{path}: area_id {twice.iloc[0]!r} is used twice")
    for level in town.levels[:-1]:
        if level not in frame.columns or frame[level].isna().any():
            raise TownError(f"{path}: a grid has no {level!r} (levels in town.yaml: {town.levels})")


def build_areas(town: Town) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, gpd.GeoDataFrame]]:
    """Returns dim_area, dim_area_grid and the polygons of each level.

    A coarser area's fact is the sum over its grids, null as soon as one grid's fact is unknown,
    unless area_facts.csv states it for the area itself.
    """
    grids = read_grids(town)
    folder = _Folder(town, grids, _read_facts(town), _read_names(town))
    shapes, rows, links = {}, [], []
    for level in town.levels:
        key = "area_id" if level == "grid" else level
        polygons = grids if level == "grid" else grids.dissolve(by=level).reset_index()
        shape = gpd.GeoDataFrame({"area_id": polygons[key]}, geometry=polygons.geometry, crs=4326)
        shapes[level] = shape
        links.append(pd.DataFrame({"area_id": grids[key], "level_code": level, "grid_id": grids["area_id"]}))
        rows.append(_area_rows(shape, level, folder=folder))
    return pd.concat(rows, ignore_index=True), pd.concat(links, ignore_index=True), shapes


def _area_rows(shape: gpd.GeoDataFrame, level: str, *, folder: _Folder) -> pd.DataFrame:
    town, grids = folder.town, folder.grids
    points = shape.geometry.representative_point()
    out = pd.DataFrame({"area_id": shape["area_id"], "level_code": level, "lon": points.x, "lat": points.y})
    out["area_km2"] = (shape.to_crs(town.file.projected_epsg).area / 1e6).round(4)
    labels = [_label(area_id, level, folder=folder) for area_id in out["area_id"]]
    out["name_zh"], out["name_en"] = [each[0] for each in labels], [each[1] for each in labels]
    key = "area_id" if level == "grid" else level
    parents = _parents(level, town)
    out["hierarchy_code"] = parents[0][0] if parents else ""
    first = grids.drop_duplicates(key).set_index(key)
    out["parent_id"] = [first.loc[a, parents[0][1]] for a in out["area_id"]] if parents else None
    return _with_facts(out, folder=folder, groups=grids[key].to_numpy())


def _label(area_id: str, level: str, *, folder: _Folder) -> tuple[str, str]:
    """Names from areas.csv, else the grid's own, else the town's, else the id itself."""
    if area_id in folder.names:
        return folder.names[area_id]
    if level == "grid":
        own = folder.grids.set_index("area_id").loc[area_id]
        return own["name_zh"], own["name_en"]
    town = folder.town
    return (town.label.zh, town.label.en) if level == town.levels[0] else (area_id, area_id)


def _with_facts(out: pd.DataFrame, *, folder: _Folder, groups) -> pd.DataFrame:
    facts = folder.facts
    summed = facts.reindex(folder.grids["area_id"]).groupby(groups).agg(lambda v: v.sum(skipna=False))
    stated = facts.reindex(out["area_id"])
    for column in facts.columns:
        total = summed[column].reindex(out["area_id"]).to_numpy()
        out[column] = stated[column].where(stated[column].notna().to_numpy(), total).to_numpy()
    return out


def _parents(level: str, town: Town) -> list[tuple[str, str]]:
    found = []
    for hierarchy in town.file.hierarchies:
        if level in hierarchy.levels and hierarchy.levels.index(level):
            found.append((hierarchy.id, hierarchy.levels[hierarchy.levels.index(level) - 1]))
    return found


def _read_facts(town: Town) -> pd.DataFrame:
    path = town.folder / "area_facts.csv"
    frame = pd.read_csv(path, dtype={"area_id": str}) if path.exists() else pd.DataFrame({"area_id": []})
    frame = frame.set_index("area_id")
    for column in dict.fromkeys((*FACT_COLUMNS, *frame.columns)):
        frame[column] = pd.to_numeric(frame[column], errors="coerce") if column in frame else float("nan")
    return frame


def _read_names(town: Town) -> dict[str, tuple[str, str]]:
    path = town.folder / "areas.csv"
    if not path.exists():
        return {}
    frame = pd.read_csv(path, dtype=str)
    return {row.area_id: (row.name_zh, row.name_en) for row in frame.itertuples()}
