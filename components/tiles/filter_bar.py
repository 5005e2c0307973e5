"""The filters of a screen (筛选栏): period, place and the way down, kinds; all live in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar
from urllib.parse import quote

from dash import html

from components.context import Context
from components.tiles.area_portrait import portrait_path
from components.tiles.base import Tile
from components.ways import said
from data.listing import Listing
from data.period import local_date

PERIODS = ("today", "24h", "7d", "28d", "90d", "365d")
MONTHS = 3  # whole months before this one, as they are printed and compared
ANY_DAYS = "days"  # assets/choose.js asks for two days of the calendar
KINDS = (("source", "feed"), ("category", "category"), ("domain", "domain"), ("department", "department"))
FILTERED = ("period", "area", "source", "category", "domain", "department", "kpi", "side", "severity", "pick")


@dataclass(frozen=True, kw_only=True)
class FilterBar(Tile):
    """Every filter as a plain field; the browser writes them into the address."""

    is_exported: ClassVar[bool] = False

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns the areas of every level."""
        return {"areas": Listing("areas"), "grids_of": Listing("grids_of")}

    def frame(self, uid: str):
        """Returns the bar."""
        return html.Div(id=f"{uid}-body", className="filters")

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns breadcrumb, fields and the link that clears them."""
        params = ctx.view.params
        fields = [
            _period(ctx),
            *self._places(answers, ctx),
            *(self._kind(parameter, kind, ctx) for parameter, kind in KINDS),
        ]
        fields += [self._picked(column, value, ctx) for column, value in ctx.filters.picked]
        if any(params.get(key) for key in FILTERED):
            clear = "&".join(f"{key}=" for key in FILTERED)
            fields.append(html.A(ctx.t("filter.clear"), href="#", className="clear", **{"data-set": clear}))
        return (fields,)

    def _picked(self, column: str, value: str, ctx: Context):
        text = f"{ctx.column(column)}: {ctx.label(column, value)}"
        marks = {"data-set": said(column, value, ctx), "title": ctx.t("filter.unpick")}
        return html.A([text, html.Span("×", className="sep")], href="#", className="clear picked", **marks)

    def _kind(self, parameter: str, kind: str, ctx: Context):
        every = [("", ctx.t(f"filter.all_{parameter}"))]
        options = [(key, ctx.name(kind, key)) for key in ctx.names.keys(kind)]
        chosen, label = ctx.view.params.get(parameter, ""), ctx.t(f"filter.{parameter}")
        return _select(parameter, chosen, options=every + options, label=label)

    def _places(self, answers: Mapping[str, object], ctx: Context) -> list:
        areas = answers["areas"]
        levels = dict(zip(areas["area_id"], areas["level_code"], strict=True))
        here = ctx.filters.area_id
        trail = _trail(here, areas)
        crumbs = [html.A(ctx.pick(ctx.town.label), href="#", **{"data-set": "area="})]
        for area_id in trail:
            text = ctx.name("area", area_id)
            mark = {} if area_id == here else {"data-set": f"area={quote(area_id)}"}
            crumbs += [
                html.Span("›", className="sep"),
                html.A(text, href="#", **mark) if mark else html.B(text),
            ]
        fields = [html.Span(crumbs, className="crumbs")]
        if here and ctx.may("cases") and "id" not in ctx.route:
            fields.append(
                html.A(ctx.t("filter.portrait"), href=portrait_path(here, ctx), className="portrait")
            )
        for level in self._next_levels(levels.get(here), ctx):
            options = _children(here, level, answers)
            if options:
                choices = [("", _level_label(level, ctx)), *((key, ctx.name("area", key)) for key in options)]
                fields.append(_select("area", "", options=choices, label=_level_label(level, ctx)))
        return fields

    def _next_levels(self, level: str | None, ctx: Context) -> list[str]:
        found = []
        for hierarchy in ctx.town.file.hierarchies:
            order = list(hierarchy.levels)
            at = order.index(level) if level in order else 0 if level is None else None
            if at is not None and at + 1 < len(order) and order[at + 1] not in found:
                found.append(order[at + 1])
        return found


def _period(ctx: Context):
    """Returns the periods to choose from: those up to now, whole months, the one shown, and any days."""
    today = local_date(ctx.as_of_at, ctx.town.zone) if ctx.as_of_at else None
    options = [(each, ctx.t(f"period.{each}")) for each in PERIODS]
    options += [(each, _month_text(each, ctx)) for each in whole_months(today)]
    if ctx.period not in dict(options):
        options.append((ctx.period, ctx.period.replace("..", " – ")))
    options.append((ANY_DAYS, ctx.t("filter.days")))
    marks: dict[str, str] = {}
    if today:
        first, last = shown_days(ctx, today)
        marks = {"data-since": first, "data-until": last, "data-last": today.isoformat()}
        marks |= {f"data-{each}": ctx.t(f"filter.days_{each}") for each in ("from", "to", "show")}
        marks["title"] = f"{first} – {last}"
    return _select("period", ctx.period, options=options, label=ctx.t("filter.period"), **marks)


def whole_months(today: date | None) -> list[str]:
    """Returns the last whole months as periods, the newest first."""
    found: list[str] = []
    last = today.replace(day=1) - timedelta(days=1) if today else None
    while last and len(found) < MONTHS:
        found.append(f"{last.replace(day=1)}..{last}")
        last = last.replace(day=1) - timedelta(days=1)
    return found


def _month_text(period: str, ctx: Context) -> str:
    first = date.fromisoformat(period[:10])
    return ctx.t("period.month", year=first.year, month=first.month)


def shown_days(ctx: Context, today: date) -> tuple[str, str]:
    """Returns the first and the last local day of the period shown."""
    since, until = ctx.filters.since_at, ctx.filters.until_at
    zone = ctx.town.zone
    first = local_date(since, zone) if since else today
    last = local_date(until - timedelta(seconds=1), zone) if until else today
    return first.isoformat(), last.isoformat()


def _level_label(level: str, ctx: Context) -> str:
    return next(ctx.pick(each.label) for each in ctx.town.file.levels if each.id == level)


def _trail(area_id: str | None, areas) -> list[str]:
    """Returns the areas from below the town down to this one."""
    parents = {row.area_id: row.parent_id for row in areas.itertuples()}
    trail: list[str] = []
    while isinstance(area_id, str) and area_id in parents and area_id not in trail:
        if isinstance(parents[area_id], str):  # the town itself is the first crumb
            trail.insert(0, area_id)
        area_id = parents[area_id]
    return trail


def _children(area_id: str | None, level: str, answers: Mapping[str, object]) -> list[str]:
    """Returns the areas of a level whose grids lie in this area; all of them for the town."""
    areas, grids_of = answers["areas"], answers["grids_of"]
    ids = list(areas.loc[areas["level_code"] == level, "area_id"])
    if area_id is None:
        return ids
    inside = set(grids_of.loc[grids_of["area_id"] == area_id, "grid_id"])
    mine = grids_of[grids_of["grid_id"].isin(inside) & grids_of["area_id"].isin(ids)]
    return [each for each in ids if each in set(mine["area_id"])]


def _select(parameter: str, value: str, *, options, label: str, **marks: str):
    items = [html.Option(text, value=key) for key, text in options]
    own = {"data-param": parameter, "data-value": value, "aria-label": label, "title": label}
    return html.Select(items, **(own | marks))
