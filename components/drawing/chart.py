"""Charts drawn without a browser (统计图): few kinds, intervals shown, unknown left open, the target as a thin line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from matplotlib.axes import Axes

from components.drawing.canvas import DrawingError, Ink, drawable, drawing, ink_of, new_figure, saved
from components.drawing.chart_frame import (
    calm,
    places_of,
    set_words,
    thickness,
    write_categories,
    write_nothing,
    write_scale,
    write_values,
)
from components.drawing.spec import Chart, Number, Series

SIZE_MM = (156.0, 72.0)
DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))
SIGNS = ("o", "s", "^", "D")
PALE = 3
HATCHES = ("", "////", "....", "\\\\\\\\", "xxxx")


@lru_cache(maxsize=64)
def draw_chart(
    chart: Chart, *, form: str = "svg", theme: str = "print", size_mm: tuple[float, float] = SIZE_MM
) -> bytes:
    """Returns the chart as a picture: the same bytes for the same chart, on every machine.

    Title and source line are drawn when the chart has them: empty both where the text around tells them.

    Args:
        chart: what is shown.
        form: svg | png | pdf.
        theme: `print` (light, told apart without colour too) or `screen` (dark).
        size_mm: width and height.

    Raises:
        DrawingError: no such kind, form, theme or size.
    """
    if chart.kind not in _KINDS:
        raise DrawingError(f"chart kind {chart.kind!r}: one of {', '.join(_KINDS)}")
    ink = ink_of(theme)
    with drawing():
        figure = new_figure(size_mm, ink=ink)
        axes = figure.add_axes((0, 0, 1, 1))
        calm(axes, ink)
        if _is_empty(chart):
            write_nothing(axes, ink)
        else:
            _KINDS[chart.kind](axes, chart, ink)
            _draw_target(axes, chart, ink)
        set_words(figure, axes, chart=chart, ink=ink)
        return saved(figure, form=form)


def _is_empty(chart: Chart) -> bool:
    return not chart.categories or not any(
        _is_number(value) for series in chart.series for value in series.values
    )


def _is_number(value: Number) -> bool:
    return value is not None and math.isfinite(value)


def _numbers(values: Sequence[Number], count: int) -> list[float]:
    """Returns `count` values; unknown and missing ones are not numbers, so that nothing is drawn there."""
    found = [float(value) if _is_number(value) else math.nan for value in values[:count]]
    return found + [math.nan] * (count - len(found))


def _reach(series: Series, values: Sequence[float]) -> tuple[list[float], list[float]] | None:
    """Returns how far the interval reaches below and above each value; None without one."""
    if not series.low or not series.high:
        return None
    low, high = (_numbers(ends, len(values)) for ends in (series.low, series.high))
    below = [max(0.0, value - end) if end == end else 0.0 for value, end in zip(values, low, strict=True)]
    above = [max(0.0, end - value) if end == end else 0.0 for value, end in zip(values, high, strict=True)]
    return below, above


def _colour(series: Series, index: int, ink: Ink, *, is_area: bool = False) -> str:
    """A quiet bar is pale, so that it stays behind; a quiet line must still be seen."""
    if series.colour_key == "quiet" and is_area:
        return ink.theme.series[PALE]
    return ink.of(series.colour_key, index)


def _draw_bars(axes: Axes, chart: Chart, ink: Ink) -> None:
    _blocks(axes, chart, ink, is_lying=True)
    axes.invert_yaxis()
    write_categories(axes, chart.categories, is_lying=True)
    write_scale(axes, chart, ink)
    write_values(axes, chart, ink)


def _draw_columns(axes: Axes, chart: Chart, ink: Ink) -> None:
    _blocks(axes, chart, ink, is_lying=False)
    write_categories(axes, chart.categories)
    write_scale(axes, chart, ink)
    write_values(axes, chart, ink)


def _blocks(axes: Axes, chart: Chart, ink: Ink, *, is_lying: bool) -> None:
    count = len(chart.categories)
    thick = thickness(chart)
    for index, series in enumerate(chart.series):
        values = _numbers(series.values, count)
        places = places_of(chart, index)
        draw = axes.barh if is_lying else axes.bar
        draw(
            places,
            values,
            thick * 0.9,
            color=_colour(series, index, ink, is_area=True),
            hatch=HATCHES[index % len(HATCHES)],
            edgecolor=ink.ground,
            linewidth=0.4,
            label=drawable(series.name),
            zorder=2,
        )
        _whiskers(axes, series, places=places, ink=ink, is_lying=is_lying)


def _whiskers(axes: Axes, series: Series, *, places: Sequence[float], ink: Ink, is_lying: bool) -> None:
    values = _numbers(series.values, len(places))
    reach = _reach(series, values)
    if reach is None:
        return
    where = (values, places) if is_lying else (places, values)
    ends = {"xerr": reach} if is_lying else {"yerr": reach}
    axes.errorbar(*where, **ends, fmt="none", ecolor=ink.theme.text, elinewidth=0.8, capsize=2, zorder=3)


def _draw_lines(axes: Axes, chart: Chart, ink: Ink) -> None:
    places = range(len(chart.categories))
    for index, series in enumerate(chart.series):
        values = _numbers(series.values, len(chart.categories))
        colour = _colour(series, index, ink)
        if reach := _reach(series, values):
            low = [value - less for value, less in zip(values, reach[0], strict=True)]
            high = [value + more for value, more in zip(values, reach[1], strict=True)]
            axes.fill_between(places, low, high, color=colour, alpha=0.18, linewidth=0, zorder=1)
        axes.plot(
            places,
            values,
            color=colour,
            linestyle=DASHES[index % len(DASHES)],
            marker=SIGNS[index % len(SIGNS)] if len(chart.categories) <= 40 else "",
            markersize=3,
            linewidth=1.5,
            label=drawable(series.name),
            zorder=3,
        )
    axes.margins(x=0.02)
    write_categories(axes, chart.categories)
    write_scale(axes, chart, ink)


def _draw_stacked(axes: Axes, chart: Chart, ink: Ink) -> None:
    count = len(chart.categories)
    ground = [0.0] * count
    for index, series in enumerate(chart.series):
        values = _numbers(series.values, count)
        axes.bar(
            range(count),
            values,
            min(0.72, 0.2 + 0.1 * count),
            bottom=ground,
            color=_colour(series, index, ink, is_area=True),
            hatch=HATCHES[index % len(HATCHES)],
            edgecolor=ink.ground,
            linewidth=0.5,
            label=drawable(series.name),
            zorder=2,
        )
        ground = [low + (value if value == value else 0.0) for low, value in zip(ground, values, strict=True)]
    write_categories(axes, chart.categories)
    write_scale(axes, chart, ink)


def _draw_target(axes: Axes, chart: Chart, ink: Ink) -> None:
    if not _is_number(chart.target):
        return
    line = axes.axvline if chart.kind == "bars" else axes.axhline
    line(chart.target, color=ink.theme.text, linewidth=1.0, linestyle=(0, (4, 2)), zorder=4, gid="target")


_KINDS = {
    "bars": _draw_bars,
    "columns": _draw_columns,
    "lines": _draw_lines,
    "band": _draw_lines,
    "stacked": _draw_stacked,
}
