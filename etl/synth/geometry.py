"""Draws S-town: outline, grids with shared winding borders, communities and command circles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyproj
import shapely
from scipy.cluster.vq import kmeans2
from shapely.geometry import LineString, MultiPoint, Point, Polygon
from shapely.ops import linemerge, polygonize, unary_union, voronoi_diagram

EPSG = 4549  # CGCS2000, 3-degree belt of 120 E: metres without visible distortion at this place
CENTER = (120.0735, 30.3255)
AREA_M2 = 38.0e6
GRID_COUNT = 125
# Drawn by hand (east, north; kilometres from the centre): a canal in the south, a ring road in the west.
CORNERS = (
    (-3.2, -2.5),
    (-1.9, -2.9),
    (-0.3, -2.6),
    (1.3, -3.1),
    (2.9, -2.8),
    (3.5, -1.6),
    (3.1, -0.5),
    (3.7, 0.6),
    (3.0, 1.7),
    (2.3, 2.9),
    (0.9, 3.3),
    (-0.5, 2.8),
    (-1.8, 3.2),
    (-3.1, 2.5),
    (-3.6, 1.2),
    (-3.2, 0.1),
    (-3.8, -1.3),
)
# Where people live densely: (east, north, weight, spread), kilometres.
CORES = ((1.9, -1.6, 1.0, 1.0), (0.2, -1.2, 0.75, 0.9), (1.6, 0.5, 0.55, 0.9), (-1.6, -1.4, 0.35, 0.8))


@dataclass(frozen=True)
class Drawing:
    """Cells in metres and in WGS-84, and who belongs to whom.

    Attributes:
        outline: the town, metres.
        cells: 125 grids, metres, in reading order (north to south, west to east).
        lonlat: the same grids in WGS-84, rounded to 6 decimals; shared borders have equal vertices.
        density: relative density of people at each grid's centre.
        groups: level -> group number of each grid.
    """

    outline: Polygon
    cells: list[Polygon]
    lonlat: list[Polygon]
    density: np.ndarray
    groups: dict[str, np.ndarray]


@cache
def to_metres() -> pyproj.Transformer:
    """Returns WGS-84 -> metres of the town's projection."""
    return pyproj.Transformer.from_crs(4326, EPSG, always_xy=True)


@cache
def to_degrees() -> pyproj.Transformer:
    """Returns metres of the town's projection -> WGS-84."""
    return pyproj.Transformer.from_crs(EPSG, 4326, always_xy=True)


def density_at(east_km: np.ndarray, north_km: np.ndarray) -> np.ndarray:
    """Returns the relative density of people; half town, half country (半城半乡)."""
    density = np.full(np.shape(east_km), 0.07)
    for east, north, weight, spread in CORES:
        density = density + weight * np.exp(
            -((east_km - east) ** 2 + (north_km - north) ** 2) / (2 * spread**2)
        )
    return density


def draw_town(seed: int) -> Drawing:
    """Returns the drawing for a seed; the same seed draws the same town."""
    rng = np.random.default_rng([seed, 1])
    ring = LineString([*CORNERS, CORNERS[0]])
    scale = np.sqrt(AREA_M2 / 1e6 / Polygon(CORNERS).area)
    outline = Polygon(np.array(ring.coords) * scale * 1000)
    seeds = _spread_seeds(outline, rng)
    arcs = _cell_arcs(outline, seeds)
    warp = _make_warp(rng)
    wound = [LineString(warp(np.array(arc.segmentize(90).coords))) for arc in arcs]
    grown = np.sqrt(AREA_M2 / sum(cell.area for cell in polygonize(wound)))
    wound = [LineString(np.array(arc.coords) * grown) for arc in wound]
    origin = to_metres().transform(*CENTER)
    placed = [shapely.transform(arc, lambda xy: xy + origin).simplify(8) for arc in wound]
    degrees = [_rounded(arc) for arc in placed]
    lonlat = sorted(polygonize(degrees), key=lambda cell: (-round(cell.centroid.y, 2), cell.centroid.x))
    cells = [shapely.transform(cell, to_metres().transform, interleaved=False) for cell in lonlat]
    centers = np.array([cell.centroid.coords[0] for cell in cells])
    east, north = ((centers - origin) / 1000 / scale).T
    return Drawing(unary_union(cells), cells, lonlat, density_at(east, north), _groups(cells, rng))


def _rounded(arc: LineString) -> LineString:
    lon, lat = to_degrees().transform(*np.array(arc.coords).T)
    return LineString(np.round(np.column_stack([lon, lat]), 6))


def _spread_seeds(outline: Polygon, rng: np.random.Generator) -> np.ndarray:
    """Returns 125 points, close together where people live."""
    west, south, east, north = outline.bounds
    points = rng.uniform((west, south), (east, north), (90_000, 2))
    density = density_at(points[:, 0] / 1000, points[:, 1] / 1000)
    # The root keeps fringe grids from growing absurd: area shrinks slower than density grows.
    points = points[rng.random(len(points)) < np.sqrt(density / density.max())]
    points = points[shapely.contains_xy(outline, points)][:30_000]
    first = points[rng.choice(len(points), GRID_COUNT, replace=False)]
    seeds, _ = kmeans2(points, first, iter=12, minit="matrix")
    return seeds


def _cell_arcs(outline: Polygon, seeds: np.ndarray) -> list[LineString]:
    """Returns the borders between Voronoi cells and along the outline, cut at every junction."""
    cells = voronoi_diagram(MultiPoint(seeds), envelope=outline.buffer(3000))
    borders = unary_union([cell.boundary for cell in cells.geoms])
    # Snap-rounded noding: without a grid size a border may end short of the outline and two cells melt.
    noded = shapely.union(borders, outline.boundary, grid_size=0.01)
    near = outline.buffer(0.5)
    return [arc for arc in linemerge(noded).geoms if near.covers(arc.interpolate(0.5, normalized=True))]


def _make_warp(rng: np.random.Generator):
    """Returns a smooth displacement of the plane: bends straight borders without tearing or crossing them."""
    waves = [
        (length, size) for length, size in ((3100, 95), (1300, 48), (620, 24), (330, 11)) for _ in range(3)
    ]
    angle = rng.uniform(0, 2 * np.pi, len(waves))
    heading = rng.uniform(0, 2 * np.pi, len(waves))
    phase = rng.uniform(0, 2 * np.pi, len(waves))

    def warp(xy: np.ndarray) -> np.ndarray:
        moved = xy.copy()
        for index, (length, size) in enumerate(waves):
            along = xy[:, 0] * np.cos(angle[index]) + xy[:, 1] * np.sin(angle[index])
            shift = size * np.sin(2 * np.pi * along / length + phase[index])
            moved[:, 0] += shift * np.cos(heading[index])
            moved[:, 1] += shift * np.sin(heading[index])
        return moved

    return warp


def _groups(cells: list[Polygon], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Returns communities and circles: circles nest in each other, communities are drawn on their own."""
    single = np.arange(len(cells))
    community = grow_groups(cells, single, count=43, rng=rng)
    circle30 = grow_groups(cells, single, count=30, rng=rng)
    circle12 = grow_groups(cells, circle30, count=12, rng=rng)
    circle6 = grow_groups(cells, circle12, count=6, rng=rng)
    return {"community": community, "circle30": circle30, "circle12": circle12, "circle6": circle6}


def grow_groups(
    cells: list[Polygon], member: np.ndarray, *, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Returns the group of each cell: `count` contiguous groups of the parts that `member` numbers.

    The smallest group takes the nearest free neighbour until none is free: groups stay connected and even.
    """
    parts = [
        unary_union([cells[i] for i in np.flatnonzero(member == part)]) for part in range(member.max() + 1)
    ]
    centers = np.array([part.centroid.coords[0] for part in parts])
    touching = [
        {j for j, other in enumerate(parts) if j != i and part.intersection(other).length > 20}
        for i, part in enumerate(parts)
    ]
    middles, _ = kmeans2(centers, count, iter=30, minit="++", rng=rng)
    group = np.full(len(parts), -1)
    for number, middle in enumerate(middles):
        free = np.flatnonzero(group < 0)
        group[free[np.argmin(((centers[free] - middle) ** 2).sum(axis=1))]] = number
    while (group < 0).any():
        _grow_once(group, touching, centers=centers, count=count)
    order = _reading_order(parts, group, count)
    return order[group][member]


def _grow_once(group: np.ndarray, touching: list[set[int]], *, centers: np.ndarray, count: int) -> None:
    for number in np.argsort(np.bincount(group[group >= 0], minlength=count), kind="stable"):
        own = np.flatnonzero(group == number)
        free = sorted({j for i in own for j in touching[i] if group[j] < 0})
        if free:
            distance = ((centers[free] - centers[own].mean(axis=0)) ** 2).sum(axis=1)
            group[free[int(np.argmin(distance))]] = number
            return


def _reading_order(parts: list[Polygon], group: np.ndarray, count: int) -> np.ndarray:
    """Returns old number -> new number, north to south then west to east, so ids read like a map."""
    middles = [
        unary_union([parts[i] for i in np.flatnonzero(group == number)]).centroid for number in range(count)
    ]
    rank = sorted(range(count), key=lambda number: (-round(middles[number].y, -3), middles[number].x))
    order = np.empty(count, dtype=int)
    order[rank] = np.arange(count)
    return order


def points_inside(cell: Polygon, count: int, rng: np.random.Generator) -> np.ndarray:
    """Returns `count` points (x, y) inside the cell, away from its border."""
    inner = cell.buffer(-12)
    west, south, east, north = inner.bounds
    found = np.empty((0, 2))
    while len(found) < count:
        points = rng.uniform((west, south), (east, north), (count * 3, 2))
        found = np.vstack([found, points[shapely.contains_xy(inner, points)]])
    return found[:count]


def center_of(cells: list[Polygon]) -> Point:
    """Returns a point inside the union of cells."""
    return unary_union(cells).representative_point()
