"""What is to be expected (预计): a line with its 80 % and 95 % bands, after what came; hour by hour or day by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

import pandas as pd

from components.context import Context
from components.figure import base_layout, blank_figure
from components.numbers import count_text
from components.parts import chart
from components.tiles.base import Tile
from data.listing import Listing
from data.period import local_date, midnight
from data.request import Filters, Request

SEEN = "incident_count"
HOURS_BACK, DAYS_BACK = 24, 14
BANDS = (("low_count", "high_count", 0.16), ("inner_low_count", "inner_high_count", 0.24))


def series_of(filters: Filters) -> str:
    """Returns the series of forecasts that the page's filters ask for."""
    if filters.category_code:
        return f"category:{filters.category_code}"
    return f"domain:{filters.domain_code}" if filters.domain_code else "all"


def asked(listing: str, ctx: Context) -> Listing:
    """Returns the listing of forecasts for the page's area and kind of incident."""
    return Listing(
        listing,
        filters=Filters(area_id=ctx.filters.area_id, picked=(("series_key", series_of(ctx.filters)),)),
    )


@dataclass(frozen=True, kw_only=True)
class ForecastChart(Tile):
    """Expected incidents of the next 24 hours (`forecast_next`) or seven days (`forecast_days`), and those that came before.

    Forecasts know area, domain and category; other filters do not narrow them, nor what is drawn beside them.
    """

    listing: str = "forecast_next"

    props: ClassVar = (("chart", "figure"),)

    @property
    def is_hourly(self) -> bool:
        """Whether it is drawn hour by hour."""
        return self.listing == "forecast_next"

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns the forecast, and the counts before."""
        if ctx.as_of_at is None:
            return {}
        kept = {name: getattr(ctx.filters, name) for name in ("area_id", "domain_code", "category_code")}
        since = midnight(local_date(ctx.as_of_at, ctx.town.zone) - timedelta(days=DAYS_BACK), ctx.town.zone)
        if self.is_hourly:
            since = ctx.as_of_at.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS_BACK)
        filters = replace(Filters(), **kept).during(since, None)
        by = ("date", "hour") if self.is_hourly else ("date",)
        return {"ahead": asked(self.listing, ctx), "seen": Request(SEEN, by=by, filters=filters)}

    def frame(self, uid: str):
        """Returns the chart."""
        return chart(f"{uid}-chart")

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the figure."""
        ahead = answers.get("ahead")
        if ahead is None or ahead.empty:
            word = (
                "warning.no_hours" if self.is_hourly and ctx.filters.category_code else "warning.no_forecast"
            )
            return (blank_figure(ctx, ctx.t(word)),)
        made = self._made(ahead, answers["seen"].frame, ctx)
        ahead = _together(ahead)
        times = [self._time(each, ctx) for each in ahead["window_from_at"]]
        traces = [_seen(*self._seen(answers["seen"].frame, ctx), ctx=ctx)]
        if "low_count" in ahead:
            traces += [_band(times, ahead, names, ctx=ctx) for names in BANDS]
        traces.append(_line(times, ahead, ctx=ctx))
        return ({"data": traces, "layout": self._layout(made, ctx)},)

    def _made(self, ahead: pd.DataFrame, seen: pd.DataFrame, ctx: Context) -> str:
        """Returns when the forecast was made, and how many of the running day it had heard of."""
        at = ctx.local(ahead["forecast_at"].max())
        told = f"{at:%m-%d %H:%M}"
        if not self.is_hourly or at.hour == 0:
            return ctx.t("warning.made_midnight", at=told)
        is_heard = (seen["date"].astype(str).str[:10] == f"{at:%Y-%m-%d}") & (
            seen["hour"].astype(float) < at.hour
        )
        return ctx.t("warning.made", at=told, count=count_text(seen.loc[is_heard, "value"].fillna(0).sum()))

    def _time(self, instant, ctx: Context) -> str:
        return f"{ctx.local(instant):%Y-%m-%d %H:%M}" if self.is_hourly else f"{ctx.local(instant):%Y-%m-%d}"

    def _seen(self, frame: pd.DataFrame, ctx: Context) -> tuple[list[str], list[float]]:
        """Returns times and counts; an hour or day that is not over yet is left out, one without cases is 0."""
        now = ctx.local(ctx.as_of_at)
        counts = {
            f"{str(row.date)[:10]} {int(row.hour):02d}:00" if self.is_hourly else str(row.date)[:10]: float(
                row.value
            )
            for row in frame[frame["value"].notna()].itertuples()
        }
        if self.is_hourly:
            start = now.replace(minute=0, second=0, microsecond=0)
            times = [f"{start - timedelta(hours=back):%Y-%m-%d %H:%M}" for back in range(HOURS_BACK, 0, -1)]
        else:
            times = [f"{now.date() - timedelta(days=back):%Y-%m-%d}" for back in range(DAYS_BACK, 0, -1)]
        return times, [counts.get(each, 0.0) for each in times]

    def _layout(self, made: str, ctx: Context) -> dict:
        ticks = "%H:%M" if self.is_hourly else "%m-%d"
        return base_layout(
            ctx,
            xaxis={
                "type": "date",
                "tickformat": ticks,
                "hoverformat": "%m-%d %H:%M" if self.is_hourly else "%m-%d",
                "nticks": 10,
                "title": {
                    "text": made,
                    "standoff": 4,
                    "font": {"color": ctx.theme.quiet, "size": 12 * ctx.view.scale},
                },
                "automargin": True,
            },
            showlegend=True,
            legend={"y": 1.0, "yanchor": "bottom"},
            margin={"t": 26 * ctx.view.scale},
            bargap=0.3,
        )


def _together(ahead: pd.DataFrame) -> pd.DataFrame:
    """Returns one row per time: several areas of one visitor add up, their intervals do not and are left out."""
    if not ahead["window_from_at"].duplicated().any():
        return ahead
    return ahead.groupby("window_from_at", as_index=False)["expected_count"].sum()


def _seen(times: list[str], counts: list[float], *, ctx: Context) -> dict:
    return {
        "type": "bar", "x": times, "y": counts, "name": ctx.t("warning.seen"),
        "marker": {"color": ctx.theme.series[1], "opacity": 0.85},
        "hovertemplate": "%{y:,.0f}",
    }  # fmt: skip


def _band(times: list[str], ahead: pd.DataFrame, names: tuple, *, ctx: Context) -> dict:
    low, high, strength = names
    return {
        "type": "scatter", "mode": "lines", "x": times + times[::-1],
        "y": [*ahead[high].astype(float), *ahead[low].astype(float)[::-1]],
        "fill": "toself", "fillcolor": _faint(ctx.theme.accent, strength), "line": {"width": 0, "shape": "hvh"},
        "hoverinfo": "skip",
        "name": ctx.t(f"warning.band_{'outer' if low == 'low_count' else 'inner'}"),
    }  # fmt: skip


def _line(times: list[str], ahead: pd.DataFrame, *, ctx: Context) -> dict:
    told = "%{y:,.1f}"
    custom = None
    if "low_count" in ahead:
        told = ctx.t("warning.hover")
        custom = ahead[["low_count", "high_count"]].astype(float).to_numpy().tolist()
    return {
        "type": "scatter", "mode": "lines+markers", "x": times, "y": [float(each) for each in ahead["expected_count"]],
        "customdata": custom, "name": ctx.t("warning.expected"), "hovertemplate": told,
        "line": {"color": ctx.theme.accent, "width": 2 * ctx.view.scale}, "marker": {"size": 5 * ctx.view.scale},
    }  # fmt: skip


def _faint(colour: str, strength: float) -> str:
    """Returns #rrggbb with an opacity."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{strength})"
