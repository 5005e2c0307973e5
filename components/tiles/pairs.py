"""Counts against an earlier window (对比): the pair, the ratio with its interval, what the rest does not explain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import log2

from dash import html

from components.context import Context
from components.door import Comparison
from components.measure import marks
from components.numbers import UNKNOWN, count_text, is_known
from components.panel import info_button
from components.tiles.base import Tile
from components.ways import pick_marks, rows_link
from data.catalogue import catalogue
from data.compare import Change
from data.request import Request

REACH = 4.0  # the scale goes from a quarter to four times; what lies beyond is cut at its edge
YEAR_WEEKS = 52


@dataclass(frozen=True, kw_only=True)
class Pairs(Tile):
    """One row for each metric, or for each value of a dimension under the whole of one metric.

    Attributes:
        shown: the counts compared; with `by` only the first.
        by: a dimension; rows are its values, most evident change first.
        limit: how many values.
        is_year: against the same weekdays a year earlier (52 weeks) instead of the nearest ones before.
        baseline: a count shown last, in grey, that the others are to be read against.
    """

    shown: tuple[str, ...]
    by: str = ""
    limit: int = 8
    is_year: bool = False
    baseline: str = ""

    def metrics(self) -> tuple[str, ...]:
        """Returns the counts compared, the baseline last."""
        return (*self.shown, *((self.baseline,) if self.baseline else ()))

    def dimension(self, ctx: Context) -> str:
        """Returns the dimension of the rows; empty when rows are metrics."""
        return ctx.next_level() if self.by == "area" else self.by

    def requests(self, ctx: Context) -> Mapping[str, Comparison]:
        """Returns each count against its earlier window; nothing for a period without a beginning."""
        if ctx.filters.since_at is None:
            return {}
        weeks = YEAR_WEEKS if self.is_year else None
        asks = {name: Comparison(Request(name, filters=ctx.filters), weeks) for name in self.metrics()}
        if self.by:
            request = Request(self.shown[0], by=(self.dimension(ctx),), filters=ctx.filters)
            asks["values"] = Comparison(request, weeks)
        return asks

    def as_of(self, answers: Mapping[str, object], ctx: Context):
        """Returns the oldest instant a newer window is complete to."""
        return min((each.as_of_at for each in answers.values()), default=ctx.as_of_at)

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the table with what is compared in words under it."""
        if not answers:
            return (html.P(ctx.t("changes.no_base"), className="empty"),)
        rows = [self._metric_row(name, answers[name], ctx) for name in self.metrics()]
        if self.by:
            rows += self._value_rows(answers["values"], ctx)
        names = ["pair", "moved", "span", "scale", *(["excess"] if self.by else [])]
        head = html.Tr([html.Th(""), *(html.Th(ctx.t(f"tiles.{name}"), className=name) for name in names)])
        table = html.Table([html.Thead(head), html.Tbody(rows)], className="table pairs")
        return ([html.Div(table, className="scroll"), _about(answers[self.shown[0]], ctx)],)

    def _metric_row(self, name: str, change: Change, ctx: Context):
        label = [html.Span(ctx.pick(catalogue().metric(name).label)), info_button(name, ctx=ctx)]
        row = change.frame.iloc[0] if len(change.frame) else None
        cells = _cells(name, row, change=change, where={}, ctx=ctx)
        state = "is-total" if self.by else "is-base" if name == self.baseline else ""
        return html.Tr(
            [html.Th(html.Span(label, className="pair-name")), *cells, *([html.Td()] if self.by else [])],
            className=state,
        )

    def _value_rows(self, change: Change, ctx: Context) -> list:
        column = self.dimension(ctx)
        items = []
        for _, row in change.frame.head(self.limit).iterrows():
            key = row[column]
            name = ctx.label(column, key)
            where = {column: key} if is_known(key) else {}
            excess = html.Td(
                _excess(row, change, ctx), className="digits excess", title=_excess_tip(row, ctx)
            )
            cells = _cells(self.shown[0], row, change=change, where=where, ctx=ctx)
            items.append(html.Tr([html.Th(name, title=name), *cells, excess], **pick_marks(column, key, ctx)))
        return items


def _cells(metric_id: str, row, *, change: Change, where: Mapping, ctx: Context) -> list:
    """The pair always; how it changed only where there is an earlier window to compare with."""
    if row is None:
        return [html.Td(UNKNOWN)] * 4
    told = marks(metric_id, ctx, as_of_at=change.as_of_at)
    pair = html.A(
        [
            html.Span(count_text(row["base_count"]), className="before"),
            " → ",
            html.B(count_text(row["count"])),
        ],
        **rows_link(metric_id, ctx, **where),
        **told,
    )
    cells = [html.Td(pair, className="digits pair")]
    if not change.is_covered:
        return [*cells, html.Td(ctx.t("changes.no_base"), colSpan=3, className="note")]
    verdict, percent, span = change_words(row, ctx)
    state = "moved is-clear" if verdict or not is_known(row["low"]) else "moved"
    return [
        *cells,
        html.Td(percent, className=f"digits {state}"),
        html.Td(
            span if verdict or not is_known(row["low"]) else ctx.t("changes.chance"),
            className="digits span",
            title=span,
        ),
        html.Td(_scale(row["ratio"], row["low"], row["high"]), className="scale", title=span),
    ]


def change_words(row: Mapping, ctx: Context) -> tuple[str, str, str]:
    """Returns the verdict (empty when chance explains the change), the change and its interval in words."""
    percent = signed(row["ratio"]) if is_known(row["ratio"]) else UNKNOWN
    if not is_known(row["low"]):
        return "", percent, ctx.t("tiles.no_interval")
    high = signed(row["high"]) if is_known(row["high"]) else ctx.t("changes.open")
    verdict = ctx.t("changes.up" if row["low"] > 1 else "changes.down") if row["is_beyond_chance"] else ""
    return verdict, percent, ctx.t("changes.span", low=signed(row["low"]), high=high)


def _scale(ratio: object, low: object, high: object):
    """The interval on a scale from a quarter to four times, with 'as before' in the middle."""
    parts = [html.I(className="zero")]
    if is_known(low):
        left, right = _place(low), _place(high if is_known(high) else REACH)
        style = {"left": f"{left:.1f}%", "width": f"{max(0.5, right - left):.1f}%"}
        parts.append(html.I(className="whisker", style=style))
    if is_known(ratio):
        parts.append(html.I(className="dot", style={"left": f"{_place(ratio):.1f}%"}))
    return html.Span(parts, className="ratio")


def _place(ratio: float) -> float:
    if ratio <= 0:
        return 0.0
    reach = log2(REACH)
    return (max(-reach, min(reach, log2(ratio))) + reach) / (2 * reach) * 100


def _excess(row, change: Change, ctx: Context) -> str:
    """How it moved against all others together; said only when chance does not explain it."""
    if not change.is_covered or not is_known(row["excess_low"]):
        return UNKNOWN
    if row["excess_low"] <= 1 <= row["excess_high"]:
        return ctx.t("tiles.as_the_rest")
    return signed(row["excess"]) if is_known(row["excess"]) else ctx.t("changes.up")


def _excess_tip(row, ctx: Context) -> str:
    if not is_known(row["excess_low"]):
        return ""
    return ctx.t("changes.span", low=signed(row["excess_low"]), high=signed(row["excess_high"]))


def _about(change: Change, ctx: Context):
    """Which windows these are, and which feeds joined between them."""
    second = timedelta(seconds=1)
    first, last = (ctx.local(each) for each in (change.since_at, change.until_at - second))
    words = [html.Span(ctx.t("tiles.against", first=f"{first:%Y-%m-%d}", last=f"{last:%Y-%m-%d}"))]
    if change.joined_feeds:
        names = "、".join(ctx.name("feed", each) for each in change.joined_feeds)
        words.append(html.Span(ctx.t("tiles.joined", feeds=names), className="joined"))
    return html.P(words, className="note pairs-note")


def signed(ratio: float) -> str:
    """Returns a ratio as a change in per cent, with its sign."""
    return f"{(ratio - 1) * 100:+,.0f}%".replace("-", "−")
