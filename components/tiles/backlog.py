"""Open cases by age (积压): how long they wait, and how many of them are past their deadline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.numbers import count_text
from components.tiles.base import Tile
from data.catalogue import catalogue
from data.request import Request

APART = ("none", "paused")  # no clock runs, or it is stopped


@dataclass(frozen=True, kw_only=True)
class Backlog(Tile):
    """One bar per age band, overdue cases set off.

    Attributes:
        metric: the count of open cases.
        by: the dimension of the bands: their keys are its stem and a number.
        bands: the rule that holds their upper edges, in minutes.
    """

    metric: str
    by: str = "age_code"
    bands: str = "backlog.age_bands"

    def requests(self, ctx: Context) -> Mapping[str, Request]:
        """Returns the open cases by age band and whether they are overdue."""
        return {
            "bands": Request(self.metric, by=(self.by, "is_overdue"), filters=ctx.filters.during(None, None))
        }

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the bars, youngest first."""
        frame = answers["bands"].frame
        local = ctx.local(ctx.as_of_at)
        if frame.empty or local is None:
            return (html.P(ctx.t("common.no_data"), className="empty"),)
        edges = catalogue().rule(self.bands, local.date())
        rows = frame.to_dict("records")
        counts = {(row[self.by], bool(row["is_overdue"])): float(row["value"] or 0) for row in rows}
        kind, met = self.by.removesuffix("_code"), {code for code, _ in counts}
        apart = [each for each in APART if f"{kind}_{each}" in met]
        codes = [f"{kind}_{index}" for index in [*range(len(edges) + 1), *apart]]
        pairs = [(counts.get((code, True), 0.0), counts.get((code, False), 0.0)) for code in codes]
        largest = max(sum(pair) for pair in pairs) or 1.0
        names = _names(self.bands, apart, ctx)
        bars = [
            self._bar(name, pair, largest=largest, ctx=ctx) for name, pair in zip(names, pairs, strict=True)
        ]
        key = html.Div(
            [
                html.I(className="key fill-late"),
                ctx.t("backlog.overdue"),
                html.I(className="key fill-open"),
                ctx.t("backlog.in_time"),
            ],
            className="keys",
        )
        return ([html.Ol(bars, className="bars backlog"), key],)

    def _bar(self, name: str, pair: tuple[float, float], *, largest: float, ctx: Context):
        late, open_ = pair
        parts = [
            html.I(className="fill fill-late", style={"width": f"{late / largest * 100:.2f}%"}),
            html.I(
                className="fill fill-open",
                style={"left": f"{late / largest * 100:.2f}%", "width": f"{open_ / largest * 100:.2f}%"},
            ),
        ]
        return html.Li(
            [
                html.Span(name, className="bar-name"),
                html.Span(parts, className="track"),
                html.Span(count_text(late + open_), className="bar-value digits"),
            ],
            className="bar is-still",
            title=ctx.t("backlog.explain", late=count_text(late), total=count_text(late + open_)),
        )


def _names(bands: str, apart: list[str], ctx: Context) -> list[str]:
    rule = catalogue().rules[bands]
    is_calendar = rule.clock == "calendar"  # days of another clock are no days of 24 hours
    edges = [_edge(each, ctx, has_days=is_calendar) for each in rule.on(ctx.local(ctx.as_of_at).date())]
    names = [ctx.t("backlog.up_to", edge=edge) for edge in edges]
    return [*names, ctx.t("backlog.over", edge=edges[-1]), *(ctx.t(f"backlog.{each}") for each in apart)]


def _edge(minutes: float, ctx: Context, *, has_days: bool) -> str:
    """An edge is set, not measured: it needs no decimals."""
    if minutes <= 24 * 60 or not has_days:
        return ctx.t("common.hours", value=f"{minutes / 60:g}")
    return ctx.t("common.days", value=f"{minutes / 1440:g}")
