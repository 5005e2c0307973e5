"""Roads of S-town: main roads that cross the town, checkpoints where they leave it, lanes inside each grid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
import shapely.ops
from shapely.geometry import LineString, MultiLineString, Point

from etl.synth.geometry import Drawing, draw_town, to_degrees
from etl.synth.modules.ground import local_text, places
from etl.synth.register import Register, Span
from etl.synth.world import ROADS

MAIN_LINES = 6  # from west to east, and as many from north to south
CHECKPOINT_M = 260
SHORTEST_M = 25
NEW_SHARE = 0.012  # of the segments open to traffic only during the history
BROKEN_WKT = "LINESTRING (120.07 30.32"


@dataclass(frozen=True)
class Road:
    """One segment, in metres of the town's projection."""

    line: LineString
    grade: str
    name: str


def network(span: Span) -> list[Road]:
    """Returns the town's road segments; the same for every register of a seed."""
    return _network(span.town_dir, span.seed, span.town_seed)


@cache
def _network(town_dir: Path, seed: int, town_seed: int) -> list[Road]:
    drawing = draw_town(town_seed)
    rng = np.random.default_rng([seed, 18])
    facts = places(Span(None, 0, seed, town_dir, town_seed=town_seed)).facts
    mains = _main_roads(drawing, rng)
    whole = shapely.union_all([road.line for road in mains])
    roads = list(mains)
    for number, cell in enumerate(drawing.cells):
        wanted = facts["road_km"][number] * 1000 - shapely.intersection(whole, cell).length
        is_rural = drawing.density[number] < 0.2
        roads += _lanes(cell, max(wanted, 400.0), rng=rng, label=(number, is_rural))
    return roads


def _main_roads(drawing: Drawing, rng: np.random.Generator) -> list[Road]:
    west, south, east, north = drawing.outline.bounds
    lines = []
    for number in range(MAIN_LINES):
        share = (number + 0.5) / MAIN_LINES
        along = np.linspace(-0.05, 1.05, 60)
        wave = rng.uniform(40, 140) * np.sin(along * rng.uniform(3, 8) + rng.uniform(0, 6))
        flat_y, tall_x = south + share * (north - south), west + share * (east - west)
        lines.append(np.column_stack([west + along * (east - west), flat_y + wave]))
        lines.append(np.column_stack([tall_x + wave, south + along * (north - south)]))
    clipped = [shapely.intersection(LineString(line), drawing.outline) for line in lines]
    roads = []
    for number, line in enumerate(clipped):
        others = shapely.union_all([each for other, each in enumerate(clipped) if other != number])
        grade = "主干路" if number % 4 < 2 else "次干路"
        for part in _parts(shapely.difference(line, others.buffer(0.01))):
            roads += _with_checkpoint(part, drawing, Road(part, grade, ROADS[number % len(ROADS)]))
    return roads


def _with_checkpoint(part: LineString, drawing: Drawing, road: Road) -> list[Road]:
    """Returns the segment, cut in two where it reaches the town's edge: that end is a checkpoint."""
    edge = drawing.outline.boundary
    for end, reverse in ((Point(part.coords[0]), False), (Point(part.coords[-1]), True)):
        if edge.distance(end) < 2 and part.length > 1.2 * CHECKPOINT_M:
            line = LineString(part.coords[::-1]) if reverse else part
            near = shapely.ops.substring(line, 0, CHECKPOINT_M)
            far = shapely.ops.substring(line, CHECKPOINT_M, line.length)
            return [Road(near, "卡口", f"{road.name}卡口"), Road(far, road.grade, road.name)]
    return [road]


def _lanes(cell, wanted_m: float, *, rng: np.random.Generator, label: tuple[int, bool]) -> list[Road]:
    """Returns a lattice of lanes inside a grid, about as long as the town's facts say."""
    number, is_rural = label
    inner = cell.buffer(-8)
    step = 2 * inner.area / wanted_m
    angle = rng.uniform(0, np.pi / 2)
    reach = np.sqrt(inner.area) * 1.6
    middle = np.array(inner.centroid.coords[0])
    roads = []
    for turn in (angle, angle + np.pi / 2):
        way, side = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
        for offset in np.arange(-reach + rng.uniform(0, step), reach, step):
            line = LineString([middle + side * offset - way * reach, middle + side * offset + way * reach])
            for part in _parts(shapely.intersection(line, inner)):
                kind, mark = ("村道", "道") if is_rural else ("支路", "巷")
                roads.append(Road(part, kind, f"{ROADS[number % len(ROADS)]}{len(roads) + 1}{mark}"))
    return roads


def _parts(shape) -> list[LineString]:
    lines = shape.geoms if isinstance(shape, MultiLineString) else [shape]
    return [line for line in lines if isinstance(line, LineString) and line.length >= SHORTEST_M]


def draw_roads(span: Span) -> pd.DataFrame:
    """Returns the road register: one version per segment, two of them with a course that cannot be read."""
    rng = span.rng("road_segment")
    roads = network(span)
    n = len(roads)
    degrees = shapely.transform([road.line for road in roads], to_degrees().transform, interleaved=False)
    course = np.array(shapely.to_wkt(degrees, rounding_precision=6), dtype=object)
    course[rng.choice(n, 2, replace=False)] = BROKEN_WKT
    grade = np.array([road.grade for road in roads], dtype=object)
    grade[rng.random(n) < 0.003] = "未分类"
    is_new = rng.random(n) < NEW_SHARE
    opened = np.where(
        is_new, rng.integers(span.start, span.end, n), span.start - rng.integers(400, 6000, n) * 86_400
    )
    known = np.where(is_new, opened + 3 * 86_400, span.start - 3600)
    length = np.array([road.line.length for road in roads])
    return pd.DataFrame(
        {
            "known_at": known,
            "segmentId": [f"R{number:05d}" for number in range(1, n + 1)],
            "name": [road.name for road in roads],
            "grade": grade,
            # The register's own lengths are rounded and some are old; the product measures the course.
            "lengthM": np.round(length * rng.choice([1, 1, 1, 0.8, 1.3], n), -1),
            "geometry": course,
            "openedOn": local_text(opened, "%Y-%m-%d"),
            "updatedAt": local_text(known, "%Y-%m-%dT%H:%M:%S+08:00"),
        }
    )


REGISTERS = (Register("road_segment", "json", draw_roads, records="roads"),)
