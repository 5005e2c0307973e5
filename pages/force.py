"""Grid force (网格力量): five circles and 43 communities, who is on the register, who is there now, how much each carries."""

from components.page import register_page
from components.tiles.area_map import AreaMap
from components.tiles.force import Force
from components.tiles.metric_table import MetricTable
from components.tiles.shares import Shares
from components.tiles.vital_signs import VitalSigns

VITALS = (
    "duty_planned_count",
    "duty_present_count",
    "duty_present_pct",
    "shift_signed_pct",
    "shift_absent_count",
    "grid_lead_shared_count",
    "grid_lead_vacant_count",
    "grid_household_standard_pct",
)
PEOPLE = ("grid_lead_count", "grid_full_time_count", "grid_part_time_count")
CARRIED = ("grid_load_per_worker", "grid_open_per_worker")
SHIFT = ("duty_planned_count", "duty_present_count", "shift_signed_pct", "shift_absent_count")
CIRCLE = (*PEOPLE, *CARRIED, "shift_signed_pct")

register_page(
    __name__,
    path="/force",
    title="page.force",
    nav_order=8,
    permission="modules",
    tiles=[
        VitalSigns(uid="vitals", title="force.vitals", shown=VITALS),
        Force(
            uid="register",
            title="force.title",
            area="half",
            metric="duty_present_count",
            planned="duty_planned_count",
        ),
        MetricTable(uid="roles", title="force.roles", area="half", by="role_code", shown=SHIFT),
        AreaMap(uid="map", title="force.load_map", area="half", metric="grid_load_per_worker"),
        MetricTable(uid="circle6", title="force.circle6", area="half", by="circle6", shown=CIRCLE),
        Shares(uid="standard", title="force.standard", metric="grid_count", by="standard_code"),
        MetricTable(uid="circle12", title="force.circle12", by="circle12", shown=CIRCLE, limit=12),
        MetricTable(uid="circle30", title="force.circle30", by="circle30", shown=CIRCLE, limit=30),
        MetricTable(uid="community", title="force.community", by="community", shown=CIRCLE, limit=43),
    ],
)
