"""Rows behind a number (明细): the first ones on a module's page, all of them page by page under /rows/<metric>."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from dash import html

from components.codes import with_sign
from components.context import Context
from components.door import Count, Rows, Sides
from components.measure import figure, only_row
from components.numbers import UNKNOWN, count_text, instant_short, is_known
from components.panel import info_button
from components.tiles.base import Tile
from components.tiles.event_table import COLUMNS, cell_text, pager
from components.tiles.kpi_card import sample_text
from components.tiles.listing_table import align, written
from components.ways import rows_link
from data.catalogue import CatalogueError, catalogue
from data.definitions import Mart
from data.request import Request

PAGE_SIZE = 25
EXCLUDED = "excluded"
INCIDENT = "/incidents/{incident_id}"


def mart_of(metric_id: str) -> Mart:
    """Returns the mart a metric reads."""
    return catalogue().mart(catalogue().metric(metric_id).model)


@dataclass(frozen=True, kw_only=True)
class Roster(Tile):
    """The first rows behind a metric, each leading to its own page, all of them one click away.

    Attributes:
        metric: the metric whose rows these are.
        side: keep one side of them (`late`, `failed` ...); empty: all that count or are left out.
        limit: how many rows.
        columns: what is shown of a row; empty: what its mart lists.
        order: a listed column, `-` before it for descending; empty: the mart's own order.
        is_standing: ask for the state at as-of, whatever period is chosen.
    """

    metric: str
    side: str = ""
    limit: int = 8
    columns: tuple[str, ...] = ()
    order: str = ""
    is_standing: bool = False

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns the rows and how many there are."""
        filters = ctx.filters.during(None, None) if self.is_standing else ctx.filters
        request, side = Request(self.metric, filters=filters), self.side or None
        return {
            "rows": Rows(request, limit=self.limit, order=self.order or None, side=side),
            "count": Count(request, side=side),
        }

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the table and the way to all rows."""
        rows, total = answers["rows"], int(answers["count"])
        if rows.empty:
            why = rows.attrs.get("unknown_code")
            word, look = (f"flag.{why}", "empty") if why else ("common.nothing", "empty calm")
            return (html.P(ctx.t(word), className=look),)
        mart = mart_of(self.metric)
        columns = self.columns or mart.listed or COLUMNS
        head = html.Tr([html.Th(ctx.column(name), className=align(name)) for name in columns])
        body = [row_line(row, columns, mart=mart, ctx=ctx) for _, row in rows.iterrows()]
        table = html.Table([html.Thead(head), html.Tbody(body)], className="table rows")
        period = "all" if self.is_standing else None
        link = rows_link(self.metric, ctx, side=self.side or None, period=period)
        every = html.A(
            ctx.t("tiles.all_rows", count=count_text(total)),
            **link,
            className="link all-rows",
            **{"data-kpi": self.metric},
        )
        return ([html.Div(table, className="scroll"), every],)


def row_line(row, columns: tuple[str, ...], *, mart: Mart, ctx: Context) -> html.Tr:
    """Returns one row; every cell leads to the row's own page, where there is one."""
    link = row_link(row, mart, ctx)
    cells = []
    for name in columns:
        text = row_text(name, row, mart=mart, ctx=ctx)
        shown = with_sign(name, row.get(name), text, ctx=ctx)
        cells.append(html.Td(html.A(shown, href=link) if link else shown, className=align(name), title=text))
    return html.Tr(cells, className="is-linked" if link else "")


def row_link(row, mart: Mart, ctx: Context) -> str:
    """Returns the address of a row's own page; empty where its mart names none or the visitor may not open it."""
    page = mart.page if mart.listed else INCIDENT
    if not page or not ctx.may("modules" if mart.listed else "cases"):
        return ""
    try:
        known = {name: quote(str(row[name]), safe="") for name in row.index if is_known(row[name])}
        return ctx.link(page.format(**known), pick=None)
    except KeyError:  # this row does not know the key its page goes by
        return ""


def row_text(name: str, row, *, mart: Mart, ctx: Context) -> str:
    """Returns one cell in words; of the row's own key only the part its source gave it."""
    if not mart.listed:
        return cell_text(name, row, ctx)
    value = row.get(name)
    if not is_known(value):
        return ctx.t("common.not_placed") if name == "grid_id" else UNKNOWN
    if name in (mart.key, "incident_id"):
        return str(value).partition(":")[2] or str(value)
    if name == "excluded_code":
        return ctx.maybe(f"excluded.{value}", str(value))
    return instant_short(value, ctx) if name.endswith("_at") else written(name, value, ctx)


@dataclass(frozen=True, kw_only=True)
class RowBook(Tile):
    """All rows behind the metric the address names: by side, ordered by any heading, a page at a time."""

    def heading(self, ctx: Context) -> str:
        """Returns the metric's name."""
        found = self._metric(ctx)
        return ctx.pick(found.label) if found else ctx.t("page.rows")

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns the number itself, one page of its rows, and how many rows each side has."""
        metric = self._metric(ctx)
        if metric is None or not mart_of(metric.id).listed:
            return {}
        request, params = Request(metric.id, filters=ctx.filters), ctx.view.params
        offset = (_page(ctx) - 1) * PAGE_SIZE
        order, side = self._order(ctx), params.get("side") or None
        return {
            "number": request,
            "sides": Sides(request),
            "rows": Rows(request, limit=PAGE_SIZE, offset=offset, order=order, side=side),
        }

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns number, sides, reasons, table and pager."""
        metric = self._metric(ctx)
        if "rows" not in answers:
            return (self._elsewhere(ctx),)
        mart, rows, sides = mart_of(metric.id), answers["rows"], answers["sides"]
        side = ctx.view.params.get("side", "")
        columns = mart.listed
        if side == EXCLUDED and "excluded_code" in rows and "excluded_code" not in columns:
            columns = (*columns, "excluded_code")
        head = html.Tr([self._heading(name, ctx) for name in columns])
        body = [row_line(row, columns, mart=mart, ctx=ctx) for _, row in rows.iterrows()]
        table = html.Table([html.Thead(head), html.Tbody(body)], className="table rows")
        total = sides.get(side, 0) if side else sum(sides.values())
        parts = [
            self._about(answers["number"], ctx),
            _side_tabs(sides, chosen=side, ctx=ctx),
            *_reasons(answers["number"].exclusions, side, ctx),
            html.Div(table, className="scroll"),
        ]
        if rows.empty:
            parts.append(html.P(ctx.t("common.no_data"), className="empty"))
        return ([*parts, pager(page=_page(ctx), size=PAGE_SIZE, total=total, ctx=ctx)],)

    def _metric(self, ctx: Context):
        try:
            return catalogue().metric(ctx.route.get("metric", ""))
        except CatalogueError:
            return None

    def _order(self, ctx: Context) -> str | None:
        """What the address asks for, if the list has it."""
        asked = ctx.view.params.get("order", "")
        return asked if asked.removeprefix("-") in mart_of(self._metric(ctx).id).listed else None

    def _elsewhere(self, ctx: Context):
        metric = self._metric(ctx)
        if metric is None:
            return html.P(ctx.t("drawer.unknown", metric=ctx.route.get("metric", "")), className="empty")
        return html.A(ctx.t("common.to_rows"), **rows_link(metric.id, ctx), className="link")

    def _about(self, answer, ctx: Context):
        """The number these rows are behind, as the screen showed it."""
        metric, row = answer.metric, only_row(answer)
        words = [
            figure(metric.id, row, ctx=ctx, as_of_at=answer.as_of_at),
            html.Span(ctx.pick(metric.unit), className="unit"),
            info_button(metric.id, ctx=ctx),
            html.Span(sample_text(metric.id, row=row, ctx=ctx), className="kpi-sample"),
            html.Span(ctx.pick(metric.meaning), className="note"),
        ]
        return html.Div(words, className="row-about")

    def _heading(self, name: str, ctx: Context):
        now = self._order(ctx) or ""
        mark = " ↓" if now == f"-{name}" else " ↑" if now == name else ""
        link = {"data-set": f"order={name if now == f'-{name}' else f'-{name}'}"}
        return html.Th(html.A(ctx.column(name) + mark, href="#", **link), className=align(name))


def _side_tabs(sides: Mapping[str, int], *, chosen: str, ctx: Context):
    """All rows first, then each side with its number, those left out last."""
    every = [("", ctx.t("tiles.all_sides"), sum(sides.values()))]
    codes = sorted(sides, key=lambda code: (code == EXCLUDED, -sides[code], code))
    tabs = every + [(code, _side_text(code, ctx), sides[code]) for code in codes]
    links = [tab(text, count, is_on=code == chosen, said=f"side={code}") for code, text, count in tabs]
    return html.Nav(links, className="choices tabs")


def _side_text(code: str, ctx: Context) -> str:
    """Returns a side in words; those of one module's rows have a section of their own."""
    return ctx.maybe(f"side.{code}", ctx.maybe(f"row_side.{code}", code))


def tab(text: str, count: object, *, is_on: bool, said: str) -> html.A:
    """Returns one sub-view with its number."""
    number = html.B(count_text(count), className="digits")
    return html.A(
        [text, number], href="#", className="choice" + (" is-on" if is_on else ""), **{"data-set": said}
    )


def _reasons(exclusions: Mapping[str, int], side: str, ctx: Context) -> list:
    """Why rows do not count, where some do not."""
    if not exclusions or side not in ("", EXCLUDED):
        return []
    parts = [
        f"{ctx.maybe(f'excluded.{code}', str(code))} {count_text(count)}"
        for code, count in sorted(exclusions.items(), key=lambda each: (-each[1], str(each[0])))
    ]
    return [html.P(ctx.t("tiles.reasons", reasons=" · ".join(parts)), className="note")]


def _page(ctx: Context) -> int:
    text = ctx.view.params.get("page", "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1
