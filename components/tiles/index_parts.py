"""An index of weighted z-scores (指数构成): the number with its coverage and bounds, its way, and every part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.measure import figure, only_row
from components.numbers import UNKNOWN, is_known, number_text
from components.tiles.base import Tile
from components.tiles.kpi_card import sample_text
from components.trace import trace
from data.catalogue import catalogue, rule
from data.listing import Listing
from data.request import Request

COVERAGE = "environment_coverage_pct"
REACH = 3.0  # z-scores the bars have room for
POINTS_PER_Z = 10.0
MONTHS = 24


@dataclass(frozen=True, kw_only=True)
class IndexParts(Tile):
    """Each part with its value against the base, its z-score, weight and points; one nobody published is grey."""

    metric: str

    def metrics(self) -> tuple[str, ...]:
        """Returns the index and its coverage."""
        return (self.metric, COVERAGE)

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns the index, its coverage, and the parts of every month."""
        asks: dict[str, object] = {name: Request(name, filters=ctx.filters) for name in self.metrics()}
        return asks | {"months": Listing("env_months")}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the head and the parts of the newest month."""
        months = answers["months"]
        if months.empty or ctx.as_of_at is None:
            return (html.P(ctx.t("common.no_data"), className="empty"),)
        newest = months[months["month_id"] == months["month_id"].max()]
        head = self._head(answers, months, ctx)
        titles = ("indicator", "value", "z", "weight", "points")
        heading = html.Li(
            [html.Span(ctx.t(f"economy.part_{name}"), className=name) for name in titles],
            className="index-part is-head",
        )
        lines = [_part(row, ctx) for row in newest.itertuples()]
        return (html.Div([head, html.Ul([heading, *lines], className="index-parts")]),)

    def _head(self, answers: Mapping[str, object], months, ctx: Context) -> html.Div:
        answer, metric = answers[self.metric], catalogue().metric(self.metric)
        row, coverage = only_row(answer), only_row(answers[COVERAGE])
        told = [html.Span(ctx.t("economy.index_month", month=months["month_id"].max()))]
        told += sample_text(self.metric, row=row, ctx=ctx)
        told.append(html.Span(ctx.t("economy.coverage", share=number_text(coverage["value"], "{:.0f}%"))))
        least = rule("economy.env_coverage", ctx.local(ctx.as_of_at).date())
        line = trace(_way(months, least), colour=ctx.theme.accent, label=ctx.t("economy.index_way"))
        number = html.Span(
            [
                figure(self.metric, row, ctx=ctx, as_of_at=answer.as_of_at),
                html.Span(ctx.pick(metric.unit), className="unit"),
            ],
            className="index-number",
        )
        return html.Div(
            [html.Div([number, line], className="kpi-row"), html.Div(told, className="kpi-sample")],
            className="index-head",
        )


def _way(months, least: float) -> list[float | None]:
    """The index month by month, as its definition has it; below the least coverage there is none."""
    known = months[months["is_known"].fillna(False).astype(bool)]
    points = (known["weight_pct"] * known["z_score"] / POINTS_PER_Z).groupby(known["month_id"]).sum()
    covered = known.groupby("month_id")["weight_pct"].sum()
    ids = sorted(months["month_id"].unique())[-MONTHS:]
    return [100 + points[each] if covered.get(each, 0) >= least else None for each in ids]


def _part(row, ctx: Context) -> html.Li:
    is_known_part = bool(is_known(row.is_known) and row.is_known)
    name = ctx.label("indicator_code", row.indicator_code)
    unit = ctx.t(f"indicator_unit.{row.indicator_code}")
    arrow = "↑" if row.direction > 0 else "↓"
    values = ctx.t(
        "economy.part_values",
        value=number_text(row.indicator_value, "{:,.2f}"),
        base=number_text(row.base_value, "{:,.2f}"),
    )
    points = row.weight_pct * row.z_score / POINTS_PER_Z if is_known_part else None
    note = (
        row.publisher_name
        if is_known_part
        else ctx.maybe(f"excluded.{row.excluded_code}", ctx.t("economy.unpublished"))
    )
    cells = [
        html.Span(
            [name, html.Small(f" {unit} {arrow}")],
            className="indicator",
            title=ctx.t("economy.better", arrow=arrow),
        ),
        html.Span(values if is_known_part else UNKNOWN, className="value digits"),
        _bar(float(row.z_score) if is_known_part else None),
        html.Span(f"{row.weight_pct:.0f}%", className="weight digits"),
        html.Span(number_text(points, "{:+.2f}"), className="points digits"),
    ]
    return html.Li(
        cells, className="index-part" + ("" if is_known_part else " is-unknown"), title=str(note or "")
    )


def _bar(z: float | None) -> html.Span:
    """A bar to the right of the middle is better than the base, to the left worse; unknown is hatched."""
    if z is None:
        return html.Span(html.I(className="z-unknown"), className="z")
    wide = min(abs(z), REACH) / REACH * 50
    left = 50 if z >= 0 else 50 - wide
    style = {"left": f"{left:.1f}%", "width": f"{wide:.1f}%"}
    return html.Span(
        [
            html.I(className="z-fill" + ("" if z >= 0 else " is-worse"), style=style),
            html.B(f"{z:+.1f}", className="digits"),
        ],
        className="z",
    )
