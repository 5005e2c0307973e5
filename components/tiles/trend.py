"""Metrics over days (趋势): a line each, the first with its interval, thin days as hollow points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from components.context import Context
from components.figure import base_layout, blank_figure
from components.parts import chart
from components.tiles.base import Tile
from data.catalogue import catalogue
from data.request import Request

DATE_AXIS = {"type": "date", "tickformat": "%m-%d", "hoverformat": "%Y-%m-%d", "nticks": 8}


@dataclass(frozen=True, kw_only=True)
class Trend(Tile):
    """Metrics of one unit per `date`; the first one carries its interval."""

    metric: str
    beside: tuple[str, ...] = ()

    props: ClassVar = (("chart", "figure"),)
    clicks: ClassVar = "chart"

    def metrics(self) -> tuple[str, ...]:
        """Returns the metrics drawn."""
        return (self.metric, *self.beside)

    def requests(self, ctx: Context) -> Mapping[str, Request]:
        """Returns each metric by date."""
        return {name: Request(name, by=("date",), filters=ctx.filters) for name in self.metrics()}

    def frame(self, uid: str):
        """Returns the chart."""
        return chart(f"{uid}-chart")

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the figure."""
        frames = {name: answers[name].frame.sort_values("date") for name in self.metrics()}
        if all(frame["value"].isna().all() for frame in frames.values()):
            return (blank_figure(ctx, ctx.t("common.no_data")),)
        colours = (ctx.theme.accent, *ctx.theme.series)
        traces = _band(frames[self.metric], ctx)
        for colour, (name, frame) in zip(colours, frames.items(), strict=False):
            traces.append(_line(name, frame, colour=colour, ctx=ctx))
        return ({"data": traces, "layout": base_layout(ctx, showlegend=bool(self.beside), xaxis=DATE_AXIS)},)


def _line(name: str, frame, *, colour: str, ctx: Context) -> dict:
    metric = catalogue().metric(name)
    dates = [str(day)[:10] for day in frame["date"]]
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(frame) <= 60 else "lines",
        "x": dates,
        "y": [None if value != value else value for value in frame["value"]],
        "name": ctx.pick(metric.label),
        "customdata": [f"period={day}..{day}" for day in dates],
        "line": {"color": colour, "width": 2 * ctx.view.scale},
        "marker": {
            "size": 5 * ctx.view.scale,
            "symbol": ["circle-open" if flag else "circle" for flag in frame["flag"].fillna("")],
        },
        "hovertemplate": "%{y:,.1f}" + ctx.pick(metric.unit),
    }


def _band(frame, ctx: Context) -> list[dict]:
    frame = frame[frame["low"].notna() & frame["high"].notna()]
    if frame.empty:
        return []
    dates = [str(day)[:10] for day in frame["date"]]
    return [
        {
            "type": "scatter",
            "x": dates + dates[::-1],
            "y": [*frame["high"], *frame["low"][::-1]],
            "fill": "toself",
            "fillcolor": ctx.theme.band,
            "line": {"width": 0},
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]
