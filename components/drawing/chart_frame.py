"""What stands around a chart's marks (图框): axes, values, legend, title, source; room for each is measured, not guessed."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from components.drawing.canvas import MM_PER_INCH, Ink, drawable, language_of, measured, wrapped
from components.drawing.spec import Chart
from components.words import word

LETTER_MM = 1.55  # a latin letter at the axes' size
LINE_MM = 4.0
SMALL, NORMAL, LARGE = 7.0, 8.5, 10.5
LABEL_WIDTH = 22
LEGIBLE_BARS = 24


def calm(axes: Axes, ink: Ink) -> None:
    """Takes the frame away and greys what is left."""
    axes.set_facecolor(ink.ground)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(ink.theme.line)
    axes.tick_params(length=0, colors=ink.theme.quiet, labelcolor=ink.theme.text, labelsize=NORMAL)


def number_text(value: float, *, is_whole: bool) -> str:
    """Returns a number as charts write it: thousands apart, one decimal unless all are whole."""
    return f"{value:,.0f}" if is_whole else f"{value:,.1f}"


def is_whole(chart: Chart) -> bool:
    """Whether every value of the chart is a whole number."""
    values = [value for series in chart.series for value in series.values if value is not None]
    return all(float(value).is_integer() for value in values if math.isfinite(value))


def write_categories(axes: Axes, categories: tuple[str, ...], *, is_lying: bool = False) -> None:
    """Writes what each mark stands for; over a long axis only some, evenly."""
    width = axes.figure.get_figwidth() * MM_PER_INCH
    names = [drawable(name) for name in categories]
    if is_lying:
        axes.set_yticks(range(len(names)), [_in_lines(name, LABEL_WIDTH, most=2) for name in names])
        axes.spines["bottom"].set_visible(False)
        return
    room = width * 0.9 / max(1, len(names)) / LETTER_MM
    lines = [_in_lines(name, max(room, 8), most=3) for name in names]
    widest = max((measured(line) for name in lines for line in name.split("\n")), default=1)
    step = max(1, math.ceil((widest + 1) / max(room, 0.1)))
    axes.set_xticks(range(0, len(names), step), lines[::step])


def _in_lines(name: str, width: float, *, most: int) -> str:
    lines = wrapped(name, width=width).split("\n")
    return "\n".join(lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]}…"])


def thickness(chart: Chart) -> float:
    """Returns how thick one bar is, in steps of the categories."""
    return min(0.72, 0.26 + 0.1 * len(chart.categories)) / max(1, len(chart.series))


def places_of(chart: Chart, index: int) -> list[float]:
    """Returns where the bars of the series at `index` stand."""
    shift = (index - (len(chart.series) - 1) / 2) * thickness(chart)
    return [place + shift for place in range(len(chart.categories))]


def write_nothing(axes: Axes, ink: Ink) -> None:
    """Says that nothing is known: a dash instead of an empty frame."""
    axes.text(0.5, 0.5, "—", transform=axes.transAxes, ha="center", color=ink.theme.quiet, fontsize=14)
    axes.set_xticks([])
    axes.set_yticks([])


def write_scale(axes: Axes, chart: Chart, ink: Ink) -> None:
    """Sets the scale of the values: bars start at zero, shares end at the hundred."""
    is_lying = chart.kind == "bars"
    axis, spread = (axes.xaxis, axes.set_xlim) if is_lying else (axes.yaxis, axes.set_ylim)
    low, high = _ends(chart)
    if chart.kind in ("lines", "band"):
        room = (high - low) * 0.12 or 1.0
        low, high = (max(0.0, low - room) if low >= 0 else low - room), high + room
    else:
        room = (high - min(0.0, low)) * (0.16 if is_lying else 0.12) or 1.0
        low, high = min(0.0, low * 1.1), high + room
    spread(low, high)
    axis.set_major_locator(
        MaxNLocator(nbins=5, steps=[1, 2, 5, 10], integer=is_whole(chart) and chart.unit != "%")
    )
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.grid(True, color=ink.theme.line, linewidth=0.5, zorder=0)
    axes.set_axisbelow(True)
    axes.tick_params(axis="x" if is_lying else "y", labelcolor=ink.theme.quiet, labelsize=SMALL + 0.5)


def _ends(chart: Chart) -> tuple[float, float]:
    values = [value for series in chart.series for value in (*series.values, *series.low, *series.high)]
    if chart.kind == "stacked":
        rows = zip(*(series.values for series in chart.series), strict=False)
        values += [sum(value for value in row if value is not None) for row in rows]
    known = [float(value) for value in (*values, chart.target) if value is not None and math.isfinite(value)]
    return min(known, default=0.0), max(known, default=1.0)


def write_values(axes: Axes, chart: Chart, ink: Ink) -> None:
    """Writes values on bars that are few enough to be read; a dash where nothing is known."""
    if len(chart.categories) * len(chart.series) > LEGIBLE_BARS:
        return
    whole = is_whole(chart)
    for index, series in enumerate(chart.series):
        for at, place in enumerate(places_of(chart, index)):
            value = series.values[at] if at < len(series.values) else None
            ends = [each[at] for each in (series.high,) if at < len(each) and each[at] is not None]
            if value is None or not math.isfinite(value):
                _write(axes, "—", at=(0.0, place), chart=chart, colour=ink.theme.quiet)
                continue
            text = number_text(value, is_whole=whole)
            _write(axes, text, at=(max([value, *ends]), place), chart=chart, colour=ink.theme.text)


def _write(axes: Axes, text: str, *, at: tuple[float, float], chart: Chart, colour: str) -> None:
    value, place = at
    is_lying = chart.kind == "bars"
    axes.annotate(
        text,
        (value, place) if is_lying else (place, value),
        xytext=(3, 0) if is_lying else (0, 2),
        textcoords="offset points",
        ha="left" if is_lying else "center",
        va="center" if is_lying else "bottom",
        fontsize=SMALL + 0.5,
        color=colour,
        bbox={
            "boxstyle": "square,pad=0.1",
            "facecolor": axes.get_facecolor(),
            "edgecolor": "none",
            "alpha": 0.8,
        },
        zorder=5,
    )


def set_words(figure: Figure, axes: Axes, *, chart: Chart, ink: Ink) -> None:
    """Writes title, legend, unit and source, and gives the marks the room that is left."""
    width, height = (each * MM_PER_INCH for each in figure.get_size_inches())
    top = write_title(figure, chart.title, ink=ink)
    bottom = write_source(figure, chart.source, ink=ink)
    top += _write_legend(figure, axes, chart=chart, ink=ink, above=top)
    labels = [text.get_text() for text in axes.get_xticklabels()]
    lines = max((label.count("\n") + 1 for label in labels), default=1)
    bottom += 2.0 + lines * LINE_MM
    side = max(
        (measured(each) for text in axes.get_yticklabels() for each in text.get_text().split("\n")), default=2
    )
    left = 4.0 + side * LETTER_MM
    axes.set_position(
        (
            left / width,
            bottom / height,
            max(0.1, (width - left - 4) / width),
            max(0.1, (height - top - bottom) / height),
        )
    )


def write_title(figure: Figure, title: str, *, ink: Ink) -> float:
    """Writes the title at the head and returns the millimetres it takes."""
    if not title:
        return 2.0
    width, height = (each * MM_PER_INCH for each in figure.get_size_inches())
    text = wrapped(drawable(title), width=width / LETTER_MM / 1.25)
    figure.text(
        2.0 / width,
        1 - 2.0 / height,
        text,
        ha="left",
        va="top",
        fontsize=LARGE,
        color=ink.theme.text,
        linespacing=1.25,
    )
    return 3.5 + 5.0 * (text.count("\n") + 1)


def write_source(figure: Figure, source: str, *, ink: Ink) -> float:
    """Writes the source line at the foot and returns the millimetres it takes."""
    if not source:
        return 1.0
    width, height = (each * MM_PER_INCH for each in figure.get_size_inches())
    text = wrapped(drawable(source), width=(width - 4) / LETTER_MM * 1.18)
    figure.text(
        2.0 / width,
        1.5 / height,
        text,
        ha="left",
        va="bottom",
        fontsize=SMALL,
        color=ink.theme.quiet,
        linespacing=1.25,
    )
    return 2.5 + 3.4 * (text.count("\n") + 1)


def _target_text(chart: Chart) -> str:
    lang = language_of(chart.title, chart.alt, chart.source, *chart.categories)
    return word("printed.target", lang, value=f"{chart.target:,.10g}{drawable(chart.unit)}")


def _write_legend(figure: Figure, axes: Axes, *, chart: Chart, ink: Ink, above: float) -> float:
    height = figure.get_figheight() * MM_PER_INCH
    width = figure.get_figwidth() * MM_PER_INCH
    handles, names = axes.get_legend_handles_labels()
    if len(names) < 2 and not any(series.low for series in chart.series):
        handles, names = [], []
    if chart.target is not None and math.isfinite(chart.target):
        handles.append(Line2D([], [], color=ink.theme.text, linewidth=1.0, linestyle=(0, (4, 2))))
        names.append(_target_text(chart))
    if chart.unit:
        figure.text(
            1 - 2.0 / width,
            1 - above / height,
            drawable(chart.unit),
            ha="right",
            va="top",
            fontsize=SMALL,
            color=ink.theme.quiet,
        )
    if not names:
        return 4.0 if chart.unit else 1.0
    figure.legend(
        handles,
        names,
        loc="upper left",
        bbox_to_anchor=(0.0, 1 - (above - 1.0) / height),
        ncols=min(len(names), max(1, int(width / (max(map(measured, names)) * LETTER_MM + 12)))),
        frameon=False,
        fontsize=SMALL + 0.5,
        labelcolor=ink.theme.text,
        handlelength=1.8,
        borderpad=0.2,
        columnspacing=1.4,
    )
    columns = min(len(names), max(1, int(width / (max(map(measured, names)) * LETTER_MM + 12))))
    return 1.5 + 4.2 * math.ceil(len(names) / columns)
