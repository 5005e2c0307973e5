"""Incidents as rows (事件表): a list for the wall, late ones first, and a paged table for the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar

from dash import html

from components.context import NAMED, Context
from components.door import Count, Rows
from components.numbers import UNKNOWN, count_text, duration_text, instant_short, is_known
from components.panel import info_button
from components.tiles.base import Tile
from components.ways import rows_link
from data.catalogue import catalogue, rule
from data.request import Request

SERIOUS = (("is_serious", "true"),)  # picks the serious incidents of a count
SUSPENDED = "is_suspended"


def minutes_between(since, until) -> float | None:
    """Returns the minutes from one instant to another; None if either is unknown."""
    if not (is_known(since) and is_known(until)):
        return None
    return (until - since).total_seconds() / 60


def serious_level() -> int:
    """Returns the severity from which an incident is serious."""
    return rule("incident.serious_level", datetime.now(UTC).date())


def serious_marks(row) -> dict[str, str]:
    """Returns what makes a serious incident pulse once when it first appears."""
    level = row.get("severity_level")
    if not is_known(level) or int(level) < serious_level():
        return {}
    return {"data-serious": str(row["incident_id"]), "data-grid": str(row.get("grid_id") or "")}


@dataclass(frozen=True, kw_only=True)
class LateList(Tile):
    """Open incidents past their deadline, suspended ones last, oldest first: where, what, whose, how late."""

    metric: str
    limit: int = 8

    words: ClassVar = ("late.none", "late.total")
    side: ClassVar = "late"

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns the oldest rows, how many there are, and how many of them are suspended (挂账)."""
        filters = ctx.filters.during(None, None)
        request = Request(self.metric, filters=filters)
        found = {
            "rows": Rows(request, limit=self.limit, order=f"{SUSPENDED},due_at", side="late"),
            "all": request,
        }
        if SUSPENDED not in dict(filters.picked):
            picked = tuple(sorted((*filters.picked, (SUSPENDED, "true"))))
            found["suspended"] = Request(self.metric, filters=replace(filters, picked=picked))
        return found

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the list with the whole count above it."""
        rows, every = answers["rows"], answers["all"].frame.iloc[0]
        if "unknown_code" in rows.attrs:
            return (html.P(ctx.t(f"flag.{rows.attrs['unknown_code']}"), className="empty"),)
        if rows.empty:
            return (html.P(ctx.t(self.words[0]), className="empty calm"),)
        items = [self._item(row, ctx) for _, row in rows.iterrows()]
        total = html.A(
            [
                html.B(count_text(every["value"]), className="digits", **{"data-number": self.metric}),
                html.Span(ctx.t(self.words[1])),
            ],
            className="late-total",
            **ctx.to_cases(kpi=self.metric, side=self.side, area=ctx.filters.area_id, period=None),
            **{"data-kpi": self.metric, "data-generation": str(ctx.generation)},
        )
        above = html.Div([total, *self._suspended(answers, ctx)], className="late-head")
        return ([above, html.Ol(items, className="late")],)

    def _suspended(self, answers: Mapping[str, object], ctx: Context) -> list:
        count = answers["suspended"].row["value"] if "suspended" in answers else None
        if not count:
            return []
        area = {"area_id": ctx.filters.area_id} if ctx.filters.area_id else {}
        link = rows_link(self.metric, ctx, side=self.side, **{SUSPENDED: "true"}, **area)
        return [html.A(ctx.t("late.suspended", count=count_text(count)), className="late-suspended", **link)]

    def standing(self, row, ctx: Context) -> str:
        """Returns by how much the case is late."""
        return duration_text(minutes_between(row["due_at"], ctx.as_of_at), ctx)

    def _item(self, row, ctx: Context):
        where = ctx.name("area", row["grid_id"]) if is_known(row["grid_id"]) else ctx.t("common.not_placed")
        what = ctx.name("category", row["category_code"])
        whose = ctx.name("department", row["department_id"]) if is_known(row["department_id"]) else UNKNOWN
        return html.Li(
            html.A(
                [
                    html.Span(what, className="late-what", title=what),
                    html.Span(self.standing(row, ctx), className="late-by digits"),
                    html.Span(f"{where} · {whose}", className="late-where", title=f"{where} · {whose}"),
                    html.Span(ctx.t(f"stage.{row['stage_code']}"), className="late-stage"),
                ],
                **ctx.to_cases(f"/incidents/{row['incident_id']}"),
            ),
            **serious_marks(row),
        )


COLUMNS = (
    "first_signal_at",
    "category_code",
    "grid_id",
    "feed_id",
    "report_count",
    "department_id",
    "stage_code",
    "due_at",
    "lateness",
)


@dataclass(frozen=True, kw_only=True)
class EventTable(Tile):
    """The incidents behind a number, a page at a time; `kpi`, `side`, `page`, `order` from the address."""

    metric: str = "incident_count"
    page_size: int = 25
    columns: tuple[str, ...] = COLUMNS

    def _request(self, ctx: Context) -> tuple[Request, str | None]:
        metric = ctx.view.params.get("kpi") or self.metric
        return Request(metric, filters=ctx.filters), ctx.view.params.get("side") or None

    def _page(self, ctx: Context) -> int:
        text = ctx.view.params.get("page", "1")
        return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns one page of rows and how many there are."""
        request, side = self._request(ctx)
        offset = (self._page(ctx) - 1) * self.page_size
        order = ctx.view.params.get("order") or "-first_signal_at"
        return {
            "rows": Rows(request, limit=self.page_size, offset=offset, order=order, side=side),
            "count": Count(request, side=side),
        }

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the table with its pager."""
        rows, total = answers["rows"], int(answers["count"])
        names = self._names(ctx)
        head = html.Thead(html.Tr([self._heading(name, ctx) for name in names]))
        body = html.Tbody([self._row(row, names, ctx=ctx) for _, row in rows.iterrows()])
        table = html.Div(html.Table([head, body], className="table"), className="scroll")
        word = f"flag.{rows.attrs['unknown_code']}" if "unknown_code" in rows.attrs else "common.no_data"
        empty = [html.P(ctx.t(word), className="empty")] if rows.empty else []
        return (
            [
                *self._about(ctx),
                table,
                *empty,
                pager(page=self._page(ctx), size=self.page_size, total=total, ctx=ctx),
            ],
        )

    def _about(self, ctx: Context) -> list:
        """Which number these rows are behind, when they were reached from one."""
        request, side = self._request(ctx)
        if "kpi" not in ctx.view.params:
            return []
        words = [ctx.pick(catalogue().metric(request.metric).label)]
        words += [ctx.maybe(f"side.{side}", side)] if side else []
        clear = html.A(
            ctx.t("filter.clear_number"), href="#", className="clear", **{"data-set": "kpi=&side="}
        )
        return [
            html.P(
                [html.B(" · ".join(words)), info_button(request.metric, ctx=ctx), clear], className="about"
            )
        ]

    def _heading(self, name: str, ctx: Context):
        label = ctx.column(name)
        if name in ("lateness", "excluded_code"):
            return html.Th(label)
        now = ctx.view.params.get("order", "-first_signal_at")
        mark = " ↓" if now == f"-{name}" else " ↑" if now == name else ""
        return html.Th(
            html.A(
                label + mark, href="#", **{"data-set": f"order={name if now == f'-{name}' else f'-{name}'}"}
            )
        )

    def _names(self, ctx: Context) -> tuple[str, ...]:
        """Rows left out of a number say why instead of how they stand against a limit."""
        if ctx.view.params.get("side") != "excluded":
            return self.columns
        return (*(name for name in self.columns if name != "lateness"), "excluded_code")

    def _row(self, row, names: tuple[str, ...], *, ctx: Context):
        link = ctx.link(f"/incidents/{row['incident_id']}")
        cells = [html.Td(html.A(cell_text(name, row, ctx), href=link)) for name in names]
        return html.Tr(cells, className=f"stage-{row['stage_code']}", **serious_marks(row))


def cell_text(name: str, row, ctx: Context) -> str:
    """Returns one cell of an incident as words."""
    if name == "lateness":
        return lateness_text(row, ctx)
    value = row.get(name)
    if not is_known(value):
        return ctx.t("common.not_placed") if name == "grid_id" else UNKNOWN
    if name in NAMED:
        return ctx.name(NAMED[name], value)
    if name.endswith("_at"):
        return instant_short(value, ctx)
    if name == "excluded_code":
        return ctx.maybe(f"excluded.{value}", str(value))
    return ctx.t(f"stage.{value}") if name == "stage_code" else str(value)


def lateness_text(row, ctx: Context) -> str:
    """Returns whether a case is in time: closed in time or late, or what is left of its limit."""
    due_at, closed_at = row.get("due_at"), row.get("closed_at")
    if is_known(row.get("cancelled_code")):
        return ctx.t("common.not_counted")
    if not is_known(due_at):
        return ctx.t("common.no_limit")
    if is_known(closed_at):
        late = minutes_between(due_at, closed_at)
        return (
            ctx.t("late.closed_in_time")
            if late <= 0
            else ctx.t("late.closed_late", by=duration_text(late, ctx))
        )
    left = minutes_between(ctx.as_of_at, due_at)
    key = "late.left" if left > 0 else "late.overdue"
    return ctx.t(key, by=duration_text(abs(left), ctx))


def pager(*, page: int, size: int, total: int, ctx: Context):
    """Returns which rows are shown of how many, with links to the pages beside."""
    pages = max(1, -(-total // size))
    first = min(total, (page - 1) * size + 1)
    text = ctx.t(
        "common.rows",
        first=count_text(first),
        last=count_text(min(total, page * size)),
        total=count_text(total),
    )
    steps = [(1, "«"), (page - 1, "‹"), (page + 1, "›"), (pages, "»")]
    links = [
        html.A(mark, href="#", className="page-step", **{"data-set": f"page={to}"})
        if 1 <= to <= pages and to != page
        else html.Span(mark, className="page-step is-off")
        for to, mark in steps
    ]
    return html.Div([html.Span(text, className="digits"), html.Span(links)], className="pager")
