"""Hazards and campaigns (隐患整治): found, put right, verified, back again; inspections, campaigns, drills, accidents."""

from components.page import register_page
from components.tiles.area_map import AreaMap
from components.tiles.listing_table import ListingTable
from components.tiles.metric_table import MetricTable
from components.tiles.pairs import Pairs
from components.tiles.roster import Roster
from components.tiles.shares import Shares
from components.tiles.tabs import Tabs
from components.tiles.trend import Trend
from components.tiles.vital_signs import VitalSigns

FOUND = "hazard_found_count hazard_rectified_count hazard_rectified_on_time_pct hazard_on_time_pct"
FOUND += " hazard_open_count hazard_open_overdue_count hazard_open_major_count hazard_relapse_pct"
FOUND += " hazard_verify_minutes_p90"
VISITS = "inspection_count inspection_failed_pct inspection_refused_pct hazards_per_100_visits"
VISITS += " hazards_per_100_places visits_per_100_places campaign_count campaign_covered_pct"
ITEMS = "hazard_found_count hazard_on_time_pct hazard_relapse_pct hazard_open_overdue_count"
INTENSE = "hazards_per_100_visits hazards_per_100_places visits_per_100_places recheck_current_pct"
LATE = "due_at place_name check_item_code hazard_level_code rectified_at grid_id"
RUN = "campaign_id campaign_kind_code first_date last_date target_count visit_count scope_count"
RUN += " covered_count hazard_count verified_count"
DRILLS = "drill_covered_pct drill_count accident_count"
COUNTS = "inspection_count hazard_found_count hazard_rectified_count drill_count accident_count"
HALF = {"area": "half"}
OLDEST = HALF | {"metric": "hazard_open_overdue_count", "side": "late", "order": "due_at"}
OLDEST |= {"limit": 9, "is_standing": True}
CAMPAIGNS = {"listing": "safety_campaigns", "columns": tuple(RUN.split()), "limit": 25}
CURRENT = HALF | {"metric": "recheck_current_pct", "level": "community"}
YEAR = HALF | {"is_year": True}
ACCIDENTS = HALF | {"metric": "accident_count", "by": "accident_kind_code"}

register_page(
    __name__,
    path="/safety/hazards",
    title="page.safety_hazards",
    nav_order=3,
    permission="modules",
    default_period="90d",
    tiles=[
        VitalSigns(uid="found", title="safety.hazards", shown=tuple(FOUND.split())),
        Tabs(uid="class8", metric="hazard_found_count", by="class8_code"),
        MetricTable(
            uid="items", title="safety.items", by="check_item_code", shown=tuple(ITEMS.split()), **HALF
        ),
        Roster(uid="late", title="safety.late", columns=tuple(LATE.split()), **OLDEST),
        VitalSigns(uid="visits", title="safety.visits", area="half", shown=tuple(VISITS.split())),
        Trend(uid="trend", title="safety.trend", area="half", metric="hazard_found_count"),
        MetricTable(uid="intense", title="safety.intensity", by="area", shown=tuple(INTENSE.split()), **HALF),
        AreaMap(uid="current", title="safety.current", **CURRENT),
        ListingTable(uid="campaigns", title="safety.campaigns", **CAMPAIGNS),
        MetricTable(
            uid="drills", title="safety.drills", by="class8_code", shown=tuple(DRILLS.split()), **HALF
        ),
        Pairs(uid="year", title="safety.year_counts", shown=tuple(COUNTS.split()), **YEAR),
        Pairs(uid="kinds", title="safety.year_kinds", by="category_code", shown=("incident_count",), **YEAR),
        Shares(uid="accidents", title="safety.accidents", **ACCIDENTS),
    ],
)
