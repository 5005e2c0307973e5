"""The five-colour map without a browser (五色图): letters on areas, thin evidence hatched, unknown grey, a legend in words."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline
from shapely import Polygon, maximum_inscribed_circle

from components.drawing.canvas import (
    MM_PER_INCH,
    DrawingError,
    Ink,
    drawable,
    drawing,
    ink_of,
    language_of,
    new_figure,
    saved,
)
from components.drawing.chart_frame import NORMAL, SMALL, write_source, write_title
from components.drawing.spec import AreaMark, AreaPicture
from components.theme import RISK_CLASSES, RISK_LETTERS, RISK_LETTERS_EN
from components.words import word

WIDTH_MM = 156.0
LEGEND_MM = 36.0
LETTER_INK = "#0B1220"
THIN = "////"
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
    width_km = max(x for shape in shapes for ring in shape.rings for x, _ in ring)
    height_km = max(y for shape in shapes for ring in shape.rings for _, y in ring)
    scale = min(
        (width_mm - LEGEND_MM - 4) / width_km, 1.25 * (width_mm - LEGEND_MM) / height_km
    )  # mm on paper per km
    above = 9.0 if picture.title else 2.0
    below = 7.0 if picture.source else 2.0
    with drawing():
        figure = new_figure((width_mm, height_km * scale + above + below), ink=ink)
        height_mm = figure.get_figheight() * MM_PER_INCH
        write_title(figure, picture.title, ink=ink)
        below = max(below, write_source(figure, picture.source, ink=ink))
        place = (
            2 / width_mm,
            below / height_mm,
            width_km * scale / width_mm,
            (height_mm - above - below) / height_mm,
        )
        axes = figure.add_axes(place)
        axes.set_axis_off()
        axes.set_xlim(0, width_km)
        axes.set_ylim(0, height_km)
        axes.set_aspect("equal", anchor="W")
        _fill(axes, picture, shapes, ink=ink, scale=scale)
        _write_legend(figure, picture, shapes, ink=ink)
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
    west, south = min(x for x, _ in points), min(y for _, y in points)
    middle = math.radians((south + max(y for _, y in points)) / 2)
    east_km, north_km = 111.32 * math.cos(middle), 110.57

    def moved(ring: Ring) -> Ring:
        return tuple(((x - west) * east_km, (y - south) * north_km) for x, y in ring)

    return tuple(Shape(area_id, tuple(moved(ring) for ring in rings)) for area_id, rings in sorted(found))


def _rings(geometry: dict) -> list[Ring]:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [tuple((float(x), float(y)) for x, y, *_ in ring) for polygon in polygons for ring in polygon]


def _fill(axes: Axes, picture: AreaPicture, shapes: tuple[Shape, ...], *, ink: Ink, scale: float) -> None:
    marks = {mark.area_id: mark for mark in picture.marks}
    letters = _letters(picture)
    for shape in shapes:
        mark = marks.get(shape.area_id) or AreaMark(area_id=shape.area_id, class_code="none")
        known = mark.class_code if mark.class_code in RISK_CLASSES else "none"
        look = {"facecolor": ink.theme.risk(known), "edgecolor": ink.ground, "linewidth": 0.6}
        axes.add_patch(PathPatch(shape.outline(), **look, zorder=1))
        bare = {"facecolor": "none", "linewidth": 0.6}
        if mark.is_hatched and known != "none":
            axes.add_patch(PathPatch(shape.outline(), **bare, edgecolor=ink.ground, hatch=THIN, zorder=2))
        if known in LOUD and ink.is_paper:
            bare["linewidth"] = LOUD[known]
            axes.add_patch(PathPatch(shape.outline(), **bare, edgecolor=ink.theme.text, zorder=2.5))
        x, y, square_km = shape.middle()
        size = min(
            NORMAL - 0.5, 1.05 * math.sqrt(square_km) * scale
        )  # points: the letter stays inside its area
        if known != "none" and size >= SMALLEST:
            _write_letter(axes, letters[known], at=(x, y), size=size, ground=_letter_ground(known, ink))


def _letter_ground(class_code: str, ink: Ink) -> str:
    return ink.ground if ink.is_paper else ink.theme.risk(class_code)


def _write_letter(axes: Axes, letter: str, *, at: tuple[float, float], size: float, ground: str) -> None:
    halo = {"boxstyle": "circle,pad=0.14", "facecolor": ground, "edgecolor": "none"}
    axes.text(*at, letter, ha="center", va="center", fontsize=size, color=LETTER_INK, bbox=halo, zorder=3)


def _letters(picture: AreaPicture) -> dict[str, str]:
    lang = language_of(picture.title, picture.alt, *(words for _, words in picture.legend))
    return RISK_LETTERS if lang == "zh" else RISK_LETTERS_EN


def _write_legend(figure: Figure, picture: AreaPicture, shapes: tuple[Shape, ...], *, ink: Ink) -> None:
    width, height = (each * MM_PER_INCH for each in figure.get_size_inches())
    classes = {mark.area_id: mark.class_code for mark in picture.marks}
    counts = Counter(classes.get(shape.area_id, "none") for shape in shapes)
    lang = language_of(picture.title, picture.alt, *(words for _, words in picture.legend))
    letters = _letters(picture)
    rows = [(code, drawable(words), counts[code], letters.get(code, "")) for code, words in picture.legend]
    thin = sum(mark.is_hatched and mark.class_code != "none" for mark in picture.marks)
    if thin:
        rows.append(("thin", word("map.thin", lang), thin, ""))
    left, top = width - LEGEND_MM + 3, height - (11 if picture.title else 4)
    for row, (code, words, count, letter) in enumerate(rows):
        low = top - row * 6.2 - 4.2
        colour = ink.theme.raised if code == "thin" else ink.theme.risk(code)
        hatch = {"hatch": THIN, "edgecolor": ink.theme.quiet} if code == "thin" else {"edgecolor": "none"}
        swatch = Rectangle(
            (left / width, low / height),
            4.6 / width,
            4.6 / height,
            facecolor=colour,
            transform=figure.transFigure,
            **hatch,
        )
        figure.add_artist(swatch)
        middle = (low + 2.3) / height
        figure.text(
            (left + 2.3) / width, middle, letter, ha="center", va="center", fontsize=SMALL, color=LETTER_INK
        )
        figure.text(
            (left + 6.2) / width,
            middle,
            f"{words}  {count}",
            va="center",
            fontsize=NORMAL - 0.5,
            color=ink.theme.text,
        )


def _area(ring: Ring) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2


def _inner_point(ring: Ring) -> tuple[float, float]:
    """Returns the middle of the largest circle inside the ring: where a letter has the most room."""
    shape = Polygon(ring)
    circle = maximum_inscribed_circle(shape if shape.is_valid else shape.buffer(0), tolerance=0.01)
    return tuple(round(each, 3) for each in circle.coords[0][:2]) if not circle.is_empty else ring[0]
