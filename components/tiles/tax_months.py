"""Tax by month (月度税收): twelve months against the same months a year before; the running month is marked and not compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from components.context import Context
from components.figure import base_layout, blank_figure
from components.numbers import is_known, number_text
from components.parts import chart
from components.tiles.base import Tile
from data.catalogue import catalogue
from data.period import local_date, midnight
from data.request import Request

MONTHS = 13  # twelve whole ones and the one that is running


@dataclass(frozen=True, kw_only=True)
class TaxMonths(Tile):
    """An amount by month of the last year and the year before, whatever period is chosen."""

    metric: str

    props: ClassVar = (("chart", "figure"),)

    def requests(self, ctx: Context) -> Mapping[str, Request]:
        """Returns the amount by month over two years."""
        if ctx.as_of_at is None:
            return {}
        first = _months(local_date(ctx.as_of_at, ctx.town.zone), back=MONTHS + 11)
        since_at = midnight(date(*first, 1), ctx.town.zone)
        filters = ctx.filters.during(since_at, None)
        return {"months": Request(self.metric, by=("month",), filters=filters)}

    def frame(self, uid: str):
        """Returns the chart."""
        return chart(f"{uid}-chart")

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the figure."""
        answer = answers.get("months")
        if answer is None or answer.frame["value"].isna().all():
            return (blank_figure(ctx, ctx.t("common.no_data")),)
        values = dict(zip(answer.frame["month"], answer.frame["value"], strict=True))
        today = local_date(answer.as_of_at, ctx.town.zone)
        months = [_months(today, back=back) for back in range(MONTHS - 1, -1, -1)]
        now = [values.get(_text(month)) for month in months]
        before = [values.get(_text((year - 1, month))) for year, month in months]
        # The running month stands beside no other: the month a year ago was whole.
        before[-1] = None
        layout = base_layout(ctx, showlegend=True, barmode="overlay", xaxis={"type": "category"})
        layout["legend"] |= {"x": 0, "xanchor": "left"}
        layout["margin"] |= {"t": 28 * ctx.view.scale}
        return (
            {
                "data": self._traces([_text(month) for month in months], now, before, ctx=ctx),
                "layout": layout,
            },
        )

    def _traces(self, names: list[str], now: list, before: list, *, ctx: Context) -> list[dict]:
        unit = ctx.pick(catalogue().metric(self.metric).unit)
        hover = f"%{{y:,.0f}} {unit}"
        running = [None] * (len(names) - 1) + now[-1:]
        bars = {"type": "bar", "x": names, "hovertemplate": hover}
        line = {"color": ctx.theme.accent, "width": 2.4 * ctx.view.scale}
        pattern = {
            "shape": "/",
            "fgcolor": ctx.theme.series[1],
            "bgcolor": ctx.theme.panel,
            "size": 7 * ctx.view.scale,
            "solidity": 0.3,
        }
        told = number_text(now[-1], "{:,.0f}") if is_known(now[-1]) else ""
        return [
            bars
            | {
                "y": [*now[:-1], None],
                "name": ctx.t("economy.this_year"),
                "marker": {"color": ctx.theme.series[0]},
            },
            bars
            | {
                "y": running,
                "name": ctx.t("economy.running_month"),
                "marker": {"color": ctx.theme.series[2], "pattern": pattern},
                "text": [None] * (len(names) - 1) + [told],
                "textposition": "outside",
            },
            {
                "type": "scatter",
                "mode": "markers",
                "x": names,
                "y": before,
                "name": ctx.t("economy.year_before"),
                "marker": {"symbol": "line-ew", "size": 20 * ctx.view.scale, "line": line},
                "hovertemplate": hover,
            },
        ]


def _months(day: date, *, back: int) -> tuple[int, int]:
    number = day.year * 12 + day.month - 1 - back
    return number // 12, number % 12 + 1


def _text(month: tuple[int, int]) -> str:
    return f"{month[0]}-{month[1]:02d}"
