"""Smart enforcement (智慧执法): how far what comes in gets, who is late, who comes when called, which six joint mechanisms."""

from components.page import register_page
from components.tiles.area_map import AreaMap
from components.tiles.event_table import LateList
from components.tiles.metric_table import MetricTable
from components.tiles.roster import Roster
from components.tiles.shares import Shares
from components.tiles.stages import Stages
from components.tiles.vital_signs import VitalSigns

VITALS = ("report_count", "incident_count", "open_overdue_count", "supervised_open_count")
VITALS += ("whistle_arrival_pct", "alert_false_pct", "snap_satisfied_pct", "near_resolved_pct")
STAGES = ("case_count", "case_sent_count", "case_signed_count", "case_arrived_count")
STAGES += ("case_handled_count", "case_closed_count")
TIMES = ("dispatch_minutes_p90", "accept_minutes_p90", "arrive_minutes_p90", "handle_minutes_p90")
WHISTLES = ("whistle_count", "whistle_call_count", "whistle_arrival_pct", "whistle_first_minutes_p50")
WHISTLES += ("whistle_first_minutes_p90", "whistle_settled_pct")
CALLED = ("whistle_arrival_pct", "whistle_late_count", "whistle_absent_count", "whistle_absent_pct")
WATCHED = ("open_overdue_count", "supervised_count", "supervised_open_count", "supervised_closed_pct")
HALF = {"area": "half"}
UNITS = HALF | {"by": "department_id"}
ABSENT = HALF | {"metric": "whistle_absent_count", "side": "absent"}
ABSENT |= {
    "columns": ("department_id", "called_at", "due_at", "whistle_level_code", "category_code", "grid_id")
}
STUCK = {"metric": "supervised_open_count", "side": "open", "order": "supervised_at", "is_standing": True}
CAUSES = HALF | {"metric": "whistle_count", "by": "cause_code"}
GROUPS = HALF | {"shown": ("case_count", "near_resolved_pct", "merged_incident_pct", "supervised_pct")}

register_page(
    __name__,
    path="/enforcement",
    title="page.enforcement",
    nav_order=2,
    permission="modules",
    default_period="28d",
    tiles=[
        VitalSigns(uid="vitals", title="enforcement.vitals", shown=VITALS),
        Stages(uid="funnel", title="enforcement.funnel", shown=STAGES, times=TIMES),
        LateList(uid="late", title="enforcement.overdue", metric="open_overdue_count", limit=10, **HALF),
        MetricTable(uid="watched", title="enforcement.supervised", shown=WATCHED, **UNITS),
        Roster(uid="stuck", title="enforcement.stuck", limit=6, **STUCK),
        VitalSigns(uid="whistles", title="enforcement.whistle", shown=WHISTLES),
        MetricTable(uid="called", title="enforcement.called", shown=CALLED, **UNITS),
        Roster(uid="absent", title="enforcement.absent", **ABSENT),
        AreaMap(uid="blown", title="enforcement.blown", metric="whistle_count", **HALF),
        Shares(uid="causes", title="enforcement.causes", over="date", is_absolute=True, **CAUSES),
        MetricTable(uid="six", title="enforcement.six", by="joint_code", **GROUPS),
        MetricTable(uid="nine", title="enforcement.nine", by="matter_code", **GROUPS),
    ],
)
