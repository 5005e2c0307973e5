"""A serious new incident takes the wall over (接管) until somebody who may act on it says it has been seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

from dash import html

from components.context import Context
from components.door import Rows
from components.numbers import UNKNOWN, instant_short, is_known
from components.panel import instant_text
from components.tiles.base import Tile
from components.tiles.event_table import SERIOUS
from data.request import Request

NEW = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class Takeover(Tile):
    """Cards of the serious incidents of the last half hour; the browser shows the newest one nobody has seen yet."""

    is_exported: ClassVar[bool] = False

    metric: str
    limit: int = 5

    def requests(self, ctx: Context) -> Mapping[str, Rows]:
        """Returns the newest rows; none before the first load."""
        since_at = ctx.as_of_at - NEW if ctx.as_of_at else None
        filters = replace(ctx.filters.during(since_at, None), picked=SERIOUS)
        return {
            "rows": Rows(Request(self.metric, filters=filters), limit=self.limit, order="-first_signal_at")
        }

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the cards, newest first, all of them hidden."""
        return ([self._card(row, ctx) for _, row in answers["rows"].iterrows()],)

    def _card(self, row, ctx: Context):
        where = ctx.name("area", row["grid_id"]) if is_known(row["grid_id"]) else ctx.t("common.not_placed")
        whose = ctx.name("department", row["department_id"]) if is_known(row["department_id"]) else UNKNOWN
        told = ctx.t("takeover.told", source=ctx.name("feed", row["feed_id"]), count=int(row["report_count"]))
        stage, seen = ctx.t(f"stage.{row['stage_code']}"), []
        if ctx.may("cases"):
            seen = [
                html.Button(
                    ctx.t("takeover.seen"), type="button", className="take-seen", **{"data-seen": "1"}
                )
            ]
        return html.Article(
            [
                html.P(ctx.t("takeover.title"), className="take-title"),
                html.H2(ctx.name("category", row["category_code"])),
                html.P(where, className="take-where"),
                html.P(f"{instant_short(row['first_signal_at'], ctx)} · {told}", className="digits"),
                html.P(f"{whose} · {stage}"),
                html.Div(
                    [
                        html.A(ctx.t("takeover.open"), **ctx.to_cases(f"/incidents/{row['incident_id']}")),
                        *seen,
                    ]
                ),
            ],
            className="take",
            hidden=True,
            role="alert",
            **{
                "data-incident": str(row["incident_id"]),
                "data-grid": str(row["grid_id"] or ""),
                "data-first-signal": instant_text(row["first_signal_at"]),
            },
        )
