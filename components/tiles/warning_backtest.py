"""How the forecasts did (回测): coverage of both intervals by window and level, and the error beside last week's count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.numbers import count_text, number_text
from components.tiles.base import Tile
from data.interval import wilson
from data.listing import Listing

HEADS = ("what", "checked", "inside", "inner", "deviance", "naive", "bias")


@dataclass(frozen=True, kw_only=True)
class BacktestTable(Tile):
    """One line per window and level; the stated share stands in the heading, the interval of the share in the tooltip."""

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns the back-test."""
        return {"rows": Listing("forecast_backtest")}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the table and when it was made."""
        rows = answers["rows"]
        if rows.empty:
            return (html.P(ctx.t("warning.no_forecast"), className="empty"),)
        head = html.Thead(
            html.Tr(
                [
                    html.Th(ctx.t(f"backtest.{name}"), className="" if name == "what" else "right")
                    for name in HEADS
                ]
            )
        )
        body = html.Tbody([self._line(row, ctx) for row in rows.to_dict("records")])
        since, until = ctx.local(rows["window_from_at"].min()), ctx.local(rows["window_to_at"].max())
        note = ctx.t("backtest.how", since=f"{since:%Y-%m-%d}", until=f"{until:%Y-%m-%d}")
        return (
            [
                html.Div(html.Table([head, body], className="table"), className="scroll"),
                html.P(note, className="note"),
            ],
        )

    def _line(self, row: Mapping, ctx: Context) -> html.Tr:
        n = row["checked_count"]
        level = next(
            (ctx.pick(each.label) for each in ctx.town.file.levels if each.id == row["level_code"]),
            row["level_code"],
        )
        kind = ctx.t("backtest.kinds" if row["is_by_category"] else "backtest.whole")
        name = f"{ctx.t('window.' + row['window_code'])} · {level} · {kind}"
        cells = [
            html.Td(name),
            html.Td(count_text(n), className="right digits"),
            _share(row["inside_count"], n, ctx),
            _share(row["inner_inside_count"], n, ctx),
            html.Td(number_text(row["model_score"] / n, "{:.2f}"), className="right digits"),
            html.Td(number_text(row["naive_score"] / n, "{:.2f}"), className="right digits"),
            html.Td(
                number_text(100 * row["observed_count"] / row["expected_count"], "{:.1f}%"),
                className="right digits",
            ),
        ]
        return html.Tr(cells)


def _share(hits: int, n: int, ctx: Context) -> html.Td:
    low, high = (number_text(100 * each, "{:.1f}%") for each in wilson(hits, n))
    return html.Td(
        number_text(100 * hits / n, "{:.1f}%"),
        className="right digits",
        title=ctx.t("backtest.interval", low=low, high=high),
    )
