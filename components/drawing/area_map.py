"""The five-colour map without a browser (五色图): letters on areas, thin evidence hatched, unknown grey, a legend in words."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch

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
from components.drawing.shapes import Shape, near, read_shapes, window_of
from components.drawing.spec import AreaMark, AreaPicture
from components.theme import RISK_CLASSES

WIDTH_MM = 156.0
MOST_NAMES, NAME_SIZE, NAME_LETTER_MM, NAME_BELOW_MM, NAME_HIGH_MM = 12, 6.0, 1.15, 3.6, 3.2
NAME_LETTERS = 28
TALLEST, TALLEST_PART = 1.25, 0.5  # times the width
SMALLEST = 2.5  # points
LOUD = {"red": 1.6, "orange": 0.9}  # their outline on paper: seen in a black and white copy, too


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
    shapes = read_shapes(file)
    ink = ink_of(theme)
    marked = {mark.area_id for mark in picture.marks}
    told = tuple(shape for shape in shapes if shape.area_id in marked) if picture.is_partial else shapes
    window = near(window_of(told), window_of(shapes)) if told and picture.is_partial else window_of(shapes)
    east_km, north_km = window.size
    entries = entries_of(picture, (shape.area_id for shape in told))
    beside, below = legend_room(entries, width_mm=width_mm)
    scale = (width_mm - beside - 4) / east_km  # mm on paper per km
    scale = min(scale, (TALLEST_PART if picture.is_partial else TALLEST) * width_mm / north_km)
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
        axes.set_xlim(window.west, window.east)
        axes.set_ylim(window.south, window.north)
        _fill(axes, picture, shapes, ink=ink, scale=scale)
        _write_names(axes, picture, told, ink=ink, scale=scale)
        start = (2 + east_km * scale + 5, height_mm - above - 2) if beside else (2.0, foot + below - 3)
        write_legend(figure, entries, ink=ink, at_mm=start)
        return saved(figure, form=form)


def _fill(axes: Axes, picture: AreaPicture, shapes: tuple[Shape, ...], *, ink: Ink, scale: float) -> None:
    marks = {mark.area_id: mark for mark in picture.marks}
    letters = letters_of(picture)
    for shape in shapes:
        mark = marks.get(shape.area_id)
        if mark is None and picture.is_partial:
            look = {"facecolor": ink.theme.raised, "edgecolor": ink.theme.line, "linewidth": 0.5}
            axes.add_artist(PathPatch(shape.outline(), **look, zorder=0.5))
            continue
        mark = mark or AreaMark(area_id=shape.area_id, class_code="none")
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
    west, east = axes.get_xlim()
    taken: list[tuple[float, float, float]] = []
    for mark in named:
        x, y, _ = places[mark.area_id]
        name = drawable(mark.label)
        name = name if measured(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS // 2 - 1]}…"
        half, low = measured(name) * NAME_LETTER_MM / scale / 2, y - NAME_BELOW_MM / scale
        x = max(west + half, min(east - half, x))
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
