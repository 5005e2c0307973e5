"""A way in stages (环节漏斗): each a count, its share of the first and of the one before, the time between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.measure import figure, only_row, tip_text, written_value
from components.numbers import count_text, interval_text, is_known, number_text
from components.panel import info_button
from components.tiles.base import Tile
from components.ways import rows_link
from data.catalogue import catalogue, rule
from data.interval import wilson
from data.request import Request

SHARE = "{:.1f}%"


@dataclass(frozen=True, kw_only=True)
class Stages(Tile):
    """Counts one after the other, as a flow from left to right (from top to bottom where it is narrow).

    Attributes:
        shown: the stages, counts of the same things unless `is_same` says otherwise.
        times: metrics told between the stages, one for each step; an empty name tells none.
        is_same: whether each stage counts some of the one before; shares are then proportions with an interval.
    """

    shown: tuple[str, ...]
    times: tuple[str, ...] = ()
    is_same: bool = True

    def metrics(self) -> tuple[str, ...]:
        """Returns the stages and the times between them."""
        return (*self.shown, *(name for name in self.times if name))

    def requests(self, ctx: Context) -> Mapping[str, Request]:
        """Returns every stage and time for the period."""
        return {name: Request(name, filters=ctx.filters) for name in self.metrics()}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the stages with what lies between them."""
        rows = {name: only_row(answers[name]) for name in self.metrics()}
        if not any(is_known(rows[name]["value"]) and rows[name]["value"] for name in self.shown):
            return (html.P(ctx.t("common.no_data"), className="empty"),)
        items = []
        for place, name in enumerate(self.shown):
            if place:
                items.append(self._between(place, rows, ctx))
            first = rows[self.shown[0]]["value"]
            item = _stage(name, rows[name], first=first, as_of_at=answers[name].as_of_at, ctx=ctx)
            item.children[-1].hidden = not place  # of itself it is always the whole
            items.append(item)
        return (html.Ol(items, className="stages"),)

    def _between(self, place: int, rows: Mapping[str, Mapping], ctx: Context):
        """The share that came through, and how long that took."""
        before, now = (rows[self.shown[index]]["value"] for index in (place - 1, place))
        share, tip, is_thin = _share(now, before, is_same=self.is_same, ctx=ctx)
        time = self.times[place - 1] if place <= len(self.times) else ""
        told = [html.B(share, className="digits", title=tip)]
        if is_thin:
            told.append(html.Small(ctx.t("flag.small_sample")))
        if time:
            text, unit = written_value(time, rows[time], ctx)
            label = ctx.pick(catalogue().metric(time).label)
            words = html.A(
                [html.Span(text, className="digits"), html.Span(unit)],
                **rows_link(time, ctx),
                title=tip_text(time, rows[time], ctx),
                **{"data-kpi": time, "data-generation": str(ctx.generation)},
            )
            told.append(html.Small([f"{label} ", words]))
        return html.Li(told, className="between" + (" is-thin" if is_thin else ""))


def _stage(name: str, row: Mapping, *, first: object, as_of_at, ctx: Context):
    metric = catalogue().metric(name)
    share = _ratio(row["value"], first)
    width = 0.0 if share is None else max(0.0, min(100.0, share))
    bar = html.Span(html.I(className="fill", style={"width": f"{width:.1f}%"}), className="track")
    of_first = "" if share is None else ctx.t("tiles.of_first", share=SHARE.format(share))
    head = [html.Span(ctx.pick(metric.label)), info_button(name, ctx=ctx)]
    number = [
        figure(name, row, ctx=ctx, as_of_at=as_of_at),
        html.Span(ctx.pick(metric.unit), className="unit"),
    ]
    return html.Li(
        [
            html.Span(head, className="stage-name", title=ctx.pick(metric.meaning)),
            html.Span(number, className="stage-number"),
            bar,
            html.Span(of_first, className="stage-share"),
        ],
        className="stage",
    )


def _ratio(value: object, base: object) -> float | None:
    return 100 * float(value) / float(base) if is_known(value) and is_known(base) and base else None


def _share(value: object, base: object, *, is_same: bool, ctx: Context) -> tuple[str, str, bool]:
    """Returns the share of the stage before, how sure it is, and whether that stage was too small to say."""
    share = _ratio(value, base)
    text = number_text(share, SHARE)
    if share is None:
        return text, "", False
    tip = ctx.t("kpi.sample", n=count_text(base))
    if is_same and share <= 100:
        low, high = (100 * each for each in wilson(float(value), float(base)))
        tip += " · " + ctx.t("kpi.interval", interval=interval_text(low, high, SHARE))
    local = ctx.local(ctx.as_of_at)
    return text, tip, local is not None and base < rule("reporting.min_n", local.date())
