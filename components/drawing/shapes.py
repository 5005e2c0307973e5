"""Shapes of areas on paper (图形): read from the published file, moved to kilometres, with the place for a letter."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from matplotlib.path import Path as Outline
from shapely import Polygon, maximum_inscribed_circle

from components.drawing.canvas import DrawingError

Ring = tuple[tuple[float, float], ...]
MARGIN = 0.45  # of a part's own size: what is seen around it


@dataclass(frozen=True)
class Shape:
    """One area's rings (outer ones and holes alike) in kilometres east and north of the town's south-west corner."""

    area_id: str
    rings: tuple[Ring, ...]

    def outline(self) -> Outline:
        """Returns the rings as one path; holes stay open by the even-odd rule of their direction."""
        points, moves = [], []
        for ring in self.rings:
            points += ring
            moves += [Outline.MOVETO, *[Outline.LINETO] * (len(ring) - 2), Outline.CLOSEPOLY]
        return Outline(points, moves)

    def middle(self) -> tuple[float, float, float]:
        """Returns a point well inside the largest ring, and how many square kilometres that ring holds."""
        ring = max(self.rings, key=lambda each: abs(_area(each)))
        return (*_inner_point(ring), abs(_area(ring)))


@lru_cache(maxsize=8)
def read_shapes(file: tuple[str, int, int]) -> tuple[Shape, ...]:
    """Returns the shapes of a file (as it was at that time and size), moved to kilometres."""
    path = file[0]
    try:
        features = json.loads(Path(path).read_text(encoding="utf-8"))["features"]
        found = [(str(each["properties"]["area_id"]), tuple(_rings(each["geometry"]))) for each in features]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DrawingError(f"{path}: not a collection of areas: {error}") from None
    points = [point for _, rings in found for ring in rings for point in ring]
    if not points:
        raise DrawingError(f"{path}: no areas")
    moved = _mover(points)
    return tuple(
        Shape(area_id, tuple(tuple(map(moved, ring)) for ring in rings)) for area_id, rings in sorted(found)
    )


def _mover(points: list[tuple[float, float]]) -> Callable[[tuple[float, float]], tuple[float, float]]:
    """Returns what turns degrees into kilometres east and north of the points' south-west corner."""
    wests, souths = zip(*points, strict=True)
    west, south = min(wests), min(souths)
    east_km = 111.32 * math.cos(math.radians((south + max(souths)) / 2))
    return lambda point: ((point[0] - west) * east_km, (point[1] - south) * 110.57)


def _rings(geometry: dict) -> list[Ring]:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [tuple((float(x), float(y)) for x, y, *_ in ring) for polygon in polygons for ring in polygon]


@dataclass(frozen=True)
class Window:
    """The piece of the town that is drawn, in kilometres."""

    west: float
    south: float
    east: float
    north: float

    @property
    def size(self) -> tuple[float, float]:
        """Kilometres from west to east and from south to north."""
        return self.east - self.west, self.north - self.south


def window_of(shapes: Iterable[Shape]) -> Window:
    """Returns the window that just holds the shapes."""
    easts, norths = zip(*(point for shape in shapes for ring in shape.rings for point in ring), strict=True)
    return Window(min(easts), min(norths), max(easts), max(norths))


def near(part: Window, whole: Window) -> Window:
    """Returns a window round a part of the town, with what lies about it."""
    room = MARGIN * max(part.size)
    return Window(
        max(whole.west, part.west - room),
        max(whole.south, part.south - room),
        min(whole.east, part.east + room),
        min(whole.north, part.north + room),
    )


def _area(ring: Ring) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2


def _inner_point(ring: Ring) -> tuple[float, float]:
    """Returns the middle of the largest circle inside the ring: where a letter has the most room."""
    shape = Polygon(ring)
    circle = maximum_inscribed_circle(shape if shape.is_valid else shape.buffer(0), tolerance=0.01)
    return tuple(round(each, 3) for each in circle.coords[0][:2]) if not circle.is_empty else ring[0]
