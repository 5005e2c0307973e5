"""Incidents (事件分析): everything filters everything; from any number to its rows."""

from components.page import register_page
from components.tiles.backlog import Backlog
from components.tiles.distribution import Distribution
from components.tiles.explorer import Explorer, RowsBehind
from components.tiles.flow_balance import FlowBalance
from components.tiles.listing_table import ListingTable
from components.tiles.ranking import Ranking
from components.tiles.vital_signs import VitalSigns

VITALS = (
    "report_count",
    "incident_count",
    "reports_per_incident",
    "open_count",
    "open_overdue_count",
    "on_time_closure_pct",
    "closure_within_sla_pct",
    "dispatch_returned_pct",
)
SEGMENTS = (
    "discovery_minutes",
    "dispatch_minutes",
    "accept_minutes",
    "arrive_minutes",
    "handle_minutes",
    "check_minutes",
    "close_minutes",
)

CHANGED = ("domain_code", "grid_id", "previous_class_code", "class_code", "cycle_date")
CHARGED = {"metric": "open_charged_count", "by": "charged_code", "bands": "backlog.charged_bands"}
COLOURS = {"listing": "risk_changes", "limit": 12}
ON_TIME = {"metric": "on_time_closure_pct", "limit": 10, "area": "half", "has_interval": True}

register_page(
    __name__,
    path="/incidents",
    title="page.incidents",
    nav_order=7,
    permission="explore",
    tiles=[
        VitalSigns(uid="vitals", title="incidents.vitals", shown=VITALS),
        Explorer(uid="explorer", title="explorer.title"),
        RowsBehind(uid="table", title="incidents.table"),
        FlowBalance(uid="flow", title="flow.title", metric="open_count"),
        Ranking(uid="department", title="incidents.by_department", by="department_id", **ON_TIME),
        Ranking(uid="stage", title="incidents.by_stage", area="half", metric="open_count", by="stage_code"),
        Backlog(uid="backlog", title="incidents.backlog", area="half", metric="open_count"),
        Backlog(uid="charged", title="incidents.charged", area="half", **CHARGED),
        Distribution(uid="times", title="incidents.times", segments=SEGMENTS),
        ListingTable(uid="changes", title="incidents.changes", columns=CHANGED, **COLOURS),
    ],
)
