"""What changed (变化): counts against the same weekdays before, with the interval of the ratio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.door import Comparison
from components.numbers import count_text
from components.tiles.base import Tile
from components.tiles.pairs import change_words
from components.ways import pick_marks
from data.compare import Change
from data.request import Request


@dataclass(frozen=True, kw_only=True)
class Changes(Tile):
    """The kinds whose counts moved most beyond chance between two windows of equal elapsed length."""

    metric: str
    by: str = "category_code"
    limit: int = 5

    def requests(self, ctx: Context) -> Mapping[str, Comparison]:
        """Returns the counts against the same weekdays before; nothing for a period without a beginning."""
        if ctx.filters.since_at is None or ctx.as_of_at is None:
            return {}
        return {"change": Comparison(Request(self.metric, by=(self.by,), filters=ctx.filters))}

    def as_of(self, answers: Mapping[str, object], ctx: Context):
        """Returns the instant the newer window is complete to."""
        return answers["change"].as_of_at if answers else ctx.as_of_at

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the rows, those beyond chance first, all kinds together above them."""
        change: Change | None = answers.get("change")
        if change is None:
            return (html.P(ctx.t("changes.no_base"), className="empty"),)
        whole = change.whole
        if not whole["count"] and not whole["base_count"]:
            return (html.P(ctx.t("common.no_data"), className="empty"),)
        if not whole["base_count"] or not change.is_covered:
            return (html.P(ctx.t("changes.no_base"), className="empty"),)
        items = [_item(whole, ctx.t("changes.total"), marks={}, ctx=ctx)]
        for row in change.frame.head(self.limit).to_dict("records"):
            key = row[self.by]
            name = ctx.label(self.by, key)
            items.append(_item(row, name, marks=pick_marks(self.by, key, ctx), ctx=ctx))
        items[0].className += " is-total"
        return (html.Ol(items, className="changes"),)


def _item(row: Mapping, name: str, *, marks: Mapping[str, str], ctx: Context) -> html.Li:
    verdict, percent, span = change_words(row, ctx)
    return html.Li(
        [
            html.Span(name, className="change-name", title=name),
            html.Span(
                f"{count_text(row['base_count'])} → {count_text(row['count'])}",
                className="change-pair digits",
            ),
            html.Span(percent if verdict else "", className="change-percent digits"),
            html.Span(span if verdict else ctx.t("changes.chance"), className="change-span digits"),
        ],
        className="change",
        title=ctx.t("changes.explain", verdict=verdict or ctx.t("changes.chance"), span=span),
        **marks,
    )
