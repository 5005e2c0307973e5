"""Today hour by hour (今日走势): bars are counts, the line is the mean of the same weekday."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from components.context import Context
from components.figure import base_layout, blank_figure
from components.parts import chart
from components.tiles.base import Tile
from data.request import Request

USUAL_WEEKS = 8
HOURS = tuple(range(24))


@dataclass(frozen=True, kw_only=True)
class Timeline(Tile):
    """A count per local hour of the as-of day, and the mean of the last eight same weekdays."""

    metric: str

    props: ClassVar = (("chart", "figure"),)

    def requests(self, ctx: Context) -> Mapping[str, Request]:
        """Returns the counts by date and hour, today and the weeks before it, in one request."""
        today = ctx.today()
        if today.since_at is None:
            return {}
        since_at = today.since_at - timedelta(days=7 * USUAL_WEEKS)
        return {
            "hours": Request(self.metric, by=("date", "hour"), filters=ctx.filters.during(since_at, None))
        }

    def frame(self, uid: str):
        """Returns the chart."""
        return chart(f"{uid}-chart")

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the figure."""
        now = ctx.local(ctx.as_of_at)
        if now is None:
            return (blank_figure(ctx, ctx.t("common.no_data")),)
        days = _by_day(answers["hours"])
        today = days.get(now.date(), {})
        usual, weeks = _mean_day(days, now.date())
        if not today and not weeks:
            return (blank_figure(ctx, ctx.t("common.no_data")),)
        counts = [today.get(hour, 0) if hour <= now.hour else None for hour in HOURS]
        traces = [_bars(counts, now.hour, ctx=ctx), *([_line(usual, weeks, ctx=ctx)] if weeks else [])]
        return ({"data": traces, "layout": self._layout(now.hour, ctx)},)

    def _layout(self, hour: int, ctx: Context) -> dict:
        ticks = [each for each in HOURS if each % 3 == 0]
        return base_layout(
            ctx,
            xaxis={
                "tickvals": ticks,
                "ticktext": [f"{each:02d}:00" for each in ticks],
                "range": [-0.6, 23.6],
            },
            showlegend=True,
            legend={"y": 1.0, "yanchor": "bottom"},
            margin={"t": 26 * ctx.view.scale},
            shapes=[
                {
                    "type": "line",
                    "x0": hour + 0.5,
                    "x1": hour + 0.5,
                    "y0": 0,
                    "y1": 1,
                    "yref": "paper",
                    "line": {"color": ctx.theme.quiet, "width": 1, "dash": "dot"},
                }
            ],
        )


def _bars(counts, hour: int, *, ctx: Context) -> dict:
    """The hour that is still running is quieter: it is not complete."""
    return {
        "type": "bar",
        "x": list(HOURS),
        "y": counts,
        "name": ctx.t("timeline.today"),
        "marker": {
            "color": [ctx.theme.accent if each < hour else ctx.theme.series[1] for each in HOURS],
            "opacity": 0.85,
        },
        "hovertemplate": "%{y:,.0f}",
    }


def _line(usual: list[float], weeks: int, *, ctx: Context) -> dict:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(HOURS),
        "y": usual,
        "name": ctx.t("timeline.usual", weeks=weeks),
        "line": {"color": ctx.theme.text, "width": 2 * ctx.view.scale, "dash": "dot", "shape": "hvh"},
        "hovertemplate": "%{y:,.1f}",
    }


def _mean_day(days: dict[date, dict[int, float]], today: date) -> tuple[list[float], int]:
    """Returns the mean per hour of the same weekdays that have data, and how many those are."""
    back = [today - timedelta(days=7 * week) for week in range(1, USUAL_WEEKS + 1)]
    weeks = [days[day] for day in back if day in days]
    total = max(1, len(weeks))
    return [sum(week.get(hour, 0) for week in weeks) / total for hour in HOURS], len(weeks)


def _by_day(answer) -> dict[date, dict[int, float]]:
    days: dict[date, dict[int, float]] = {}
    frame = answer.frame[answer.frame["value"].notna()]
    for day, hour, value in zip(frame["date"], frame["hour"], frame["value"], strict=True):
        days.setdefault(date.fromisoformat(str(day)[:10]), {})[int(hour)] = float(value)
    return days
