"""A score and what it is made of (得分构成): each part with its weight, its own value and what it adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.measure import figure, flag_text, only_row
from components.numbers import UNKNOWN, is_known, number_text
from components.panel import info_button
from components.tiles.base import Tile
from components.tiles.kpi_card import sample_text
from data.catalogue import catalogue, rule
from data.listing import Listing
from data.request import Request


@dataclass(frozen=True)
class Part:
    """One part of a score: what it is called, its weight (any unit), its value 0..100 (None: unknown), what is said of it."""

    name: str
    weight: float
    value: float | None
    note: str = ""
    metric: str = ""


@dataclass(frozen=True, kw_only=True)
class Parts(Tile):
    """A score over its parts, both metrics of 0 to 100.

    Attributes:
        metric: the score.
        parts: the metrics it is made of.
        weights: a dated rule whose value maps each part to its weight.
    """

    metric: str
    parts: tuple[str, ...]
    weights: str

    def metrics(self) -> tuple[str, ...]:
        """Returns the score and its parts."""
        return (self.metric, *self.parts)

    def requests(self, ctx: Context) -> Mapping[str, Request]:
        """Returns score and parts for the period."""
        return {name: Request(name, filters=ctx.filters) for name in self.metrics()}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the score, the bar it is made of, and the parts."""
        local = ctx.local(ctx.as_of_at)
        weights = rule(self.weights, local.date()) if local is not None else {}
        made = []
        for name in self.parts:
            row = only_row(answers[name])
            note = " · ".join(
                each for each in (ctx.t("kpi.sample", n=f"{row['n']:,.0f}"), flag_text(row, ctx)) if each
            )
            value = float(row["value"]) if is_known(row["value"]) else None
            label = ctx.pick(catalogue().metric(name).label)
            made.append(Part(label, float(weights.get(name, 0)), value, note, name))
        row = only_row(answers[self.metric])
        score = figure(self.metric, row, ctx=ctx, as_of_at=answers[self.metric].as_of_at)
        sample = html.Span(sample_text(self.metric, row=row, ctx=ctx), className="kpi-sample")
        return (draw_parts(made, ctx, head=[score, sample]),)


@dataclass(frozen=True, kw_only=True)
class ListedParts(Tile):
    """The parts of one thing's score, a row of a listing each: `part`, `weight`, `value`, and a note beside it.

    Attributes:
        listing: the listing; it is filtered like the page and should hold one thing's parts.
        part: column of the part's code.
        weight: column of its weight.
        value: column of its value, 0 to 100.
        note: column told beside it; empty for none.
    """

    listing: str
    part: str = "part_code"
    weight: str = "weight_pct"
    value: str = "value_score"
    note: str = ""

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns the parts."""
        return {"rows": Listing(self.listing, filters=ctx.filters)}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the bar and the parts."""
        rows = answers["rows"].to_dict("records")
        if not rows:
            return (html.P(ctx.t("common.no_data"), className="empty"),)
        made = [
            Part(
                ctx.label(self.part, row[self.part]),
                float(row[self.weight]) if is_known(row[self.weight]) else 0.0,
                float(row[self.value]) if is_known(row[self.value]) else None,
                str(row[self.note]) if self.note and is_known(row[self.note]) else "",
            )
            for row in rows
        ]
        return (draw_parts(made, ctx),)


def draw_parts(parts: list[Part], ctx: Context, *, head: list | None = None) -> html.Div:
    """Returns one bar of what each part adds to 100, and a line for each: weight, value, points.

    A part nobody knows adds nothing and is hatched as wide as it could have been; the points add up to the score only
    when every part is known.
    """
    whole = sum(part.weight for part in parts) or 1.0
    segments, lines = [], []
    for place, part in enumerate(parts):
        weight = part.weight / whole * 100
        points = None if part.value is None else part.value * weight / 100
        colour = ctx.theme.series[place % len(ctx.theme.series)]
        width = weight if points is None else points
        state = "segment is-unknown" if points is None else "segment"
        style = {"width": f"{width:.2f}%"} | ({} if points is None else {"background": colour})
        segments.append(
            html.I(className=state, style=style, title=f"{part.name} {number_text(points, '{:.1f}')}")
        )
        lines.append(_line(part, weight=weight, points=points, colour=colour, ctx=ctx))
    titles = [
        html.Span(ctx.t(f"tiles.{name}"), className=name)
        for name in ("part_name", "weight", "value", "points")
    ]
    return html.Div(
        [
            *([html.Div(head, className="parts-head")] if head else []),
            html.Div(segments, className="parts-bar"),
            html.Ul([html.Li(titles, className="part is-head"), *lines], className="parts-list"),
        ],
        className="parts",
    )


def _line(part: Part, *, weight: float, points: float | None, colour: str, ctx: Context) -> html.Li:
    width = max(0.0, min(100.0, part.value or 0.0))
    bar = html.Span(
        html.I(className="fill", style={"width": f"{width:.1f}%", "background": colour}), className="track"
    )
    name = [html.I(className="swatch", style={"background": colour}), html.Span(part.name)]
    if part.metric:
        name.append(info_button(part.metric, ctx=ctx))
    value = number_text(part.value, "{:.1f}") if part.value is not None else UNKNOWN
    return html.Li(
        [
            html.Span(name, className="part-name", title=part.note or part.name),
            html.Span(f"{weight:.0f}%", className="weight digits"),
            html.Span([bar, html.B(value, className="digits")], className="value"),
            html.Span(number_text(points, "{:.1f}"), className="points digits"),
            *([html.Small(part.note)] if part.note else []),
        ],
        className="part",
    )
