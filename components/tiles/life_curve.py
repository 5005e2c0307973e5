"""How long it takes when open cases count (生存曲线): Kaplan-Meier with its band beside the reading of closed cases only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dash import html

from components.context import Context
from components.door import Curve
from components.figure import base_layout, blank_figure
from components.numbers import UNKNOWN, count_text, duration_text, is_known
from components.parts import chart
from components.tiles.base import Tile
from data.catalogue import catalogue
from data.request import Request

PARAMETER = "segment"


@dataclass(frozen=True, kw_only=True)
class LifeCurve(Tile):
    """`segments`: percentile metrics, one per segment; the address chooses one (`?segment=`)."""

    segments: tuple[str, ...]

    props: ClassVar = (("tabs", "children"), ("chart", "figure"), ("table", "children"))

    def metrics(self) -> tuple[str, ...]:
        """Returns a percentile of every segment."""
        return self.segments

    def chosen(self, ctx: Context) -> str:
        """Returns the segment chosen."""
        asked = ctx.view.params.get(PARAMETER, "")
        return asked if asked in self.segments else self.segments[0]

    def requests(self, ctx: Context) -> Mapping[str, Curve]:
        """Returns the curve of the segment chosen."""
        return {"curve": Curve(Request(self.chosen(ctx), filters=ctx.filters))}

    def frame(self, uid: str):
        """Returns tabs, chart and table."""
        curves = chart(f"{uid}-chart")
        return html.Div(
            [html.Nav(id=f"{uid}-tabs", className="choices wraps"), curves, html.Div(id=f"{uid}-table")],
            className="tile-body life",
        )

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the choice, both curves, and the percentiles under both readings."""
        found = answers["curve"]
        if found.frame.empty:
            return self._tabs(ctx), blank_figure(ctx, ctx.t("common.no_data")), ""
        return self._tabs(ctx), _figure(found.frame, ctx), _table(found, ctx)

    def _tabs(self, ctx: Context) -> list:
        chosen = self.chosen(ctx)
        return [
            html.A(
                ctx.pick(catalogue().metric(name).label).rpartition(" ")[0],
                href="#",
                className="choice is-on" if name == chosen else "choice",
                **{"data-set": f"{PARAMETER}={name}"},
            )
            for name in self.segments
        ]


def _figure(frame, ctx: Context) -> dict:
    hours = [round(value / 60, 3) for value in frame["minutes"]]
    theme = ctx.theme

    def line(column: str, **look) -> dict:
        values = [round(float(value), 2) for value in frame[column]]
        return {
            "type": "scatter",
            "mode": "lines",
            "x": hours,
            "y": values,
            "line": {"shape": "hv", **look.pop("line")},
            **look,
        }

    quiet = {"color": theme.quiet, "width": 1.6, "dash": "dot"}
    band = {"showlegend": False, "hoverinfo": "skip", "line": {"width": 0}}
    traces = [
        line("low_pct", **band),
        line("high_pct", **{**band, "line": {"width": 0}}, fill="tonexty", fillcolor=theme.band),
        line("done_pct", name=ctx.t("instruments.all_cases"), line={"color": theme.accent, "width": 2.4}),
        line("closed_only_pct", name=ctx.t("instruments.closed_only"), line=quiet),
    ]
    first = max(0.01, hours[0]) if hours else 0.01
    axes = {
        "xaxis": {
            "type": "log",
            "ticksuffix": ctx.t("instruments.hours"),
            "dtick": 1,
            "showgrid": True,
            "rangemode": "normal",
        },
        "yaxis": {"range": [0, 101], "ticksuffix": "%", "nticks": 6},
    }
    for trace in traces:
        trace["x"] = [max(first, value) for value in trace["x"]]
    return {"data": traces, "layout": base_layout(ctx, showlegend=True, **axes)}


def _table(found, ctx: Context):
    words = ("instruments.share", "instruments.all_cases", "instruments.closed_only")
    head = html.Thead(html.Tr([html.Th(ctx.t(word)) for word in words]))
    rows = []
    for row in found.shares.itertuples():
        whole = duration_text(row.value, ctx) if is_known(row.value) else ctx.t("instruments.not_reached")
        ends = [duration_text(each, ctx) if is_known(each) else UNKNOWN for each in (row.low, row.high)]
        closed = duration_text(row.closed_only, ctx)
        rows.append(
            html.Tr(
                [
                    html.Th(f"P{int(row.share)}"),
                    html.Td(
                        [
                            html.B(whole, className="digits"),
                            html.Span(f" [{ends[0]}–{ends[1]}]", className="note"),
                        ]
                    ),
                    html.Td(closed, className="digits"),
                ]
            )
        )
    counts = {"ended": count_text(found.ended_count), "open": count_text(found.open_count)}
    note = html.P(ctx.t("instruments.life_note", **counts), className="note")
    return [html.Table([head, html.Tbody(rows)], className="table"), note]
