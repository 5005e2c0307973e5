"""The answer to a built question (查询结果): every group with value, n, interval and flag; the same as a chart and a map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dash import html

from components.codes import in_order
from components.context import Context
from components.figure import BASE_FONT_PX, base_layout, blank_figure
from components.measure import figure, flag_of, flag_text
from components.numbers import count_text, is_known
from components.parts import chart
from components.question import TIMES, BuiltQuestion, question_of
from components.tiles.area_map import AreaMap
from components.tiles.base import Tile
from components.tiles.kpi_card import range_text
from components.tiles.query_bar import dimension_text, question_text
from components.ways import pick_marks

MOST_ROWS = 300
MOST_BARS, MOST_SERIES = 40, 8
TIME_AXES = {
    "date": {"type": "date", "tickformat": "%m-%d", "hoverformat": "%Y-%m-%d"},
    "month": {"type": "category"},
}
SILENT = ("suppressed", "no_data", "outside", "unjoined")


@dataclass(frozen=True, kw_only=True)
class QueryTable(Tile):
    """Each group a row; a click on a row filters by it."""

    def printed(self, ctx: Context) -> str:
        """Returns the question in words."""
        return question_text(ctx)

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns the question."""
        return {"rows": question_of(ctx).request(ctx)}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the table."""
        asked, answer = question_of(ctx), answers["rows"]
        rows = ordered(asked, answer.frame.to_dict("records"))
        if not rows:
            return (html.P(ctx.t("common.no_data"), className="empty"),)
        metric = asked.definition
        shown = {"interval": metric.interval != "none", "bounds": bool(metric.lower)}
        unit = ctx.pick(metric.unit)
        value = ctx.t("query.value") + (f" {unit}" if unit else "")
        numbers = [value, "n", *(ctx.t(f"query.{name}") for name, has in shown.items() if has)]
        heads = [html.Th(dimension_text(name, ctx)) for name in asked.by]
        heads += [html.Th(each, className="right") for each in numbers] + [html.Th(ctx.t("query.flag"))]
        body = [_row(row, asked, answer=answer, ctx=ctx, shown=shown) for row in rows[:MOST_ROWS]]
        if len(rows) > MOST_ROWS:
            rest = ctx.t("query.more_rows", count=count_text(len(rows) - MOST_ROWS))
            body.append(html.Tr(html.Td(rest, colSpan=len(heads)), className="rest"))
        parts = [html.Thead(html.Tr(heads)), html.Tbody(body)]
        return (html.Div(html.Table(parts, className="table query-table"), className="scroll"),)


def ordered(asked: BuiltQuestion, rows: list[dict]) -> list[dict]:
    """Returns the rows: in time where time is asked for, else the largest first; what is not known last."""
    times = [name for name in asked.by if name in TIMES]
    if times:
        return sorted(rows, key=lambda row: [str(row[name]) for name in (*times, *asked.by)])
    return sorted(
        rows, key=lambda row: (not is_known(row["value"]), -(row["value"] if is_known(row["value"]) else 0))
    )


def _row(row: dict, asked: BuiltQuestion, *, answer, ctx: Context, shown: Mapping[str, bool]):
    is_silent = flag_of(row) in SILENT
    where = {name: _plain(name, row[name]) for name in asked.by}
    keys = [html.Th(ctx.label(name, value), **pick_marks(name, value, ctx)) for name, value in where.items()]
    cells = [
        html.Td(figure(asked.metric, row, ctx=ctx, as_of_at=answer.as_of_at, where=where), className="right"),
        html.Td("—" if is_silent else count_text(row["n"]), className="right digits"),
    ]
    ends = {"interval": (row["low"], row["high"]), "bounds": (row["lower"], row["upper"])}
    for name, (low, high) in ends.items():
        if shown[name]:
            text = "" if is_silent else range_text(low, high, asked.definition, ctx=ctx)
            cells.append(html.Td(text or "—", className="right digits"))
    cells.append(html.Td(flag_text(row, ctx), className="note"))
    return html.Tr([*keys, *cells], className="is-thin" if flag_of(row) else "")


def _plain(name: str, value: object) -> object:
    return str(value)[:10] if name in TIMES and is_known(value) else value


@dataclass(frozen=True, kw_only=True)
class QueryChart(Tile):
    """Bars for things, lines for time; the second dimension as series."""

    props: ClassVar = (("chart", "figure"),)
    clicks: ClassVar = "chart"

    def printed(self, ctx: Context) -> str:
        """Returns the question in words."""
        return question_text(ctx)

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns the question."""
        return {"rows": question_of(ctx).request(ctx)}

    def frame(self, uid: str):
        """Returns the chart."""
        return chart(f"{uid}-chart")

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the figure."""
        asked = question_of(ctx)
        rows = ordered(asked, answers["rows"].frame.to_dict("records"))
        rows = [row for row in rows if is_known(row["value"])]
        if not rows or not asked.by:
            return (blank_figure(ctx, ctx.t("common.no_data" if asked.by else "query.choose_by")),)
        axis = next((name for name in asked.by if name in TIMES), asked.by[0])
        series = next((name for name in asked.by if name != axis), "")
        drawn = _lines if axis in TIMES else _bars
        layout = base_layout(ctx, **_look(asked, axis, ctx=ctx, has_series=bool(series)))
        return ({"data": drawn(rows, axis, series, ctx=ctx), "layout": layout},)


def _look(asked: BuiltQuestion, axis: str, *, ctx: Context, has_series: bool) -> dict:
    """Returns how the axes stand; a share's ups and downs over time would vanish at the top of a scale from zero."""
    unit = ctx.pick(asked.definition.unit)
    title = {
        "text": " · ".join(filter(None, (question_text(ctx), unit))),
        "font": {"color": ctx.theme.quiet, "size": BASE_FONT_PX * ctx.view.scale},
        "x": 0,
        "xref": "paper",
        "y": 1,
        "yref": "container",
        "yanchor": "top",
        "pad": {"t": 4},
    }
    look = {
        "barmode": "group",
        "showlegend": has_series,
        "title": title,
        "margin": {"t": 34 * ctx.view.scale},
    }
    if axis not in TIMES:
        return look | {"xaxis": {"type": "category"}, "hovermode": "closest"}
    is_share = asked.definition.kind == "rate"
    return look | {"xaxis": TIME_AXES[axis], "yaxis": {"rangemode": "normal" if is_share else "tozero"}}


def _split(rows: list[dict], series: str, ctx: Context) -> dict[object, list[dict]]:
    """Returns the rows by series, the known ones with the most first."""
    if not series:
        return {"": rows}
    sums: dict[object, float] = {}
    for row in rows:
        sums[row[series]] = sums.get(row[series], 0.0) + abs(row["value"])
    kept = sorted(sums, key=lambda key: -sums[key])[:MOST_SERIES]
    return {key: [row for row in rows if row[series] == key] for key in in_order(series, kept, ctx)}


def _bars(rows: list[dict], axis: str, series: str, *, ctx: Context) -> list[dict]:
    keys = list(dict.fromkeys(row[axis] for row in rows))[:MOST_BARS]
    traces = []
    for place, (key, mine) in enumerate(_split(rows, series, ctx).items()):
        mine = [row for row in mine if row[axis] in keys]
        traces.append(
            {
                "type": "bar",
                "x": [ctx.label(axis, row[axis]) for row in mine],
                "y": [row["value"] for row in mine],
                "error_y": _error(mine, ctx),
                "name": ctx.label(series, key) if series else "",
                "marker": {"color": ctx.theme.series[place % len(ctx.theme.series)]},
            }
        )
    return traces


def _error(rows: list[dict], ctx: Context) -> dict:
    if not all(is_known(row["low"]) and is_known(row["high"]) for row in rows):
        return {"visible": False}
    return {
        "type": "data",
        "symmetric": False,
        "array": [row["high"] - row["value"] for row in rows],
        "arrayminus": [row["value"] - row["low"] for row in rows],
        "color": ctx.theme.quiet,
        "thickness": 1,
        "width": 2,
    }


def _lines(rows: list[dict], axis: str, series: str, *, ctx: Context) -> list[dict]:
    colours = (ctx.theme.accent, *ctx.theme.series) if not series else ctx.theme.series
    traces = []
    for place, (key, mine) in enumerate(_split(rows, series, ctx).items()):
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers" if len(mine) <= 60 else "lines",
                "x": [_plain(axis, row[axis]) for row in mine],
                "y": [row["value"] for row in mine],
                "name": ctx.label(series, key) if series else "",
                "line": {"color": colours[place % len(colours)], "width": 2 * ctx.view.scale},
                "marker": {"symbol": ["circle-open" if flag_of(row) else "circle" for row in mine]},
            }
        )
    return traces


@dataclass(frozen=True, kw_only=True)
class QueryMap(Tile):
    """The metric by area; of a metric without place it says so."""

    props: ClassVar = AreaMap.props

    def printed(self, ctx: Context) -> str:
        """Returns the metric's name: the map is always by area."""
        return ctx.pick(question_of(ctx).definition.label)

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns the metric by the level of areas asked for."""
        tile = self._tile(ctx)
        return tile.requests(ctx) if tile else {}

    def frame(self, uid: str):
        """Returns the map."""
        return AreaMap(uid=self.uid, metric="incident_count").frame(uid)

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the areas' colours, where the geometry lies, the legend."""
        tile = self._tile(ctx)
        if tile:
            return tile.draw(answers, ctx)
        level = ctx.town.file.hierarchies[0].levels[-2]
        note = [html.Span(ctx.t("query.no_place"), className="legend-note")]
        return (
            {"theme": ctx.view.theme, "names": {}},
            f"/geo/{level}.json",
            note,
            f"/geo/{level}.json",
            {"theme": ctx.view.theme},
        )

    def _tile(self, ctx: Context) -> AreaMap | None:
        asked = question_of(ctx)
        level = asked.level(ctx)
        return AreaMap(uid=self.uid, metric=asked.metric, level=level) if level else None
