"""The newest serious incidents of the day (最新重大事件): one line on the wall; a new one pulses once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dash import html

from components.context import Context
from components.door import Rows
from components.numbers import instant_short, is_known
from components.tiles.base import Tile
from components.tiles.event_table import SERIOUS, serious_marks
from data.request import Request


@dataclass(frozen=True, kw_only=True)
class Latest(Tile):
    """Today's serious incidents, newest first."""

    metric: str
    limit: int = 6

    def requests(self, ctx: Context) -> Mapping[str, Rows]:
        """Returns the newest rows of the day."""
        filters = replace(ctx.today(), picked=SERIOUS)
        return {
            "rows": Rows(Request(self.metric, filters=filters), limit=self.limit, order="-first_signal_at")
        }

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the line."""
        rows = answers["rows"]
        label = html.B(ctx.t("latest.title"), className="latest-title")
        if rows.empty:
            word = f"flag.{rows.attrs['unknown_code']}" if "unknown_code" in rows.attrs else "latest.none"
            return ([label, html.Span(ctx.t(word), className="note")],)
        return ([label, html.Ul([self._item(row, ctx) for _, row in rows.iterrows()], className="latest")],)

    def _item(self, row, ctx: Context):
        where = ctx.name("area", row["grid_id"]) if is_known(row["grid_id"]) else ctx.t("common.not_placed")
        parts = [
            html.Span(instant_short(row["first_signal_at"], ctx), className="digits"),
            html.B(ctx.name("category", row["category_code"])),
            html.Span(_place(where, row, ctx)),
        ]
        return html.Li(
            html.A(parts, **ctx.to_cases(f"/incidents/{row['incident_id']}")), **serious_marks(row)
        )


def _place(where: str, row, ctx: Context) -> str:
    stage = ctx.t(f"stage.{row['stage_code']}")
    return f"{where} · {stage}"
