"""Bars by one dimension (构成与排名): name, bar, value; a click on a bar filters, again clears."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.numbers import count_text, interval_text, is_known, number_text
from components.tiles.base import Tile
from components.ways import chosen, pick_marks
from data.catalogue import catalogue
from data.request import Request


@dataclass(frozen=True, kw_only=True)
class Ranking(Tile):
    """One metric by one dimension, largest first.

    Attributes:
        by: the dimension; a level of areas counts as one.
        limit: how many bars; the rest is told as a number.
        has_interval: draw the interval on each bar; rows under the minimum sample go last, in grey.
        period: fixed period of the tile (such as `today`), instead of the page's.
    """

    metric: str
    by: str
    limit: int = 8
    has_interval: bool = False
    is_today: bool = False

    def requests(self, ctx: Context) -> Mapping[str, Request]:
        """Returns the metric by the dimension; its own dimension is not filtered away but marked."""
        filters = ctx.today() if self.is_today else ctx.filters
        return {"bars": Request(self.metric, by=(self.dimension(ctx),), filters=filters)}

    def dimension(self, ctx: Context) -> str:
        """Returns the dimension; `area` stands for the level below the area chosen."""
        return ctx.next_level() if self.by == "area" else self.by

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the bars."""
        metric = catalogue().metric(self.metric)
        frame = answers["bars"].frame
        frame = frame.assign(is_thin=frame["flag"].fillna("") != "")
        is_rate = metric.kind == "rate"
        ascending = [True, is_rate and metric.direction == "higher_is_better"]
        keys = ["is_thin", "value"] if is_rate else ["value"]
        frame = frame[frame["value"].notna()].sort_values(keys, ascending=ascending if is_rate else False)
        if frame.empty:
            return (html.P(ctx.t("common.no_data"), className="empty"),)
        largest = 100.0 if is_rate else float(frame["value"].max()) or 1.0
        shown = frame.head(self.limit)
        bars = [self._bar(row, metric=metric, largest=largest, ctx=ctx) for _, row in shown.iterrows()]
        if len(frame) > len(shown):
            bars.append(html.Li(self._rest(frame.iloc[len(shown) :], is_rate, ctx), className="rest"))
        return (html.Ol(bars, className="bars"),)

    def _bar(self, row, *, metric, largest: float, ctx: Context):
        dimension = self.dimension(ctx)
        key = row[dimension]
        value = number_text(row["value"], metric.format)
        note = ctx.t("kpi.sample", n=count_text(row["n"]))
        interval = interval_text(row["low"], row["high"], metric.format) if self.has_interval else ""
        width = max(0.0, min(100.0, float(row["value"]) / largest * 100))
        is_selected = is_known(key) and chosen(dimension, ctx) == str(key)
        track = [html.I(className="fill", style={"width": f"{width:.2f}%"})]
        if interval and is_known(row["low"]):
            low, high = float(row["low"]) / largest * 100, float(row["high"]) / largest * 100
            track.append(
                html.I(className="whisker", style={"left": f"{low:.2f}%", "width": f"{high - low:.2f}%"})
            )
        name = ctx.label(dimension, key)
        return html.Li(
            [
                html.Span(name, className="bar-name", title=name),
                html.Span(track, className="track"),
                html.Span(value, className="bar-value digits"),
            ],
            className="bar"
            + (" is-selected" if is_selected else "")
            + (" is-thin" if row["is_thin"] else ""),
            title=" · ".join(part for part in (name, value + ctx.pick(metric.unit), note, interval) if part),
            **pick_marks(dimension, key, ctx),
        )

    def _rest(self, frame, is_rate: bool, ctx: Context) -> str:
        if is_rate:
            return ctx.t("ranking.rest_rows", count=len(frame))
        return ctx.t("ranking.rest_sum", count=len(frame), total=count_text(frame["value"].sum()))
