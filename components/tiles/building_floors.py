"""One building (楼宇画像): its facts and numbers, and its floors with every unit let, ending or empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from dash import html

from components.codes import letter_of
from components.context import Context
from components.measure import figure, flag_text, only_row
from components.numbers import UNKNOWN, count_text, is_known, number_text
from components.panel import info_button
from components.tiles.area_portrait import portrait_path
from components.tiles.base import Tile
from data.catalogue import catalogue, rule
from data.listing import Listing
from data.request import Filters, Request

SHOWN = (
    "building_occupancy_pct",
    "building_vacant_m2",
    "lease_expiring_90_count",
    "lease_asked_pct",
    "tax_year_wan_yuan",
    "tax_change_pct",
    "firm_visit_overdue_count",
    "firm_appeal_open_count",
)
FACTS = ("floor_count", "height_m", "gross_m2", "rentable_m2")
VACANT, RENEWED, LET = "vacant", "renewed", "let"


def of_building(ctx: Context) -> Filters:
    """Returns the page's filters narrowed to the building its address names."""
    others = tuple(each for each in ctx.filters.picked if each[0] != "building_id")
    return replace(
        ctx.filters, area_id=None, picked=tuple(sorted((*others, ("building_id", ctx.route["id"]))))
    )


@dataclass(frozen=True, kw_only=True)
class BuildingFacts(Tile):
    """Name, place, size; then its numbers, a tax of fewer than three payers not among them."""

    def metrics(self) -> tuple[str, ...]:
        """Returns the metrics shown."""
        return SHOWN

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns the building and its numbers."""
        filters = of_building(ctx)
        asks: dict[str, object] = {name: Request(name, filters=filters) for name in SHOWN}
        return asks | {"building": Listing("buildings", filters=filters)}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the portrait."""
        found = answers["building"]
        if found.empty:
            return (html.P(ctx.t("economy.missing"), className="empty"),)
        row = found.iloc[0]
        place = (
            html.A(
                ctx.name("area", row["grid_id"]), href=portrait_path(row["grid_id"], ctx), className="link"
            )
            if is_known(row["grid_id"])
            else ctx.t("common.not_placed")
        )
        done = f"{row['completed_date']:%Y}" if is_known(row["completed_date"]) else UNKNOWN
        trail = [
            ctx.label("use_code", row["use_code"]),
            " · ",
            place,
            " · ",
            ctx.t("economy.completed", year=done),
        ]
        terms = []
        for name in FACTS:
            text = number_text(row[name], "{:,.1f}" if name == "height_m" else "{:,.0f}")
            terms += [html.Dt(ctx.column(name)), html.Dd(text, className="digits")]
        terms += [html.Dt(ctx.t("economy.rooms")), html.Dd(count_text(row["unit_count"]), className="digits")]
        head = [html.H1(row["building_name"]), html.P(trail, className="note")]
        facts = html.Div(
            [*head, html.Dl(terms, className="definition two facts")], className="portrait-facts"
        )
        return ([facts, html.Ul([_number(name, answers[name], ctx) for name in SHOWN], className="vitals")],)


def _number(name: str, answer, ctx: Context) -> html.Li:
    metric, row = catalogue().metric(name), only_row(answer)
    where = {"building_id": ctx.route["id"]}
    shown = [
        figure(name, row, ctx=ctx, as_of_at=answer.as_of_at, where=where),
        html.Span(ctx.pick(metric.unit), className="unit"),
    ]
    sample = ctx.t("kpi.sample", n=count_text(row["n"])) if metric.kind != "count" and row["n"] else ""
    note = " · ".join(part for part in (sample, flag_text(row, ctx)) if part)
    title = html.Span([html.Span(ctx.pick(metric.label)), info_button(name, ctx=ctx)], className="vital-name")
    return html.Li(
        [title, html.Span(shown, className="number-line"), html.Span(note, className="kpi-sample")],
        className="vital",
    )


@dataclass(frozen=True, kw_only=True)
class BuildingFloors(Tile):
    """The floors stacked as they stand: a unit is as wide as its share of the floor, and says who is in it until when."""

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns the units with the contract in force."""
        return {"units": Listing("building_floors", filters=of_building(ctx))}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the stack and what its looks mean."""
        units = answers["units"]
        if units.empty:
            return (html.P(ctx.t("common.no_data"), className="empty"),)
        windows = _windows(ctx)
        states = [*(f"within_{edge}" for edge in windows), LET, RENEWED, VACANT]
        units = units.assign(state=[_state(row, windows) for row in units.itertuples()])
        first = units.drop_duplicates("unit_id")
        legend = [_legend(state, first, ctx) for state in states]
        floors = [
            html.Li(
                [
                    html.B(_floor_name(level), className="floor-no digits"),
                    html.Div(_units(part, ctx), className="floor-units"),
                    _let(part),
                ],
                className="floor",
            )
            for level, part in units.groupby("floor_level", sort=False, dropna=False)
        ]
        return ([html.Div(legend, className="floor-legend"), html.Ol(floors, className="floors")],)


def _windows(ctx: Context) -> tuple[int, ...]:
    local = ctx.local(ctx.as_of_at)
    return rule("economy.lease_windows", local.date()) if local is not None else ()


def _state(row, windows: tuple[int, ...]) -> str:
    if not is_known(row.lease_id):
        return VACANT
    if is_known(row.is_renewed) and row.is_renewed:
        return RENEWED
    return next((f"within_{edge}" for edge in windows if row.remaining_days <= edge), LET)


def _floor_name(level: object) -> str:
    return f"{int(level)}F" if is_known(level) else UNKNOWN


def _legend(state: str, units, ctx: Context) -> html.Span:
    count = int((units["state"] == state).sum())
    words = [
        html.I(className=f"room-swatch room-{state}"),
        ctx.t(f"economy.room_{state}"),
        html.B(count_text(count), className="digits"),
    ]
    return html.Span(words, className="room-key")


def _units(part, ctx: Context) -> list:
    """One box for each unit; where two contracts hold one unit the second is named too."""
    boxes = []
    for _, rows in part.groupby("unit_id", sort=False):
        row = rows.iloc[0]
        wide = {
            "flexGrow": f"{max(1.0, float(row['rentable_m2'])) if is_known(row['rentable_m2']) else 1:.0f}"
        }
        area = number_text(row["rentable_m2"], "{:,.0f} m²")
        state = f"room room-{row['state']}"
        if row["state"] == VACANT:
            words = [html.Span(ctx.t("economy.room_vacant"), className="room-firm"), html.Small(area)]
            boxes.append(html.Span(words, className=state, style=wide, title=f"{row['unit_name']} · {area}"))
            continue
        until = ctx.local(row["valid_to_at"])
        names = " / ".join(str(each) for each in rows["place_name"] if is_known(each)) or ctx.t(
            "common.unknown"
        )
        asked = ctx.t(
            "economy.asked" if is_known(row["is_contacted"]) and row["is_contacted"] else "economy.not_asked"
        )
        told = [row["unit_name"], area, names, ctx.t("economy.until", day=f"{until:%Y-%m-%d}")]
        told += [asked] if row["state"].startswith("within") else []
        words = [
            _code(row, ctx),
            html.Span(names, className="room-firm"),
            html.Small(f"{until:%y-%m-%d}", className="digits"),
        ]
        link = (
            {"href": ctx.link(f"/places/{quote(str(row['place_id']), safe='')}")}
            if is_known(row["place_id"]) and ctx.may("modules")
            else {}
        )
        boxes.append(html.A(words, className=state, style=wide, title=" · ".join(told), **link))
    return boxes


def _code(row, ctx: Context) -> html.I:
    code = row["colour_code"] if is_known(row["colour_code"]) else None
    known = code if code in ("red", "yellow", "green") else "none"
    sign = letter_of("colour_code", code, ctx) if known != "none" else ""
    return html.I(sign, className=f"code-dot risk-{known}", title=ctx.label("colour_code", code))


def _let(part) -> html.Span:
    units = part.drop_duplicates("unit_id")
    known = units[units["rentable_m2"].notna()]
    whole = float(known["rentable_m2"].sum())
    let = float(known.loc[known["state"] != VACANT, "rentable_m2"].sum())
    return html.Span(
        number_text(100 * let / whole if whole else None, "{:.0f}%"), className="floor-let digits"
    )
