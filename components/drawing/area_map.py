"""The five-colour map without a browser (五色图): letters on areas, thin evidence hatched, unknown grey, a legend in words."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from shapely import Polygon, maximum_inscribed_circle

from components.drawing.area_legend import (
    LETTER_INK,
    THIN,
    entries_of,
    legend_room,
    letter_ground,
    letters_of,
    write_legend,
)
from components.drawing.canvas import (
    MM_PER_INCH,
    DrawingError,
    Ink,
    drawable,
    drawing,
    ink_of,
    measured,
    new_figure,
    saved,
)
from components.drawing.chart_frame import NORMAL, write_source, write_title
from components.drawing.spec import AreaMark, AreaPicture
from components.theme import RISK_CLASSES

WIDTH_MM = 156.0
MOST_NAMES, NAME_SIZE, NAME_LETTER_MM, NAME_BELOW_MM, NAME_HIGH_MM = 12, 6.0, 1.15, 3.6, 3.2
NAME_LETTERS = 28
TALLEST = 1.25  # times the width
SMALLEST = 2.5  # points
LOUD = {"red": 1.6, "orange": 0.9}  # their outline on paper: seen in a black and white copy, too
Ring = tuple[tuple[float, float], ...]


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


def draw_area_map(
    picture: AreaPicture,
    *,
    geo_folder: Path | str,
    form: str = "svg",
    theme: str = "print",
    width_mm: float = WIDTH_MM,
) -> bytes:
    """Returns the map as a picture; as high as the town's shape asks for.

    Title and source line are drawn when the picture has them.

    Args:
        picture: classes per area and the legend's words.
        geo_folder: folder with `<level>.json` (published/geo).
        form: svg | png | pdf.
        theme: `print` or `screen`.
        width_mm: width with the legend.

    Raises:
        DrawingError: no shapes of that level, or they cannot be read.
    """
    path = Path(geo_folder) / f"{picture.level}.json"
    try:
        stat = path.stat()
    except OSError:
        raise DrawingError(f"{path}: no shapes of level {picture.level!r}") from None
    return _draw(
        picture, (str(path), stat.st_mtime_ns, stat.st_size), form=form, theme=theme, width_mm=width_mm
    )


@lru_cache(maxsize=32)
def _draw(
    picture: AreaPicture, file: tuple[str, int, int], *, form: str, theme: str, width_mm: float
) -> bytes:
    shapes = _read_shapes(file)
    ink = ink_of(theme)
    east_km, north_km = (
        max(point[axis] for each in shapes for ring in each.rings for point in ring) for axis in (0, 1)
    )
    entries = entries_of(picture, (shape.area_id for shape in shapes))
    beside, below = legend_room(entries, width_mm=width_mm)
    scale = (width_mm - beside - 4) / east_km  # mm on paper per km
    scale = min(scale, TALLEST * width_mm / north_km)
    above = 9.0 if picture.title else 2.0
    foot = 7.0 if picture.source else 2.0
    with drawing():
        figure = new_figure((width_mm, north_km * scale + above + below + foot), ink=ink)
        height_mm = figure.get_figheight() * MM_PER_INCH
        write_title(figure, picture.title, ink=ink)
        write_source(figure, picture.source, ink=ink)
        size = (east_km * scale / width_mm, north_km * scale / height_mm)
        axes = figure.add_axes((2 / width_mm, (foot + below) / height_mm, *size))
        axes.set_axis_off()
        axes.set_xlim(0, east_km)
        axes.set_ylim(0, north_km)
        _fill(axes, picture, shapes, ink=ink, scale=scale)
        _write_names(axes, picture, shapes, ink=ink, scale=scale)
        top = height_mm - above - 2 if beside else foot + below - 3
        write_legend(figure, entries, ink=ink, top_mm=top)
        return saved(figure, form=form)


@lru_cache(maxsize=8)
def _read_shapes(file: tuple[str, int, int]) -> tuple[Shape, ...]:
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


def _fill(axes: Axes, picture: AreaPicture, shapes: tuple[Shape, ...], *, ink: Ink, scale: float) -> None:
    marks = {mark.area_id: mark for mark in picture.marks}
    letters = letters_of(picture)
    for shape in shapes:
        mark = marks.get(shape.area_id) or AreaMark(area_id=shape.area_id, class_code="none")
        known = mark.class_code if mark.class_code in RISK_CLASSES else "none"
        look = {"facecolor": ink.theme.risk(known), "edgecolor": ink.ground, "linewidth": 0.6}
        axes.add_artist(PathPatch(shape.outline(), **look, zorder=1))
        bare = {"facecolor": "none", "linewidth": 0.6}
        if mark.is_hatched and known != "none":
            axes.add_artist(PathPatch(shape.outline(), **bare, edgecolor=ink.ground, hatch=THIN, zorder=2))
        if known in LOUD and ink.is_paper:
            bare["linewidth"] = LOUD[known]
            axes.add_artist(PathPatch(shape.outline(), **bare, edgecolor=ink.theme.text, zorder=2.5))
        x, y, square_km = shape.middle()
        size = min(
            NORMAL - 0.5, 1.05 * math.sqrt(square_km) * scale
        )  # points: the letter stays inside its area
        if known != "none" and size >= SMALLEST:
            _write_letter(axes, letters[known], at=(x, y), size=size, ground=letter_ground(known, ink))


def _write_names(
    axes: Axes, picture: AreaPicture, shapes: tuple[Shape, ...], *, ink: Ink, scale: float
) -> None:
    """Writes what the areas the picture is about are called, the worst first; none covers another."""
    places = {shape.area_id: shape.middle() for shape in shapes}
    named = _named(picture, places)
    east_km = axes.get_xlim()[1]
    taken: list[tuple[float, float, float]] = []
    for mark in named:
        x, y, _ = places[mark.area_id]
        name = drawable(mark.label)
        name = name if measured(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS // 2 - 1]}…"
        half, low = measured(name) * NAME_LETTER_MM / scale / 2, y - NAME_BELOW_MM / scale
        x = max(half, min(east_km - half, x))
        if any(
            abs(low - other) < NAME_HIGH_MM / scale and abs(x - at) < half + wide for at, other, wide in taken
        ):
            continue
        taken.append((x, low, half))
        ground = {"boxstyle": "round,pad=0.15", "facecolor": ink.ground, "edgecolor": "none", "alpha": 0.85}
        look = {
            "fontsize": NAME_SIZE,
            "color": ink.theme.text,
            "ha": "center",
            "va": "center",
            "bbox": ground,
        }
        axes.text(x, low, name, **look, zorder=5)


def _named(picture: AreaPicture, places: dict) -> list[AreaMark]:
    """Returns the areas that get their name: whole classes, the worst first, as long as they are few."""
    found: list[AreaMark] = []
    for code in RISK_CLASSES:
        more = [
            mark
            for mark in picture.marks
            if mark.class_code == code and mark.label and mark.area_id in places
        ]
        if len(found) + len(more) > MOST_NAMES:
            break
        found += more
    return found


def _write_letter(axes: Axes, letter: str, *, at: tuple[float, float], size: float, ground: str) -> None:
    halo = {"boxstyle": "circle,pad=0.14", "facecolor": ground, "edgecolor": "none"}
    axes.text(*at, letter, ha="center", va="center", fontsize=size, color=LETTER_INK, bbox=halo, zorder=3)


def _area(ring: Ring) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2


def _inner_point(ring: Ring) -> tuple[float, float]:
    """Returns the middle of the largest circle inside the ring: where a letter has the most room."""
    shape = Polygon(ring)
    circle = maximum_inscribed_circle(shape if shape.is_valid else shape.buffer(0), tolerance=0.01)
    return tuple(round(each, 3) for each in circle.coords[0][:2]) if not circle.is_empty else ring[0]
