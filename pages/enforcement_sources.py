"""Sources of enforcement (执法来源): what is one thing told twice, what citizens get, what cameras and drones are worth."""

from components.page import register_page
from components.tiles.area_map import AreaMap
from components.tiles.metric_table import MetricTable
from components.tiles.roster import Roster
from components.tiles.shares import Shares
from components.tiles.stages import Stages
from components.tiles.vital_signs import VitalSigns

MERGED = ("report_count", "incident_count", "reports_per_incident", "merged_report_count")
MERGED += ("merged_cross_count", "multi_feed_pct", "merged_certain_pct")
SNAP = ("snap_count", "snap_replied_pct", "snap_rejected_pct", "snap_dispute_count")
SNAP += ("snap_rated_pct", "snap_satisfied_pct")
ALERTS = ("alert_count", "alert_confirmed_count", "alert_false_pct", "alert_handled_pct")
ALERTS += ("alert_noticed_pct", "alert_unproven_pct")
HALF = {"area": "half"}
LINKED = HALF | {"metric": "merged_report_count"}
COLUMNS = ("feed_id", "link_rule_code", "link_score", "report_count", "category_code", "grid_id")
SEEN = HALF | {"shown": ALERTS}
VERDICTS = HALF | {"metric": "alert_count", "by": "alert_state_code", "over": "date"}
WAY = ("alert_count", "alert_confirmed_count", "alert_handled_count")
PLACES = HALF | {"by": "area", "shown": SNAP, "limit": 12}
WHAT = HALF | {"by": "category_code", "shown": SNAP, "limit": 12}

register_page(
    __name__,
    path="/enforcement/sources",
    title="page.enforcement_sources",
    nav_order=2,
    permission="modules",
    default_period="28d",
    tiles=[
        VitalSigns(uid="merged", title="enforcement.sources", shown=MERGED),
        Shares(uid="rules", title="enforcement.links", by="link_rule_code", **LINKED),
        Shares(uid="pairs", title="enforcement.pairs", by="feed_pair_code", limit=10, **LINKED),
        Roster(uid="links", title="enforcement.latest_links", columns=COLUMNS, metric="merged_report_count"),
        VitalSigns(uid="snap", title="enforcement.snap", shown=SNAP),
        MetricTable(uid="snap_areas", title="enforcement.snap_areas", **PLACES),
        MetricTable(uid="snap_kinds", title="enforcement.snap_kinds", **WHAT),
        Stages(uid="alerts", title="enforcement.alert_way", shown=WAY),
        MetricTable(uid="cameras", title="enforcement.contactless", by="contactless_code", **SEEN),
        MetricTable(uid="devices", title="enforcement.devices", by="device_code", **SEEN),
        AreaMap(uid="map", title="enforcement.alert_map", metric="alert_confirmed_count", **HALF),
        Shares(uid="verdicts", title="enforcement.alerts", **VERDICTS),
    ],
)
