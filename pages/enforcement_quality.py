"""Quality of enforcement (执法质效): does it last, where is it solved, who only looks good, what the rival readings say."""

from components.page import register_page
from components.tiles.area_map import AreaMap
from components.tiles.metric_table import MetricTable
from components.tiles.parts import Parts
from components.tiles.points_map import PointsMap
from components.tiles.roster import Roster
from components.tiles.shares import Shares
from components.tiles.vital_signs import VitalSigns

VITALS = ("rework_pct", "check_failures_per_incident", "recurrence_pct", "repeat_report_pct")
VITALS += ("hotspot_count", "hotspot_many_count", "suspended_count", "extension_effect_pct")
REWORK = ("rework_pct", "rework_sent_pct", "rework_disposed_pct", "rework_due_pct")
LASTING = ("recurrence_pct", "repeat_report_pct", "chasing_report_pct")
GAMING = ("early_close_pct", "pressed_close_pct", "recurrence_pct", "extended_pct", "unsigned_pct")
GAMING += ("suspended_count",)
PARTS = ("on_time_handled_pct", "closed_of_due_pct", "check_kept_pct")
RIVALS = ("unit_score", "jinniu_score", "on_time_handled_pct", "egova_on_time_pct")
RIVALS += ("closed_of_due_pct", "unicom_closed_pct")
DISPUTES = ("dispute_count", "dispute_settled_pct", "dispute_near_pct")
HALF = {"area": "half"}
SCORE = HALF | {"metric": "unit_score", "parts": PARTS, "weights": "score.unit_weights"}
SPOTS = HALF | {"listing": "hotspots", "colour": "heat_code"}
SPOTS |= {"label": ("category_code", "incident_count", "last_signal_at")}
BACK = HALF | {"metric": "recurrence_pct", "side": "recurred"}
BACK |= {"columns": ("category_code", "grid_id", "closed_at", "came_back_at", "rule_code", "department_id")}
HOT = HALF | {"metric": "hotspot_count", "order": "-incident_count"}
HOT |= {
    "columns": ("category_code", "grid_id", "incident_count", "report_count", "month_id", "last_signal_at")
}
LEVELS = HALF | {"metric": "case_resolved_count", "by": "resolved_level_code"}
UNITS = {"by": "department_id", "limit": 14}
KINDS = HALF | {"by": "category_code"}

register_page(
    __name__,
    path="/enforcement/quality",
    title="page.enforcement_quality",
    nav_order=2,
    permission="modules",
    default_period="90d",
    tiles=[
        VitalSigns(uid="vitals", title="enforcement.back", shown=VITALS),
        MetricTable(uid="gaming", title="enforcement.gaming", shown=GAMING, **UNITS),
        Parts(uid="score", title="enforcement.score", **SCORE),
        MetricTable(uid="rework", title="enforcement.rework", shown=REWORK, by="department_id", **HALF),
        MetricTable(uid="rivals", title="enforcement.rivals", shown=RIVALS, **UNITS),
        MetricTable(uid="lasting", title="enforcement.lasting", shown=LASTING, **KINDS),
        Roster(uid="back", title="enforcement.returned", **BACK),
        PointsMap(uid="hot", title="enforcement.hot", **SPOTS),
        Roster(uid="hottest", title="enforcement.hottest", **HOT),
        Shares(uid="level", title="enforcement.level", **LEVELS),
        Shares(uid="kinds", title="enforcement.kinds", metric="case_count", by="kind_code", **HALF),
        AreaMap(uid="near", title="enforcement.near", metric="near_resolved_pct", **HALF),
        MetricTable(uid="disputes", title="enforcement.disputes", shown=DISPUTES, **KINDS),
    ],
)
