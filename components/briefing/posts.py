"""Duty posts (责任岗位): who answers for a grid, by the post's name, never by a person's."""

from __future__ import annotations

from functools import cache

import pandas as pd

from components.briefing.desk import Desk
from components.briefing.grammar import Speech
from components.numbers import is_known

# From the ground up: who answers for a grid, and whom it is taken to when that is not enough.
GROUND, ABOVE = "grid_lead", ("squad_head", "station_head", "zone_chief")


@cache
def _levels() -> tuple[str, ...]:
    return (GROUND, *ABOVE)


def posts_of(desk: Desk, speech: Speech, grid_id: object) -> dict[str, str]:
    """Returns role -> the post's name for the areas that hold a grid; a post nobody holds is said to be vacant."""
    if not is_known(grid_id):
        return {}
    grids = desk.listing("grids_of", is_scoped=False)
    areas = set(grids.loc[grids["grid_id"] == str(grid_id), "area_id"])
    staff = _holding(desk)
    found = {}
    for role in _levels():
        mine = staff[(staff["role_code"] == role) & staff["area_id"].isin(areas)]
        if len(mine):
            area = desk.ctx.name("area", mine["area_id"].iloc[0]).removesuffix("网格")  # 网格长 says it again
            is_held = (mine["worker_count"].fillna(0) > 0).any()
            rule = f"post.{role}" if is_held else f"post.{role}_vacant"
            found[role] = speech.phrase(rule, area=area).text
    return found


def _holding(desk: Desk) -> pd.DataFrame:
    staff = desk.listing("staff", is_scoped=False)
    if staff.empty:
        return staff
    on = pd.Timestamp(desk.instant(desk.edition.as_of_at).date())
    since, until = (pd.to_datetime(staff[name]) for name in ("valid_from", "valid_to"))
    return staff[(since.isna() | (since <= on)) & (until.isna() | (until > on))]
