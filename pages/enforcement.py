"""Smart enforcement (智慧执法): what comes in, how far it gets, who is late, what cameras, citizens and whistles bring."""

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
MERGED = ("reports_per_incident", "merged_report_count", "merged_cross_count", "merged_certain_pct")
SNAP = ("snap_count", "snap_replied_pct", "snap_rejected_pct", "snap_dispute_count")
SNAP += ("snap_rated_pct", "snap_satisfied_pct")
ALERTS = ("alert_count", "alert_confirmed_count", "alert_false_pct", "alert_handled_pct")
ALERTS += ("alert_noticed_pct", "alert_unproven_pct")
WHISTLES = ("whistle_count", "whistle_call_count", "whistle_arrival_pct", "whistle_first_minutes_p50")
WHISTLES += ("whistle_first_minutes_p90", "whistle_settled_pct")
CALLED = ("whistle_arrival_pct", "whistle_late_count", "whistle_absent_count", "whistle_absent_pct")
WATCHED = ("open_overdue_count", "supervised_count", "supervised_open_count", "supervised_closed_pct")
HALF = {"area": "half"}
LINKED = {"metric": "merged_report_count", "area": "third"}
ABSENT = HALF | {"metric": "whistle_absent_count", "side": "absent"}
SEEN = HALF | {"shown": ALERTS}
VERDICTS = HALF | {"metric": "alert_count", "by": "alert_state_code"}
UNITS = HALF | {"by": "department_id"}
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
        VitalSigns(uid="merged", title="enforcement.sources", area="third", shown=MERGED),
        Shares(uid="rules", title="enforcement.links", by="link_rule_code", **LINKED),
        Shares(uid="pairs", title="enforcement.pairs", by="feed_pair_code", **LINKED),
        VitalSigns(uid="whistles", title="enforcement.whistle", shown=WHISTLES),
        MetricTable(uid="called", title="enforcement.called", shown=CALLED, **UNITS),
        Roster(uid="absent", title="enforcement.absent", **ABSENT),
        MetricTable(uid="cameras", title="enforcement.contactless", by="contactless_code", **SEEN),
        MetricTable(uid="devices", title="enforcement.devices", by="device_code", **SEEN),
        AreaMap(uid="map", title="enforcement.alert_map", metric="alert_confirmed_count", **HALF),
        Shares(uid="verdicts", title="enforcement.alerts", **VERDICTS),
        VitalSigns(uid="snap", title="enforcement.snap", shown=SNAP),
        MetricTable(uid="six", title="enforcement.six", by="joint_code", **GROUPS),
        MetricTable(uid="nine", title="enforcement.nine", by="matter_code", **GROUPS),
    ],
)
