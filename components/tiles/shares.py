"""What a count is made of (构成): parts of a whole as one bar with its legend, or by day or month as columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.codes import colours_of, in_order, is_coloured, letter_of, painted
from components.context import Context
from components.figure import base_layout, blank_figure
from components.measure import figure, flag_of, marks, rows_by
from components.numbers import count_text, is_known, number_text
from components.parts import chart
from components.tiles.base import Tile
from components.ways import chosen, pick_marks, said
from data.catalogue import catalogue
from data.request import Request

REST = "rest"  # no value of any dimension: the parts that did not fit, together
AXES = {
    "date": {"type": "date", "tickformat": "%m-%d", "hoverformat": "%Y-%m-%d", "nticks": 8},
    "month": {"type": "category"},
}


@dataclass(frozen=True, kw_only=True)
class Shares(Tile):
    """A count by one dimension as shares of the whole; a part keeps its colour on every page.

    Attributes:
        metric: a count, so that the parts add up.
        by: the dimension of the parts; `area` is the level below the area chosen.
        over: `date` or `month`: a column of parts for each; empty: one bar with a legend of counts and shares.
        limit: how many parts; the smallest ones are told together.
        is_absolute: with `over`, columns of counts instead of shares.
    """

    metric: str
    by: str
    over: str = ""
    limit: int = 8
    is_absolute: bool = False

    @property
    def props(self) -> tuple[tuple[str, str], ...]:
        """The chart's figure, or the bar's children."""
        return (("chart", "figure"),) if self.over else (("body", "children"),)

    @property
    def clicks(self) -> str | None:
        """The chart, where there is one."""
        return "chart" if self.over else None

    def dimension(self, ctx: Context) -> str:
        """Returns the dimension of the parts."""
        return ctx.next_level() if self.by == "area" else self.by

    def requests(self, ctx: Context) -> Mapping[str, Request]:
        """Returns the count by part, and by part and day or month."""
        by = (self.dimension(ctx),)
        asks = {"parts": Request(self.metric, by=by, filters=ctx.filters)}
        if self.over:
            asks["over"] = Request(self.metric, by=(self.over, *by), filters=ctx.filters)
        return asks

    def frame(self, uid: str):
        """Returns the chart or the bar."""
        if not self.over:
            return super().frame(uid)
        return chart(f"{uid}-chart")

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the bar with its legend, or the figure."""
        rows = rows_by(answers["parts"], self.dimension(ctx))
        kept = {key: row for key, row in rows.items() if not is_known(row["value"]) or row["value"]}
        total = sum(float(row["value"]) for row in kept.values() if is_known(row["value"]))
        if not total:
            empty = ctx.t("common.no_data")
            return (blank_figure(ctx, empty) if self.over else html.P(empty, className="empty"),)
        named = self._named(kept, ctx)
        if self.over:
            return (self._columns(answers["over"].frame, named, ctx),)
        return (self._bar(kept, named, total=total, answer=answers["parts"], ctx=ctx),)

    def _named(self, rows: Mapping[object, Mapping], ctx: Context) -> list:
        """Returns the parts with a name of their own, the largest ones, in the dimension's lasting order."""
        column = self.dimension(ctx)
        ranked = sorted(rows, key=lambda key: -(rows[key]["value"] if is_known(rows[key]["value"]) else 0))
        largest = ranked if len(ranked) <= self.limit else ranked[: self.limit - 1]
        return in_order(column, largest, ctx)

    def _bar(self, rows: Mapping, named: list, *, total: float, answer, ctx: Context):
        column = self.dimension(ctx)
        colours = colours_of(column, named, ctx)
        segments, lines = [], []
        for key in named:
            row = rows[key]
            share = 100 * float(row["value"]) / total if is_known(row["value"]) else None
            name = ctx.label(column, key)
            letter = letter_of(column, key, ctx) if is_coloured(column) else ""
            title = f"{name} {count_text(row['value'])} · {number_text(share, '{:.1f}%')}"
            segments.append(_segment(share, colour=colours[key], letter=letter, title=title))
            sign = html.I(letter, className="swatch", style=painted(colours[key]))
            number = self._number(key, row, as_of_at=answer.as_of_at, ctx=ctx)
            lines.append(self._line(key, [sign, number], share=_words(share, row, ctx), ctx=ctx))
        rest = [
            float(rows[key]["value"]) for key in rows if key not in named and is_known(rows[key]["value"])
        ]
        if rest:
            share = 100 * sum(rest) / total
            text = ctx.t("tiles.rest", count=len(rest))
            segments.append(_segment(share, colour=ctx.theme.risk_none, letter="", title=text))
            lines.append(_rest_line(text, sum(rest), share=share, metric_id=self.metric, ctx=ctx))
        return html.Div(
            [html.Div(segments, className="shares-bar"), html.Ul(lines, className="shares-list")],
            className="shares",
        )

    def _number(self, key: object, row: Mapping, *, as_of_at, ctx: Context):
        where = {self.dimension(ctx): key}
        return figure(self.metric, row, ctx=ctx, as_of_at=as_of_at, where=where)

    def _line(self, key: object, parts: list, *, share: str, ctx: Context):
        column = self.dimension(ctx)
        sign, number = parts
        name = ctx.label(column, key)
        state = " is-selected" if key is not None and chosen(column, ctx) == str(key) else ""
        words = html.Span(share, className="share digits")
        return html.Li(
            [sign, html.Span(name, className="bar-name", title=name), number, words],
            className="share-line" + state,
            **pick_marks(column, key, ctx),
        )

    def _columns(self, frame, named: list, ctx: Context) -> dict:
        """Returns one trace for each part; counts stand in the hover, shares are the heights."""
        column = self.dimension(ctx)
        metric = catalogue().metric(self.metric)
        counts = self._counts(frame, named, column)
        colours = colours_of(column, named, ctx)
        x = sorted({when for times in counts.values() for when in times})
        traces = [
            self._trace(key, [counts[key].get(day, 0.0) for day in x], x=x, ctx=ctx)
            | {"marker": {"color": colours.get(key, ctx.theme.risk_none)}}
            for key in (*named, REST)
            if key in counts
        ]
        axis = {} if self.is_absolute else {"ticksuffix": "%", "range": [0, 100]}
        layout = base_layout(
            ctx,
            barmode="stack",
            barnorm="" if self.is_absolute else "percent",
            showlegend=True,
            xaxis=AXES[self.over],
            yaxis=axis | {"title": {"text": ctx.pick(metric.unit) if self.is_absolute else ""}},
            legend={"x": 0, "xanchor": "left", "traceorder": "normal"},
            margin={"t": 28 * ctx.view.scale},
        )
        return {"data": traces, "layout": layout}

    def _counts(self, frame, named: list, column: str) -> dict[object, dict[str, float]]:
        """Returns the counts of each part by day or month; what has no name of its own is added up."""
        counts: dict[object, dict[str, float]] = {}
        known = frame[frame["value"].notna()]
        for when, key, value in zip(known[self.over], known[column], known["value"], strict=True):
            key = key if is_known(key) else None
            times = counts.setdefault(key if key in named else REST, {})
            text = str(when)[:10]
            times[text] = times.get(text, 0.0) + float(value)
        return counts

    def _trace(self, key: object, counts: list[float], *, x: list[str], ctx: Context) -> dict:
        column = self.dimension(ctx)
        is_rest = key == REST
        name = ctx.t("tiles.others") if is_rest else ctx.label(column, key)
        sign = f"{letter_of(column, key, ctx)} " if is_coloured(column) and not is_rest else ""
        set_ = "" if is_rest or key is None else said(column, key, ctx)
        return {
            "type": "bar",
            "x": x,
            "y": counts,
            "name": sign + name if sign.strip() not in name else name,
            "customdata": [[set_, count_text(count)] for count in counts],
            "hovertemplate": "%{customdata[1]}" + ("" if self.is_absolute else " · %{y:.1f}%"),
        }


def _words(share: float | None, row: Mapping, ctx: Context) -> str:
    return ctx.t("flag.suppressed") if flag_of(row) == "suppressed" else number_text(share, "{:.1f}%")


def _segment(share: float | None, *, colour: str, letter: str, title: str):
    """A part of the bar; a sliver keeps one pixel, a letter stands only where there is room."""
    style = {"flexGrow": f"{share or 0:.3f}"} | painted(colour)
    return html.I(letter if (share or 0) >= 4 else "", className="segment", style=style, title=title)


def _rest_line(text: str, value: float, *, share: float, metric_id: str, ctx: Context):
    number = html.Span(
        html.Span(count_text(value), className="digits"),
        className="figure",
        **marks(metric_id, ctx, as_of_at=None),
    )
    sign = html.I(className="swatch", style={"background": ctx.theme.risk_none})
    words = html.Span(f"{share:.1f}%", className="share digits")
    return html.Li([sign, html.Span(text, className="bar-name"), number, words], className="share-line")
