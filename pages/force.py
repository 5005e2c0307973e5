"""Grid force (网格力量): five circles and 43 communities, who is on the register, who is there now, what older grids left."""

from functools import partial

from components.page import register_page
from components.tiles.area_map import AreaMap
from components.tiles.force import Force
from components.tiles.metric_table import MetricTable
from components.tiles.roster import Roster
from components.tiles.shares import Shares
from components.tiles.vital_signs import VitalSigns

DUTY = ("duty_planned_count", "duty_present_count")
SHIFT = (*DUTY, "shift_signed_pct", "shift_absent_count")
LEADS = ("grid_lead_shared_count", "grid_lead_vacant_count", "grid_household_standard_pct")
VITALS = (*DUTY, "duty_present_pct", *SHIFT[2:], *LEADS)
PEOPLE = ("grid_lead_count", "grid_full_time_count", "grid_part_time_count")
CARRIED = ("grid_load_per_worker", "grid_open_per_worker")
CIRCLE = (*PEOPLE, *CARRIED, "shift_signed_pct")
LEFT, TWICE = (
    ("overlap_orphaned_count", "overlap_orphaned_km2"),
    ("overlap_contested_count", "overlap_contested_km2"),
)
MERGED = ("legacy_grid_count", "overlap_whole_pct", *LEFT, *TWICE)
WORKERS = tuple(f"workforce_{each}" for each in ("count", "aged_pct", "college_pct"))
GAP = ("grid_id", "line_code", "cut_count", "covered_pct")
Half, Gap = partial(MetricTable, area="half"), partial(Roster, area="half", limit=8, is_standing=True)
Map = partial(AreaMap, area="half")

# fmt: off
TILES = [
    VitalSigns(uid="vitals", title="force.vitals", shown=VITALS),
    Force(uid="register", title="force.title", area="half", metric=DUTY[1], planned=DUTY[0]),
    Half(uid="roles", title="force.roles", by="role_code", shown=SHIFT),
    Map(uid="map", title="force.load_map", metric=CARRIED[0]),
    Half(uid="circle6", title="force.circle6", by="circle6", shown=CIRCLE),
    Shares(uid="standard", title="force.standard", metric="grid_count", by="standard_code"),
    Half(uid="posts", title="force.posts", by="post_code", shown=(*WORKERS, "workforce_part_time_pct")),
    Half(uid="homes", title="force.homes", by="area_id", shown=WORKERS, sort=WORKERS[1], limit=6),
    Shares(uid="ages", title="force.ages", area="half", metric=WORKERS[0], by="age_band_code"),
    Shares(uid="schools", title="force.schools", area="half", metric=WORKERS[0], by="education_code"),
    Map(uid="cuts", title="force.cuts", metric=MERGED[0], level="grid"),
    Half(uid="lines", title="force.lines", by="line_code", shown=MERGED),
    Gap(uid="orphaned", title="force.orphaned", metric=LEFT[0], side="orphaned", columns=(*GAP, "orphaned_km2"),
        order="covered_pct"),
    Gap(uid="contested", title="force.contested", metric=TWICE[0], side="contested", columns=(*GAP, "contested_km2"),
        order="-covered_pct"),
    MetricTable(uid="circle12", title="force.circle12", by="circle12", shown=CIRCLE, limit=12),
    MetricTable(uid="circle30", title="force.circle30", by="circle30", shown=CIRCLE, limit=30),
    MetricTable(uid="community", title="force.community", by="community", shown=CIRCLE, limit=43),
]

register_page(__name__, path="/force", title="page.force", nav_order=8, permission="modules", tiles=TILES)
