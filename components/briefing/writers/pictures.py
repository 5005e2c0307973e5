"""A briefing's pictures drawn for its pages (插图): charts and maps of one width."""

from __future__ import annotations

from pathlib import Path

from components.briefing.document import Picture
from components.drawing.area_map import WIDTH_MM, draw_area_map
from components.drawing.chart import draw_chart
from components.drawing.spec import Chart

ROW_MM = 6.5
LEAST_MM, MOST_MM = 40.0, 110.0
COLUMNS_MM = 48.0


def picture_bytes(picture: Picture, *, geo: Path, form: str, width_mm: float = WIDTH_MM) -> bytes:
    """Returns the drawn picture; lying bars are as high as they are many.

    Raises:
        DrawingError: the map's shapes are missing, or the chart is of no known kind.
    """
    shown = picture.shown
    if isinstance(shown, Chart):
        return draw_chart(shown, form=form, size_mm=(width_mm, _height(shown)))
    return draw_area_map(shown, geo_folder=geo, form=form, width_mm=width_mm)


def _height(chart: Chart) -> float:
    if chart.kind != "bars":
        return COLUMNS_MM
    return min(
        MOST_MM, max(LEAST_MM, 22 + ROW_MM * len(chart.categories) * max(1.0, 0.7 * len(chart.series)))
    )
