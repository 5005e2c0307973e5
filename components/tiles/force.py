"""Grid force (网格力量): who is on the town's register for which areas, as counts; never names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from dash import html

from components.context import Context
from components.measure import figure, only_row
from components.numbers import count_text
from components.tiles.base import Tile
from data.listing import Listing
from data.request import Request

SHOWN = ("grid_lead", "full_time", "part_time", "zone_chief")


def in_force(staff: pd.DataFrame, ctx: Context) -> pd.DataFrame:
    """Returns the lines of the register that hold on the local day of as-of."""
    local = ctx.local(ctx.as_of_at)
    if local is None or staff.empty:
        return staff.iloc[:0]
    day = pd.Timestamp(local.date())
    return staff[_days(staff["valid_from"]).le(day) & _days(staff["valid_to"]).ge(day)]


def _days(values: pd.Series) -> pd.Series:
    # 2999-12-31 lies outside nanoseconds.
    return values.astype("datetime64[s]")


@dataclass(frozen=True, kw_only=True)
class Force(Tile):
    """Who is on duty now, people by role with the areas they serve, and how many areas each level has.

    Attributes:
        metric: how many are signed in now.
        planned: how many should be.
    """

    planned: str = ""

    def metrics(self) -> tuple[str, ...]:
        """Returns the numbers of the roster, where they are shown."""
        return tuple(name for name in (self.metric, self.planned) if name)

    def requests(self, ctx: Context) -> Mapping[str, Listing | Request]:
        """Returns the register's counts, the areas, and the roster's numbers."""
        duty = {name: Request(name, filters=ctx.filters) for name in self.metrics()}
        return {"staff": Listing("staff"), "areas": Listing("areas"), **duty}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns one number per role; says so when the town has no register."""
        staff, areas = in_force(answers["staff"], ctx), answers["areas"]
        if staff.empty:
            return (html.P(ctx.t("force.none"), className="empty"),)
        roles = [code for code in SHOWN if (staff["role_code"] == code).any()]
        items = [_role(code, staff[staff["role_code"] == code], areas, ctx=ctx) for code in roles]
        return (html.Ul([*self._duty(answers, ctx), *items, *_levels(areas, ctx)], className="force"),)

    def _duty(self, answers: Mapping[str, object], ctx: Context) -> list:
        """One item: signed in of those planned; nothing where the town has no roster."""
        if not self.planned:
            return []
        present, planned = (only_row(answers[name]) for name in (self.metric, self.planned))
        if not planned["n"]:
            return []
        note = ctx.t("force.of_planned", count=count_text(planned["value"]))
        number = figure(self.metric, present, ctx=ctx, as_of_at=answers[self.metric].as_of_at)
        return [_item(ctx.t("force.now"), number, note)]


def _role(code: str, staff: pd.DataFrame, areas: pd.DataFrame, *, ctx: Context):
    people, served = int(staff["person_count"].sum()), set(staff["area_id"])
    level = _level_of(served, areas)
    total = int((areas["level_code"] == level).sum())
    shared = staff.loc[staff["shared_count"] > 0, "area_id"].nunique()
    label = next(ctx.pick(each.label) for each in ctx.town.file.levels if each.id == level)
    note = f"{count_text(len(served))}/{count_text(total)}"
    note = f"{label} {note}" if level == ctx.town.levels[-1] else note  # a long name of a circle would be cut
    if shared:
        note = ctx.t("force.shared", shared=count_text(shared), lacking=count_text(total - len(served)))
    return _item(ctx.t(f"role.{code}"), count_text(people), note)


def _levels(areas: pd.DataFrame, ctx: Context) -> list:
    """One item for the hierarchy with the most levels: how many areas each of them has."""
    deepest = max(ctx.town.file.hierarchies, key=lambda each: len(each.levels))
    counts = [int((areas["level_code"] == level).sum()) for level in deepest.levels]
    return [_item(ctx.pick(deepest.label), "/".join(map(str, counts)), ctx.t("force.levels"))]


def _level_of(area_ids: set[str], areas: pd.DataFrame) -> str:
    """The level most of the areas belong to."""
    return areas.loc[areas["area_id"].isin(area_ids), "level_code"].mode().iloc[0]


def _item(label: str, number, note: str):
    return html.Li(
        [
            html.Span(label, className="force-name"),
            html.B(number, className="digits"),
            html.Span(note, className="note"),
        ]
    )
