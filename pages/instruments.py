"""Instruments (数据体检): open cases, what is left out, clocks, links, and whether the flow balances."""

from components.page import register_page
from components.tiles.exclusion_ledger import ExclusionLedger
from components.tiles.flow_balance import FlowBalance
from components.tiles.life_curve import LifeCurve
from components.tiles.link_audit import LinkAudit
from components.tiles.metric_table import MetricTable

SEGMENTS = (
    "handle_minutes_p90", "discovery_minutes_p90", "dispatch_minutes_p90", "accept_minutes_p90", "arrive_minutes_p90",
    "check_minutes_p90", "close_minutes_p90",
)  # fmt: skip
LEDGER = (
    "discovery_registered_pct", "discovery_reported_pct", "dispatch_within_sla_pct", "closure_within_sla_pct",
    "closure_citizen_pct", "on_time_closure_pct", "on_time_closure_raw_pct", "rework_pct", "incident_count",
)  # fmt: skip
CLOCKS = ("dispatch_uncorrected_pct", "dispatch_within_sla_pct", "clock_corrected_count")
MERGED = (
    "report_count",
    "incident_count",
    "reports_per_incident",
    "merged_cross_count",
    "merged_certain_pct",
)

register_page(
    __name__,
    path="/definitions/instruments",
    title="page.instruments",
    nav_order=11,
    permission="explore",
    tiles=[
        LifeCurve(uid="life", title="instruments.life", segments=SEGMENTS),
        FlowBalance(uid="flow", title="flow.title", metric="open_count"),
        ExclusionLedger(uid="ledger", title="instruments.ledger", shown=LEDGER),
        MetricTable(uid="clocks", title="feeds.clocks", by="feed_id", shown=CLOCKS),
        MetricTable(uid="merged", title="instruments.merged", by="feed_id", shown=MERGED),
        LinkAudit(uid="links", title="instruments.links"),
    ],
)
