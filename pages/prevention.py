"""Smart prevention (智慧防控): what is seen, who can be called, what is in store, is the town at peace, are its records fresh."""

from components.page import register_page
from components.tiles.area_map import AreaMap
from components.tiles.listing_table import ListingTable
from components.tiles.metric_table import MetricTable
from components.tiles.pairs import Pairs
from components.tiles.points_map import PointsMap
from components.tiles.roster import Roster
from components.tiles.vital_signs import VitalSigns
from components.tiles.war_room import WarRoom

# fmt: off
VITALS = (
    "key_road_seen_pct", "device_online_pct", "device_overdue_count", "force_reach_within_pct", "callup_in_time_pct",
    "stock_below_minimum_count", "plan_drilled_pct", "household_fresh_pct",
)
ROADS = ("road_km", "road_installed_pct", "road_seen_pct", "road_unseen_km")
DEVICES = ("device_count", "device_online_pct", "device_uptime_pct", "device_overdue_count", "device_unknown_count")
ALERTS = ("device_alert_count", "device_alert_true_pct", "device_alert_answer_minutes_p50", "device_alert_answer_minutes_p90")
BASES = (
    "force_resource_count", "force_verified_pct", "force_reach_within_pct", "force_reach_minutes", "callup_count",
    "callup_in_time_pct", "callup_assembled_minutes_p50", "callup_shortfall_pct",
)
STOCK = ("stock_below_minimum_count", "stock_cover_days", "stock_median_cover_days", "stock_expiring_count")
PLANS = ("plan_drilled_pct", "plan_drill_count", "plan_finding_fixed_pct")
HOMES = ("household_fresh_pct", "household_stale_count")
LEVELS = ("alert_field_code", "alert_level_code", "declared_at", "lifted_at", "is_drill", "basis_name")
HALF, SPOT = {"area": "half"}, ("device_kind_code", "since_at")
PAGE = {"path": "/prevention", "title": "page.prevention", "nav_order": 4, "permission": "modules", "default_period": "90d"}
LATE = {"area": "half", "limit": 10, "is_standing": True, "side": "late"}
BELOW = {**LATE, "side": "below", "columns": ("store_name", "stock_item_code", "held_count", "minimum_count", "cover_days")}
DOWN = {**LATE, "columns": ("device_kind_code", "device_owner_code", "since_at", "outage_cause_code", "grid_id")}
UNDRILLED = {**LATE, "columns": ("plan_name", "store_level_code", "owner_name", "issued_date", "last_drill_at")}
OLDEST = {**LATE, "columns": ("block_name", "household_count", "fresh_count", "oldest_date", "grid_id")}

TILES = [
    WarRoom(uid="state", title="prevention.state"),
    VitalSigns(uid="vitals", title="prevention.vitals", shown=VITALS),
    AreaMap(uid="coverage", title="prevention.coverage", metric="road_seen_pct", level="grid", **HALF),
    PointsMap(uid="spots", title="prevention.spots", listing="devices", colour="device_state_code", label=SPOT, **HALF),
    MetricTable(uid="roads", title="prevention.roads", by="road_class_code", shown=ROADS, **HALF),
    MetricTable(uid="alerts", title="prevention.alerts", by="device_alert_code", shown=ALERTS, **HALF),
    MetricTable(uid="devices", title="prevention.devices", by="device_kind_code", shown=DEVICES, **HALF),
    Roster(uid="down", title="prevention.down", metric="device_overdue_count", order="since_at", **DOWN),
    MetricTable(uid="bases", title="prevention.bases", by="resource_base_code", shown=BASES),
    MetricTable(uid="stores", title="prevention.stores", by="store_level_code", shown=STOCK),
    AreaMap(uid="reach", title="prevention.reach", metric="force_reach_minutes", level="grid", **HALF),
    MetricTable(uid="stock", title="prevention.stock", by="stock_item_code", shown=STOCK, limit=16, **HALF),
    Roster(uid="below", title="prevention.below", metric="stock_below_minimum_count", order="cover_days", **BELOW),
    MetricTable(uid="plans", title="prevention.plans", by="plan_hazard_code", shown=PLANS, limit=12, **HALF),
    Roster(uid="undrilled", title="prevention.undrilled", metric="plan_drilled_pct", order="last_drill_at", **UNDRILLED),
    ListingTable(uid="levels", title="prevention.levels", listing="alert_levels", columns=LEVELS, limit=10, **HALF),
    AreaMap(uid="fresh", title="prevention.fresh", metric="household_fresh_pct", level="grid", **HALF),
    MetricTable(uid="homes", title="prevention.homes", by="area", shown=HOMES, limit=12, **HALF),
    Roster(uid="oldest", title="prevention.oldest", metric="household_stale_count", order="oldest_date", **OLDEST),
    MetricTable(uid="ways", title="prevention.ways", by="flow_pair_id", shown=("flow_in_count",), **HALF),
    Pairs(uid="flow", title="prevention.flow", shown=("flow_in_count",), by="community"),
]
register_page(__name__, tiles=TILES, **PAGE)
