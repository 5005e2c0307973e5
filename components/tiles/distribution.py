"""How long things take (环节时长): median, P90, P95 of each segment, open cases included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.numbers import UNKNOWN, count_text, duration_text, is_known
from components.panel import info_button
from components.tiles.base import Tile
from data.catalogue import catalogue
from data.request import Request

SHARES = (50, 90, 95)
LEFT = "transferred_out_count"


@dataclass(frozen=True, kw_only=True)
class Distribution(Tile):
    """One row per segment; `segments` are metric names without their percentile."""

    segments: tuple[str, ...]

    def metrics(self) -> tuple[str, ...]:
        """Returns every percentile shown."""
        return tuple(f"{segment}_p{share}" for segment in self.segments for share in SHARES)

    def requests(self, ctx: Context) -> Mapping[str, Request]:
        """Returns each percentile for the period, and how many cases left instead of being finished."""
        return {name: Request(name, filters=ctx.filters) for name in (*self.metrics(), LEFT)}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the table."""
        head = html.Thead(
            html.Tr(
                [
                    html.Th(ctx.t("column.segment")),
                    *(html.Th(f"P{share}", className="right") for share in SHARES),
                    html.Th("n", className="right"),
                ]
            )
        )
        rows = [self._row(segment, answers, ctx) for segment in self.segments]
        table = html.Div(html.Table([head, html.Tbody(rows)], className="table"), className="scroll")
        return ([table, self._competing(answers[LEFT], ctx)],)

    def _competing(self, answer, ctx: Context):
        """Says how many went another way: a curve treats them as watched until then (definitions 3.6)."""
        row = answer.frame.iloc[0]
        said = ctx.t("incidents.left", count=count_text(row["value"]), n=count_text(row["n"]))
        marks = {"data-kpi": LEFT, "data-generation": str(ctx.generation)}
        return html.P([said, " ", info_button(LEFT, ctx=ctx)], className="note", **marks)

    def _row(self, segment: str, answers, ctx: Context):
        cells = []
        for share in SHARES:
            row = answers[f"{segment}_p{share}"].frame.iloc[0]
            cells.append(html.Td(percentile_text(row, ctx), className="right digits", title=_band(row, ctx)))
        label = ctx.pick(catalogue().metric(f"{segment}_p{SHARES[0]}").label).removesuffix(f" P{SHARES[0]}")
        name = html.Td([label, " ", info_button(f"{segment}_p{SHARES[-2]}", ctx=ctx)])
        return html.Tr([name, *cells, html.Td(count_text(row["n"]), className="right digits")])


def percentile_text(row, ctx: Context) -> str:
    """Returns a percentile as a duration; past the end of the curve, more than the longest time watched."""
    if is_known(row["value"]):
        return duration_text(row["value"], ctx)
    if row["flag"] == "beyond" and is_known(row["lower"]):
        return ctx.t("kpi.beyond", value=duration_text(row["lower"], ctx))
    return UNKNOWN


def _band(row, ctx: Context) -> str:
    if not is_known(row["low"]):
        return ""
    high = duration_text(row["high"], ctx) if is_known(row["high"]) else "∞"
    return ctx.t("kpi.interval", interval=f"{duration_text(row['low'], ctx)} – {high}")
