"""A headline number (指标卡): value, limit or target, n, interval, and its way over the last days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd
from dash import html

from components.context import Context
from components.numbers import UNKNOWN, count_text, duration_text, interval_text, is_known, number_text
from components.panel import instant_text
from components.tiles.base import Tile
from components.trace import trace
from components.ways import rows_link
from data.catalogue import catalogue
from data.request import Request

TRACE_HOURS = 24
LONG_MINUTES = 90  # every percentile is a duration in minutes; above this hours read better


@dataclass(frozen=True, kw_only=True)
class KpiCard(Tile):
    """One metric, large, under its own name.

    Attributes:
        has_trace: whether the last 24 hours stand beside it, hour by hour (clocks: by the hour the limit ran out).
        rival: another reading of the same promise, shown instead once `coverage` reaches its target (decision 0001).
        coverage: the metric that says on what share of cases the rival can be told.
    """

    metric: str
    has_trace: bool = True
    rival: str = ""
    coverage: str = ""

    def heading(self, ctx: Context) -> str:
        """Returns the metric's name: a headline must say which reading it is."""
        return ctx.pick(catalogue().metric(self.metric).label)

    def requests(self, ctx: Context) -> Mapping[str, Request]:
        """Returns the number for the period, and the line behind it."""
        asks = {"now": Request(self.metric, filters=ctx.filters)}
        if self.rival:
            asks |= {
                name: Request(getattr(self, name), filters=ctx.filters) for name in ("rival", "coverage")
            }
        if self.has_trace and ctx.as_of_at:
            local = ctx.local(ctx.as_of_at)
            begun = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
            since_at = ctx.as_of_at - begun - timedelta(hours=TRACE_HOURS)
            asks["trace"] = Request(
                self.metric, by=("date", "hour"), filters=ctx.filters.during(since_at, None)
            )
        return asks

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the card."""
        is_rival = self._is_rival_told(answers, ctx)
        metric = catalogue().metric(self.rival if is_rival else self.metric)
        row = answers["rival" if is_rival else "now"].frame.iloc[0]
        hours = _hourly(answers["trace"].frame, ctx) if "trace" in answers and not is_rival else []
        told = [*_verdict(metric, row, ctx), *sample_text(metric.id, row=row, ctx=ctx)]
        if is_rival:
            told.insert(0, html.Span(ctx.pick(metric.label)))
        if any(map(is_known, hours)):
            told.append(html.Span(ctx.t("kpi.trace"), className="trace-label", title=ctx.t("kpi.trace_note")))
        line = trace(hours, colour=ctx.theme.accent, label=ctx.t("kpi.trace"))
        lines = [
            html.Div([number(metric.id, row=row, ctx=ctx), line], className="kpi-row"),
            html.Div(told, className="kpi-sample"),
        ]
        return (lines,)

    def _is_rival_told(self, answers: Mapping[str, object], ctx: Context) -> bool:
        """Whether the rival reading is known for enough cases to be the headline."""
        if not self.rival or ctx.as_of_at is None:
            return False
        share = answers["coverage"].frame.iloc[0]["value"]
        needed = catalogue().rule(
            catalogue().metric(self.coverage).target.rule, ctx.local(ctx.as_of_at).date()
        )
        return is_known(share) and share >= needed


def _hourly(frame: pd.DataFrame, ctx: Context) -> list[object]:
    """Returns the value of each of the last 24 whole hours; null: nothing fell due in it. The running hour is thin."""
    values = {
        (str(day)[:10], int(hour)): value
        for day, hour, value in frame[["date", "hour", "value"]].itertuples(index=False)
    }
    hours = (ctx.local(ctx.as_of_at - timedelta(hours=back)) for back in range(TRACE_HOURS, 0, -1))
    return [values.get((f"{each:%Y-%m-%d}", each.hour)) for each in hours]


def number(metric_id: str, *, row, ctx: Context, side: str | None = None):
    """Returns a metric's value with its unit as a link to the rows behind it."""
    metric = catalogue().metric(metric_id)
    is_thin = row["flag"] == "small_sample"
    is_beyond = row["flag"] == "beyond"
    text, unit = value_text(row["lower"] if is_beyond else row["value"], metric, ctx=ctx)
    text = f"> {text}" if is_beyond and text != UNKNOWN else text
    return html.A(
        [
            html.Span(text, className="digits", **{"data-number": f"{metric_id}{side or ''}"}),
            html.Span(unit, className="unit"),
        ],
        **rows_link(metric_id, ctx, side=side),
        className="number" + (" is-thin" if is_thin else "") + ("" if text != UNKNOWN else " is-unknown"),
        title=ctx.t("common.to_rows"),
        **{
            "data-kpi": metric_id,
            "data-value-at": instant_text(ctx.as_of_at),
            "data-asof": instant_text(ctx.as_of_at),
            "data-generation": str(ctx.generation),
        },
    )


def value_text(value: object, metric, *, ctx: Context) -> tuple[str, str]:
    """Returns a value and its unit; long durations in hours or days, unknown as a dash without unit."""
    if not is_known(value):
        return UNKNOWN, ""
    if metric.kind == "percentile" and abs(value) >= LONG_MINUTES:
        text, _, unit = duration_text(value, ctx).rpartition(" ")
        return text, unit
    return number_text(value, metric.format), ctx.pick(metric.unit)


def range_text(low: object, high: object, metric, *, ctx: Context) -> str:
    """Returns an interval as its value is written: of long durations in hours or days, else as `interval_text`."""
    if metric.kind == "percentile" and is_known(low) and is_known(high) and abs(high) >= LONG_MINUTES:
        return f"{duration_text(low, ctx)}–{duration_text(high, ctx)}"
    return interval_text(low, high, metric.format)


def sample_text(metric_id: str, *, row, ctx: Context) -> list[str]:
    """Returns n, interval or bounds in words; says so when the sample is too small to compare."""
    metric = catalogue().metric(metric_id)
    if row["flag"] in ("no_data", "outside", "unjoined", "suppressed"):
        return [ctx.t(f"flag.{row['flag']}")]
    parts = [ctx.t("kpi.sample", n=count_text(row["n"]))]
    interval = range_text(row["low"], row["high"], metric, ctx=ctx)
    if interval:
        parts.append(ctx.t("kpi.interval", interval=interval))
    is_past = row["flag"] == "beyond"
    bounds = "" if is_past else range_text(row.get("lower"), row.get("upper"), metric, ctx=ctx)
    if bounds:
        parts.append(ctx.t("kpi.bounds", interval=bounds))
    if row["flag"] == "small_sample":
        parts.append(ctx.t("common.small_sample"))
    return [html.Span(part) for part in parts]


def _verdict(metric, row, ctx: Context) -> list:
    """Against the target where one is set; else the limit the number is about."""
    local = ctx.local(ctx.as_of_at)
    if local is None:
        return []
    if metric.target:
        target = catalogue().rule(metric.target.rule, local.date())
        is_met = is_known(row["value"]) and (
            row["value"] >= target if metric.direction == "higher_is_better" else row["value"] <= target
        )
        word = ctx.t("kpi.met" if is_met else "kpi.missed", target=number_text(target, metric.format))
        return [html.Span(word, className="kpi-goal" + ("" if is_met else " is-missed"))]
    if metric.limit:
        minutes = catalogue().rule(metric.limit.rule, local.date())
        text = (
            ctx.t("kpi.limit_hours", value=f"{minutes / 60:g}")
            if minutes >= 120
            else ctx.t("kpi.limit", value=minutes)
        )
        return [html.Span(text, className="kpi-goal")]
    return []
