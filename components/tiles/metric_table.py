"""Metrics side by side (指标对照表): rows are values of a dimension, columns metrics, each cell with its n."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from dash import html

from components.codes import in_order
from components.context import Context
from components.measure import NOTHING, figure, flag_of, note_text, only_row, rows_by
from components.numbers import is_known
from components.panel import info_button
from components.tiles.base import Tile
from components.ways import TIMES, chosen, pick_marks
from data.catalogue import catalogue
from data.request import Request


@dataclass(frozen=True, kw_only=True)
class MetricTable(Tile):
    """Metrics by one dimension; rows under the minimum sample stand last, in grey.

    Attributes:
        by: the dimension; a level of areas counts as one, `area` is the level below the area chosen.
        shown: the metrics, one column each.
        limit: how many rows; the rest is told as a number.
        sort: the metric that orders the rows, what needs attention first; the first one when empty. A heading
            clicked orders by it (`?sort=`). Days and months go back in time until then.
        has_total: whether the first row is the whole, asked for without the dimension.
    """

    by: str
    shown: tuple[str, ...]
    limit: int = 10
    sort: str = ""
    has_total: bool = True

    def metrics(self) -> tuple[str, ...]:
        """Returns the metrics shown."""
        return self.shown

    def dimension(self, ctx: Context) -> str:
        """Returns the dimension of the rows."""
        return ctx.next_level() if self.by == "area" else self.by

    def requests(self, ctx: Context) -> Mapping[str, Request]:
        """Returns each metric by the dimension, and as a whole."""
        by = (self.dimension(ctx),)
        asks = {name: Request(name, by=by, filters=ctx.filters) for name in self.shown}
        if self.has_total:
            asks |= {f"{name} total": Request(name, filters=ctx.filters) for name in self.shown}
        return asks

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the table."""
        column = self.dimension(ctx)
        columns = {name: rows_by(answers[name], column) for name in self.shown}
        keys = list(dict.fromkeys(key for rows in columns.values() for key in rows))
        columns = {name: _with_zeros(name, rows, keys) for name, rows in columns.items()}
        if not keys:
            return (html.P(ctx.t("common.no_data"), className="empty"),)
        ordered = self._ordered(keys, columns, ctx)
        head = html.Tr([html.Th(""), *(self._heading(name, ctx) for name in self.shown)])
        rows = [self._row(key, columns, answers=answers, ctx=ctx) for key in ordered[: self.limit]]
        if self.has_total:
            rows.insert(0, self._total(answers, ctx))
        if len(ordered) > self.limit:
            rest = ctx.t("ranking.rest_rows", count=len(ordered) - self.limit)
            rows.append(html.Tr(html.Td(rest, colSpan=len(self.shown) + 1), className="rest"))
        table = html.Table([html.Thead(head), html.Tbody(rows)], className="table metrics")
        return (html.Div(table, className="scroll"),)

    def _asked(self, ctx: Context) -> tuple[str, bool]:
        """Returns the metric that orders, and whether the reader asked for the other way round."""
        asked = ctx.view.params.get("sort", "")
        name = asked.removeprefix("-")
        if name in self.shown:
            return name, asked.startswith("-")
        return self.sort or self.shown[0], False

    def _ordered(self, keys: list, columns: Mapping[str, dict], ctx: Context) -> list:
        """Worst first: the lowest of what should be high, the highest of all else; thin and unknown rows last."""
        column = self.dimension(ctx)
        if column in TIMES and not ctx.view.params.get("sort"):
            return sorted(keys, key=str, reverse=True)
        name, is_reversed = self._asked(ctx)
        is_rising = (catalogue().metric(name).direction == "higher_is_better") != is_reversed
        sign = 1 if is_rising else -1

        def rank(key: object) -> tuple:
            row = columns[name].get(key, NOTHING)
            value = row["value"]
            return (
                key is None,
                not is_known(value),
                bool(flag_of(row)),
                sign * value if is_known(value) else 0,
            )

        return sorted(in_order(column, keys, ctx), key=rank)

    def _heading(self, name: str, ctx: Context):
        metric = catalogue().metric(name)
        by, is_reversed = self._asked(ctx)
        following = f"sort={name}" if by != name else "sort=" if is_reversed else f"sort=-{name}"
        mark = "" if by != name else "↑" if is_reversed else "↓"
        unit = ctx.pick(metric.unit)
        words = [
            html.Span(ctx.pick(metric.label), className="metric-name"),
            html.Span(" ".join(part for part in (unit, mark) if part), className="unit"),
        ]
        link = html.A(words, href="#", title=ctx.pick(metric.meaning), **{"data-set": following})
        return html.Th(html.Div([link, info_button(name, ctx=ctx)], className="metric-head"))

    def _row(self, key: object, columns: Mapping[str, dict], *, answers, ctx: Context):
        column = self.dimension(ctx)
        name = ctx.label(column, str(key)[:10] if column in TIMES else key)
        where = {column: key}
        lead = columns[self._asked(ctx)[0]].get(key, NOTHING)
        state = [
            "is-thin" if flag_of(lead) else "",
            "is-selected" if key is not None and chosen(column, ctx) == str(key) else "",
        ]
        cells = [
            _cell(
                each, columns[each].get(key, NOTHING), ctx=ctx, as_of_at=answers[each].as_of_at, where=where
            )
            for each in self.shown
        ]
        return html.Tr(
            [html.Th([name, *_part_of_month(column, key, ctx)], title=name), *cells],
            className=" ".join(part for part in state if part),
            **pick_marks(column, key, ctx),
        )

    def _total(self, answers: Mapping[str, object], ctx: Context):
        cells = []
        for name in self.shown:
            answer = answers[f"{name} total"]
            cells.append(_cell(name, only_row(answer), ctx=ctx, as_of_at=answer.as_of_at, where=None))
        return html.Tr([html.Th(ctx.t("tiles.total")), *cells], className="is-total")


def _part_of_month(column: str, key: object, ctx: Context) -> list:
    """Says from and up to which day a month is counted where the period cuts it: its counts are of those days only."""
    since_at, until_at = ctx.filters.since_at, ctx.filters.until_at
    last_at = until_at - timedelta(seconds=1) if until_at else ctx.as_of_at
    if column != "month" or not is_known(key) or last_at is None:
        return []
    month = str(key)[:7]
    first, last = ctx.local(since_at) if since_at else None, ctx.local(last_at)
    parts = []
    if first and f"{first:%Y-%m}" == month and first.day > 1:
        parts.append(ctx.t("tiles.month_since", day=first.day))
    if f"{last:%Y-%m}" == month and last.day < monthrange(last.year, last.month)[1]:
        parts.append(ctx.t("tiles.month_until", day=last.day))
    return [html.Span(" ".join(parts), className="cell-note")] if parts else []


def _with_zeros(metric_id: str, rows: dict, keys: list) -> dict:
    """A count that has no case of a value counted none of it; what is no count stays unknown there."""
    if catalogue().metric(metric_id).kind != "count" or not rows:
        return rows
    return {key: NOTHING | {"value": 0.0, "flag": None} for key in keys} | rows


def _cell(metric_id: str, row: Mapping, *, ctx: Context, as_of_at, where):
    """A value above, its n beside it; a share has a bar, with a tick at its target."""
    parts = [
        html.Span(note_text(metric_id, row, ctx), className="cell-note"),
        figure(metric_id, row, ctx=ctx, as_of_at=as_of_at, where=where),
    ]
    bar = _bar(metric_id, row, ctx)
    return html.Td(html.Div([*parts, *([bar] if bar else [])], className="cell"))


def _bar(metric_id: str, row: Mapping, ctx: Context):
    metric = catalogue().metric(metric_id)
    if metric.kind != "rate" or not is_known(row["value"]) or metric.unit.zh != "%":
        return None
    width = max(0.0, min(100.0, float(row["value"])))
    track = [html.I(className="fill", style={"width": f"{width:.1f}%"})]
    local = ctx.local(ctx.as_of_at)
    if metric.target and local is not None:
        target = catalogue().rule(metric.target.rule, local.date())
        track.append(html.I(className="tick", style={"left": f"{target:.1f}%"}))
    return html.Span(track, className="track")
